import math

import numpy as np
import pytest

from onmodel_vision.roi import Roi, around


@pytest.mark.parametrize("angle", [0.0, 0.3, -1.2])
def test_points_come_back_where_the_crop_took_them_from(angle: float) -> None:
    region = Roi(120.0, 80.0, 60.0, angle)
    points = np.array([[100, 90], [130, 60]], np.float32)
    matrix = region.to_crop(192)
    crop = points @ matrix[:, :2].T + matrix[:, 2]
    np.testing.assert_allclose(region.to_image(crop, 192), points, atol=1e-3)


def test_depth_shrinks_with_the_crop() -> None:
    points = np.array([[96, 96, 19.2]], np.float32)
    assert Roi(0, 0, 100, 0).to_image(points, 192)[0, 2] == pytest.approx(10.0)


def test_the_crop_shows_the_region_upright() -> None:
    image = np.zeros((100, 100, 3), np.uint8)
    image[45:55, 20:80] = 255
    turned = Roi(50, 50, 60, math.pi / 2).crop(image, 60)
    assert turned[30, :10].mean() < 10
    assert turned[:, 30].mean() > 240


def test_a_large_region_is_averaged_not_skipped() -> None:
    image = np.zeros((400, 400, 3), np.uint8)
    image[::2] = 255
    crop = Roi(200, 200, 400, 0).crop(image, 50)
    assert crop.min() > 100
    assert crop.max() < 156


def test_around_is_level_with_the_given_line() -> None:
    points = np.array([[0, 0], [10, 10], [5, 15]], np.float32)
    region = around(points, points[0], points[1], margin=1.5)
    assert region.angle == pytest.approx(math.pi / 4)
    assert region.side == pytest.approx(1.5 * math.hypot(10, 10), rel=1e-5)
