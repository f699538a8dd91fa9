"""Where the cells of a single-shot detector (SSD) lie.

The numbers describe the published model graphs of MediaPipe's face detectors (Apache-2.0):
short range has strides 8, 16, 16, 16 with two anchors per cell and layer, where layers of the same
stride share their cells; full range has one anchor per cell at stride 4.
"""

from dataclasses import dataclass

import numpy as np

from onmodel_vision.arrays import Floats


@dataclass(frozen=True)
class Grid:
    """Cells of one stride: `count` anchors in each cell."""

    stride: int
    count: int


SHORT_RANGE = (Grid(stride=8, count=2), Grid(stride=16, count=6))
FULL_RANGE = (Grid(stride=4, count=1),)


def centres(side: int, grids: tuple[Grid, ...]) -> Floats:
    """(n, 2): x, y of every anchor as a fraction of the model's input, row by row."""
    rows: list[Floats] = []
    for grid in grids:
        cells = -(-side // grid.stride)
        axis = (np.arange(cells, dtype=np.float32) + 0.5) / cells
        y, x = np.meshgrid(axis, axis, indexing="ij")
        rows.append(np.repeat(np.stack([x.ravel(), y.ravel()], axis=1), grid.count, axis=0))
    return np.concatenate(rows).astype(np.float32)
