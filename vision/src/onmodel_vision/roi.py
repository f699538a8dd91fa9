"""A turned square in a picture: what a landmark model looks at."""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image, Points


@dataclass(frozen=True)
class Roi:
    """Square region; `angle` in radians, positive turns clockwise as seen."""

    x: float
    y: float
    side: float
    angle: float

    def to_crop(self, crop_side: int) -> Floats:
        """(2, 3) affine matrix from picture pixels to pixels of a crop of that side."""
        scale = crop_side / self.side
        cosine, sine = math.cos(self.angle) * scale, math.sin(self.angle) * scale
        centre = crop_side / 2
        return np.array(
            [
                [cosine, sine, centre - cosine * self.x - sine * self.y],
                [-sine, cosine, centre + sine * self.x - cosine * self.y],
            ],
            np.float32,
        )

    def crop(self, image: Image, crop_side: int) -> Image:
        """The region as an upright (crop_side, crop_side, 3) picture; outside repeats the edge."""
        source, matrix = shrink_towards(image, self.to_crop(crop_side).astype(np.float64))
        crop = cv2.warpAffine(
            source,
            matrix,
            (crop_side, crop_side),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        return np.asarray(crop, np.uint8)

    def to_image(self, points: Points, crop_side: int) -> Points:
        """Points of the crop, (n, 2) or (n, 3), back in the picture; z keeps the scale of x."""
        scale = self.side / crop_side
        cosine, sine = math.cos(self.angle), math.sin(self.angle)
        x = (points[:, 0] - crop_side / 2) * scale
        y = (points[:, 1] - crop_side / 2) * scale
        columns: list[Floats] = [cosine * x - sine * y + self.x, sine * x + cosine * y + self.y]
        if points.shape[1] == 3:
            columns.append(points[:, 2] * scale)
        return np.stack(columns, axis=1).astype(np.float32)


def shrink_towards(image: Image, matrix: Floats) -> tuple[Image, Floats]:
    """Halve a picture until a warp by `matrix`, (2, 3), no longer shrinks it by half or more.

    Bilinear sampling would skip pixels. Returns the smaller picture and the matrix for it.
    """
    source, matrix = image, matrix.copy()
    shrink = math.hypot(float(matrix[0, 0]), float(matrix[1, 0]))
    while shrink < 0.5 and min(source.shape[:2]) > 2:
        height, width = source.shape[:2]
        half = ((width + 1) // 2, (height + 1) // 2)
        source = np.asarray(cv2.resize(source, half, interpolation=cv2.INTER_AREA), np.uint8)
        matrix[:, 0] *= width / half[0]
        matrix[:, 1] *= height / half[1]
        shrink *= 2
    return source, matrix


def around(points: Points, left: Points, right: Points, *, margin: float) -> Roi:
    """Square around points, turned so that the line from `left` to `right` becomes level.

    `margin` is the factor by which the longer side of the upright bounding box grows.
    """
    angle = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
    cosine, sine = math.cos(-angle), math.sin(-angle)
    turned = points[:, :2] @ np.array([[cosine, sine], [-sine, cosine]], np.float32)
    low, high = turned.min(axis=0), turned.max(axis=0)
    middle = (low + high) / 2
    x = math.cos(angle) * middle[0] - math.sin(angle) * middle[1]
    y = math.sin(angle) * middle[0] + math.cos(angle) * middle[1]
    return Roi(float(x), float(y), float((high - low).max()) * margin, angle)
