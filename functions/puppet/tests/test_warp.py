import numpy as np
import pytest
from onmodel_vision.arrays import Floats

from onmodel_puppet import warp


def _bell(size: int, move: tuple[float, float], sigma: float) -> Floats:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2
    bell = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    return np.dstack([bell * move[0], bell * move[1]]).astype(np.float32)


def test_the_inverse_leads_back_to_where_a_pixel_came_from() -> None:
    field = _bell(128, (9, -6), 20)
    places = warp.inverse(field)
    y, x = np.mgrid[0:128, 0:128].astype(np.float32)
    flat = places.reshape(-1, 2)
    arrived = warp.moved(field, flat).reshape(128, 128, 2)
    inner = slice(8, -8)
    assert np.abs(arrived[inner, inner, 0] - x[inner, inner]).max() < 0.1
    assert np.abs(arrived[inner, inner, 1] - y[inner, inner]).max() < 0.1


def test_a_field_that_folds_is_weakened_until_it_does_not() -> None:
    folding = _bell(128, (60, 0), 20)
    assert warp.least_stretch(folding) < 0
    mended, factor = warp.unfolded(folding)
    assert 0.2 < factor < 1
    assert warp.least_stretch(mended) >= warp.LEAST_STRETCH


def test_a_gentle_field_stays_as_it_is() -> None:
    field = _bell(64, (2, 1), 15)
    mended, factor = warp.unfolded(field)
    assert factor == 1.0
    np.testing.assert_array_equal(mended, field)


def test_nothing_moves_without_a_field() -> None:
    image = np.random.default_rng(2).integers(0, 256, (40, 40, 3), np.uint8)
    zero = np.zeros((40, 40, 2), np.float32)
    np.testing.assert_allclose(warp.resample(image, warp.inverse(zero)), image, atol=1e-3)


def test_a_smooth_line_passes_through_its_points() -> None:
    points = np.array([[0, 0], [10, 4], [20, 0], [30, 6]], np.float32)
    line = warp.smooth_line(points, 301)
    for point in points:
        assert float(np.linalg.norm(line - point, axis=1).min()) < 0.1


def test_a_polygon_is_filled_with_a_soft_edge() -> None:
    square = np.array([[10, 10], [30, 10], [30, 30], [10, 30]], np.float32)
    mask = warp.polygon_mask(square, 40, soft=1.0)
    assert mask[20, 20] == pytest.approx(1.0, abs=0.01)
    assert mask[2, 2] == 0
    assert 0.2 < mask[20, 10] < 0.8
