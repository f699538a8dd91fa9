"""Colours that an artist can act on: the palette of a figure, and the hair.

In CIELAB (D65), where the Euclidean distance of two colours is roughly how different they look:
2 is just visible side by side, above 10 everybody sees it.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from onmodel_vision import landmarks as at
from onmodel_vision.arrays import Floats, Image
from onmodel_vision.foreground import Figure
from onmodel_vision.images import fit_within
from onmodel_vision.mesh import Mesh

COLOURS, ROUNDS = 6, 12
MERGE_BELOW = 9.0
"""Colours nearer than this are told as one."""

LEAST_SHARE = 0.02
SAMPLE_LONGEST = 160
MOST_PIXELS = 3000
"""Enough for shares within a percent or two."""

FEWEST_PIXELS = 24

HAIR_ABOVE, HAIR_ASIDE, HAIR_INSIDE = 0.55, 0.15, 0.12
"""The band that is searched for hair: over the face's mesh, in parts of the face's height."""


@dataclass(frozen=True)
class Colour:
    """`lab` is L* 0 to 100, a* and b*; `share` of the figure 0 to 1."""

    lab: tuple[float, float, float]
    share: float

    def to_json(self, *, with_share: bool = True) -> dict[str, object]:
        """As the functions report it."""
        told: dict[str, object] = {
            "hex": _hex(self.lab),
            "lab": [round(one, 1) for one in self.lab],
        }
        return {**told, "share": round(self.share, 4)} if with_share else told


def palette(image: Image, figure: Figure) -> list[Colour]:
    """The colours of a figure, the largest share first; at most six."""
    small, _ = fit_within(image, longest=SAMPLE_LONGEST)
    size = (small.shape[1], small.shape[0])
    mask = cv2.resize(figure.mask, size, interpolation=cv2.INTER_LINEAR) > 0.6
    return _clusters(_lab(small)[mask])


def hair(image: Image, mesh: Mesh, person: Floats) -> Colour | None:
    """The colour of the hair over and beside a face; None where none is seen.

    Args:
        image: the picture.
        mesh: of the face.
        person: (height, width) soft mask of the person.

    What is searched is the person within a band over the forehead; skin is left out by its
    distance from the colour of the face. A hat reads as hair: nothing here knows hats.
    """
    oval = mesh.points[list(at.OUTLINE), :2]
    low, high = oval.min(axis=0), oval.max(axis=0)
    tall = float(high[1] - low[1])
    left, right = float(low[0]) - HAIR_ASIDE * tall, float(high[0]) + HAIR_ASIDE * tall
    top, bottom = float(low[1]) - HAIR_ABOVE * tall, float(low[1]) + HAIR_INSIDE * tall
    height, width = image.shape[:2]
    x0, x1 = int(max(left, 0)), int(min(right, width))
    y0, y1 = int(max(top, 0)), int(min(bottom, height))
    if x1 - x0 < 4 or y1 - y0 < 4:
        return None
    band = np.ascontiguousarray(image[y0:y1, x0:x1])
    inside = np.asarray(person[y0:y1, x0:x1] > 0.8)
    face = np.zeros(inside.shape, np.uint8)
    cv2.fillConvexPoly(face, np.rint(oval - [x0, y0]).astype(np.int32), 1)
    pixels = _lab(band)[inside & (face == 0)]
    pixels = pixels[_unlike_skin(pixels, image, mesh)]
    if len(pixels) < max(FEWEST_PIXELS, 0.08 * inside.size):
        return None
    (first, *_) = _clusters(pixels)
    return first


def _unlike_skin(pixels: Floats, image: Image, mesh: Mesh) -> np.ndarray:
    places = np.rint(mesh.points[list(at.SKIN), :2]).astype(int)
    height, width = image.shape[:2]
    seen = [image[y, x] for x, y in places if 0 <= x < width and 0 <= y < height]
    if not seen:
        return np.ones(len(pixels), bool)
    skin = np.median(_lab(np.array(seen, np.uint8)[None])[0], axis=0)
    return np.linalg.norm(pixels - skin, axis=1) > 2 * MERGE_BELOW


def _clusters(pixels: Floats) -> list[Colour]:
    """k-means from starts that lie far apart: no chance is in it, so it repeats."""
    if not len(pixels):
        return []
    pixels = pixels[:: -(-len(pixels) // MOST_PIXELS)]
    centres = _starts(pixels)
    nearest = np.zeros(len(pixels), np.int64)
    for _ in range(ROUNDS):
        apart = (centres**2).sum(axis=1) - 2 * pixels @ centres.T
        nearest = apart.argmin(axis=1)
        for index in range(len(centres)):
            if (nearest == index).any():
                centres[index] = pixels[nearest == index].mean(axis=0)
    counts = np.bincount(nearest, minlength=len(centres)).astype(np.float64)
    merged = _merge(centres.astype(np.float64), counts)
    colours = [
        Colour((float(lab[0]), float(lab[1]), float(lab[2])), count / len(pixels))
        for lab, count in merged
    ]
    kept = [one for one in colours if one.share >= LEAST_SHARE]
    return sorted(kept, key=lambda one: -one.share)


def _starts(pixels: Floats) -> Floats:
    """The median colour, then each time the colour that is farthest from those taken."""
    chosen = [np.median(pixels, axis=0)]
    away = np.linalg.norm(pixels - chosen[0], axis=1)
    while len(chosen) < COLOURS and float(away.max()) > MERGE_BELOW:
        # not the very farthest: a single odd pixel is no colour of the figure
        far = np.flatnonzero(away >= np.quantile(away, 0.98))
        chosen.append(np.median(pixels[far], axis=0))
        away = np.minimum(away, np.linalg.norm(pixels - chosen[-1], axis=1))
    return np.array(chosen, np.float32)


def _merge(centres: Floats, counts: Floats) -> list[tuple[Floats, float]]:
    parts = [(c, float(n)) for c, n in zip(centres, counts, strict=True) if n]
    while len(parts) > 1:
        pairs = [
            (float(np.linalg.norm(parts[i][0] - parts[j][0])), i, j)
            for i in range(len(parts))
            for j in range(i)
        ]
        apart, i, j = min(pairs)
        if apart >= MERGE_BELOW:
            break
        (one, few), (other, more) = parts[i], parts[j]
        parts[j] = ((one * few + other * more) / (few + more), few + more)
        del parts[i]
    return parts


def _lab(image: Image) -> Floats:
    return np.asarray(cv2.cvtColor(image.astype(np.float32) / 255, cv2.COLOR_RGB2LAB), np.float32)


def _hex(lab: tuple[float, float, float]) -> str:
    rgb = cv2.cvtColor(np.array([[lab]], np.float32), cv2.COLOR_LAB2RGB)[0, 0]
    red, green, blue = (round(255 * float(np.clip(one, 0, 1))) for one in rgb)
    return f"#{red:02x}{green:02x}{blue:02x}"
