"""Person against background, by MediaPipe's selfie segmentation (Apache-2.0)."""

from pathlib import Path

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.interpreter import Model


class PersonSegmenter:
    """Soft mask of the person in a picture."""

    def __init__(self, model: Path) -> None:
        self._model = Model(model)

    def mask(self, image: Image) -> Floats:
        """(height, width), 0 background to 1 person. Best where the head fills a good part."""
        side = self._model.side
        small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
        outputs = self._model.run(np.asarray(small, np.float32) / 255)
        mask = next(iter(outputs.values())).reshape(side, side)
        size = (image.shape[1], image.shape[0])
        return np.clip(
            np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_CUBIC), np.float32), 0, 1
        )
