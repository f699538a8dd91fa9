import cv2
import numpy as np
import pytest

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.encoder import distance
from onmodel_vision.measure import Measurer, normalised


def _embedding(measurer: Measurer, image: Image) -> Floats:
    main = measurer.measure(image).main
    assert main is not None
    return main.embedding


def test_embedding_has_128_numbers_and_repeats(measurer: Measurer, astronaut: Image) -> None:
    first, second = _embedding(measurer, astronaut), _embedding(measurer, astronaut)
    assert first.shape == (128,)
    np.testing.assert_array_equal(first, second)


def test_compression_mirroring_and_light_keep_the_person(
    measurer: Measurer, astronaut: Image
) -> None:
    original = _embedding(measurer, astronaut)
    _, data = cv2.imencode(".jpg", astronaut, [cv2.IMWRITE_JPEG_QUALITY, 60])
    saved = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    assert distance(original, _embedding(measurer, saved)) < 0.2
    mirrored = np.ascontiguousarray(astronaut[:, ::-1])
    assert distance(original, _embedding(measurer, mirrored)) < 0.4
    dark = (astronaut * 0.6).astype(np.uint8)
    assert distance(original, _embedding(measurer, dark)) < 0.35


def test_normalised_has_length_one(measurer: Measurer, astronaut: Image) -> None:
    unit = normalised(_embedding(measurer, astronaut))
    assert float(np.linalg.norm(unit)) == pytest.approx(1.0, abs=1e-5)
