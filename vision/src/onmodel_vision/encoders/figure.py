"""Encoders of whole figures: drawn characters, animals, creatures, things.

The figure is cut out first. MobileNetV2, the offline default, averages its last map only over
places that belong to the figure; models of a person's own get the figure on their mean colour.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from onmodel_vision import mobilenet, torch_file
from onmodel_vision.arrays import Floats, Image
from onmodel_vision.encoders.base import Cutting, tensor
from onmodel_vision.encoders.catalogue import FIGURE_DEFAULT, Spec, known
from onmodel_vision.foreground import Figure, FigureFinder
from onmodel_vision.onnx_session import Session
from onmodel_vision.roi import shrink_towards

MARGIN = 1.1
BATCH = 8
BACKGROUND_COUNTS = 1e-3
"""So that a figure too thin for any place of the map still has an average."""

MAP = 7


def cut(image: Image, figure: Figure, side: int) -> Cutting:
    """The figure in a square of `side` pixels, with its mask."""
    x, y, width, height = figure.box
    scale = side / (max(width, height) * MARGIN)
    matrix = np.array(
        [
            [scale, 0, side / 2 - scale * (x + width / 2)],
            [0, scale, side / 2 - scale * (y + height / 2)],
        ]
    )
    source, smaller = shrink_towards(image, matrix)
    picture = cv2.warpAffine(
        source, smaller, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    rows, columns = figure.mask.shape
    matrix[:, 0] *= image.shape[1] / columns
    matrix[:, 1] *= image.shape[0] / rows
    weight = cv2.warpAffine(figure.mask, matrix, (side, side), flags=cv2.INTER_LINEAR)
    return Cutting(np.asarray(picture, np.uint8), np.asarray(weight, np.float32))


class MobileNetFigureEncoder:
    """1280 numbers for a figure, background left out; compare by cosine."""

    def __init__(self, finder: FigureFinder, checkpoint: Path) -> None:
        self.spec: Spec = known()[FIGURE_DEFAULT]
        self._finder = finder
        self._session = Session(mobilenet.build(torch_file.read(checkpoint.read_bytes())))

    def detect(self, image: Image) -> list[Figure]:
        """The one figure of the picture, or nothing."""
        figure = self._finder.find(image)
        return [figure] if figure else []

    def align(self, image: Image, subject: Figure) -> Cutting:
        """224 x 224."""
        return cut(image, subject, mobilenet.SIDE)

    def embed(self, cuttings: Sequence[Cutting]) -> Floats:
        """(n, 1280) at length one."""
        parts = [np.empty((0, self.spec.dimensions), np.float32)]
        for start in range(0, len(cuttings), BATCH):
            group = cuttings[start : start + BATCH]
            batch = np.stack([tensor(one.picture, self.spec) for one in group])
            weight = np.stack([_places(one) for one in group])[:, None]
            raw = self._session.run({"input": batch, "weight": weight})
            parts.append(raw / np.linalg.norm(raw, axis=1, keepdims=True))
        return np.concatenate(parts)


class OnnxFigureEncoder:
    """CCIP, DINOv2, CLIP, or any other model of one picture that a person has installed."""

    def __init__(self, finder: FigureFinder, spec: Spec, model: Path) -> None:
        self.spec = spec
        self._finder = finder
        self._session = Session(str(model))

    def detect(self, image: Image) -> list[Figure]:
        """The one figure of the picture, or nothing."""
        figure = self._finder.find(image)
        return [figure] if figure else []

    def align(self, image: Image, subject: Figure) -> Cutting:
        """The figure on the model's mean colour, in the model's size."""
        cutting = cut(image, subject, self.spec.side)
        assert cutting.weight is not None
        share = cutting.weight[:, :, None]
        picture = cutting.picture * share + np.array(self.spec.mean, np.float32) * (1 - share)
        return Cutting(picture.astype(np.uint8), cutting.weight)

    def embed(self, cuttings: Sequence[Cutting]) -> Floats:
        """(n, dimensions); of a sequence of tokens the first, as vision transformers mean it."""
        parts = [np.empty((0, self.spec.dimensions), np.float32)]
        for start in range(0, len(cuttings), BATCH):
            group = cuttings[start : start + BATCH]
            raw = self._session.run_only_input(
                np.stack([tensor(one.picture, self.spec) for one in group])
            )
            parts.append((raw[:, 0] if raw.ndim == 3 else raw).reshape(len(group), -1))
        return np.concatenate(parts)


def _places(cutting: Cutting) -> Floats:
    if cutting.weight is None:
        return np.ones((MAP, MAP), np.float32)
    small = cv2.resize(cutting.weight, (MAP, MAP), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) + BACKGROUND_COUNTS
