"""The figure of a picture without its background, for characters whose face cannot be measured.

A person with a found face is cut out by MediaPipe's selfie segmentation. Everything else (drawings,
animals, creatures, things) by GrabCut (Rother et al. 2004): colours along the border are taken for
background, the middle for figure, and the two mixtures of colours fight it out. On the 158
photographs of DreamBooth's 30 subjects this raised rank-1 from 0.968 (whole picture) and 0.975
(middle three quarters) to 0.994. It fails where figure and ground share their colours (a black cat
in the dark): then the middle of the picture is taken and `method` says so.
"""

from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.images import fit_within

Method = Literal["alpha", "person", "colours", "middle"]

LONGEST, ROUNDS = 128, 2
EDGE, OUTER = 0.04, 0.4
"""Surely background: this part of each side. Probably: farther than this from the middle."""

FEWEST, MOST = 0.02, 0.95
SPECK = 0.2
"""Parts below this share of the largest one are dropped."""

MIDDLE = 0.125
BLANK_DEVIATION = 2.0
"""Below this deviation of the grey values there is nothing in the picture."""


@dataclass(frozen=True)
class Figure:
    """`mask` (rows, columns), 0 to 1, a coarse copy of the picture's frame; `box` x, y, width,
    height in pixels of the picture; `share` of the picture's area."""

    mask: Floats
    box: tuple[float, float, float, float]
    share: float
    method: Method


class FigureFinder:
    """Finds the figure that a picture is about."""

    def find(
        self, image: Image, *, person: Floats | None = None, alpha: Floats | None = None
    ) -> Figure | None:
        """The figure, or None for a blank picture.

        Args:
            image: the picture.
            person: (height, width) soft mask, where there is a face and therefore a person.
            alpha: the picture's own transparency, (height, width), 0 to 1; it beats every guess.
        """
        if alpha is not None:
            figure = _figure(image, _shrink(alpha), "alpha")
            if figure is not None:
                return figure
        small, _ = fit_within(image, longest=LONGEST)
        if min(small.shape[:2]) < 8 or float(small.std(axis=(0, 1)).max()) < BLANK_DEVIATION:
            return None
        if person is not None:
            figure = _figure(image, (_shrink(person) > 0.5).astype(np.float32), "person")
            if figure is not None:
                return figure
        return _figure(image, _by_colours(small), "colours") or _middle(image, small)


def _shrink(mask: Floats) -> Floats:
    factor = min(1.0, LONGEST / max(mask.shape))
    size = (max(1, round(mask.shape[1] * factor)), max(1, round(mask.shape[0] * factor)))
    small = cv2.resize(np.asarray(mask, np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _by_colours(small: Image) -> Floats:
    height, width = small.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    away = np.maximum(np.abs(columns / width - 0.5), np.abs(rows / height - 0.5))
    marks = np.where(away > OUTER, cv2.GC_PR_BGD, cv2.GC_PR_FGD).astype(np.uint8)
    edge_y, edge_x = max(2, int(height * EDGE)), max(2, int(width * EDGE))
    marks[:edge_y] = marks[-edge_y:] = cv2.GC_BGD
    marks[:, :edge_x] = marks[:, -edge_x:] = cv2.GC_BGD
    cv2.setRNGSeed(1)  # it starts its mixtures from random colours; the same picture, the same mask
    try:
        models = np.zeros((1, 65)), np.zeros((1, 65))
        everything = (0, 0, width, height)  # not looked at when marks are given
        cv2.grabCut(small, marks, everything, *models, ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return np.zeros((height, width), np.float32)  # too few colours for its mixtures
    found = ((marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)).astype(np.uint8)
    return _without_specks(cv2.morphologyEx(found, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))


def _without_specks(found: np.ndarray) -> Floats:
    count, labels, statistics, _ = cv2.connectedComponentsWithStats(np.asarray(found, np.uint8))
    if count < 2:
        return np.asarray(found, np.float32)
    areas = statistics[1:, cv2.CC_STAT_AREA]
    return np.isin(labels, 1 + np.flatnonzero(areas >= SPECK * areas.max())).astype(np.float32)


def _figure(image: Image, mask: Floats, method: Method) -> Figure | None:
    tall, wide = len(mask), len(mask[0])
    share = float(mask.mean())
    if not FEWEST <= share <= MOST:
        return None
    inside = mask > 0.5
    if not inside.any():
        return None
    columns, rows = np.flatnonzero(inside.any(axis=0)), np.flatnonzero(inside.any(axis=1))
    scale_x, scale_y = image.shape[1] / wide, image.shape[0] / tall
    left, top = float(columns[0]) * scale_x, float(rows[0]) * scale_y
    width, height = (columns[-1] + 1) * scale_x - left, (rows[-1] + 1) * scale_y - top
    return Figure(mask, (left, top, float(width), float(height)), share, method)


def _middle(image: Image, small: Image) -> Figure:
    height, width = small.shape[:2]
    mask = np.zeros((height, width), np.float32)
    down, across = round(height * MIDDLE), round(width * MIDDLE)
    mask[down : height - down, across : width - across] = 1
    found = _figure(image, mask, "middle")
    assert found is not None  # three quarters of each side are more than half of the area
    return found
