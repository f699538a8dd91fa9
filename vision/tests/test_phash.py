import cv2
import numpy as np

from onmodel_vision import phash
from onmodel_vision.arrays import Image


def test_hash_is_sixteen_hexadecimal_digits(astronaut: Image) -> None:
    assert len(phash.compute(astronaut)) == 16
    assert int(phash.compute(astronaut), 16) > 0


def test_near_copies_are_near(astronaut: Image) -> None:
    original = phash.compute(astronaut)
    smaller = np.asarray(cv2.resize(astronaut, (300, 300), interpolation=cv2.INTER_AREA), np.uint8)
    brighter = np.clip(astronaut.astype(np.int16) + 20, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", astronaut, [cv2.IMWRITE_JPEG_QUALITY, 30])
    saved = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    for copy in (smaller, brighter, saved):
        assert phash.distance(original, phash.compute(copy)) <= phash.NEAR_COPY_BITS


def test_other_pictures_and_mirrors_are_far(astronaut: Image, cat: Image) -> None:
    original = phash.compute(astronaut)
    assert phash.distance(original, phash.compute(cat)) > 20
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    assert phash.distance(original, phash.compute(mirrored)) > phash.NEAR_COPY_BITS
