import cv2
import numpy as np
import pytest

from onmodel_vision import quality
from onmodel_vision.arrays import Image
from onmodel_vision.faces import Face, FaceFinder


@pytest.fixture(scope="module")
def large(astronaut: Image) -> Image:
    return np.asarray(
        cv2.resize(astronaut, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC), np.uint8
    )


@pytest.fixture(scope="module")
def face(finder: FaceFinder, large: Image) -> Face:
    return finder.find(large)[0]


def test_the_crop_is_upright_and_square(large: Image, face: Face) -> None:
    assert quality.crop(large, face.mesh).shape == (256, 256, 3)


def test_blur_lowers_sharpness_step_by_step(large: Image, face: Face) -> None:
    values = [quality.measure(large, face.mesh).sharpness]
    for sigma in (2, 5):
        soft = np.asarray(cv2.GaussianBlur(large, (0, 0), sigma), np.uint8)
        values.append(quality.measure(soft, face.mesh).sharpness)
    assert values[0] > values[1] > values[2]
    assert values[2] < 3


def test_light_changes_brightness_and_hardly_sharpness(large: Image, face: Face) -> None:
    dark = (large * 0.5).astype(np.uint8)
    before, after = quality.measure(large, face.mesh), quality.measure(dark, face.mesh)
    assert after.brightness == pytest.approx(before.brightness / 2, rel=0.05)
    assert after.sharpness == pytest.approx(before.sharpness, rel=0.25)


def test_a_free_face_is_not_covered(large: Image, face: Face) -> None:
    assert quality.measure(large, face.mesh).covered == ()


def test_dark_glasses_cover_the_eyes(large: Image, face: Face) -> None:
    points = face.mesh.points
    hidden = large.copy()
    top, bottom = int(points[70, 1]), int(points[111, 1])
    hidden[top:bottom, int(points[127, 0]) : int(points[356, 0])] = (15, 15, 18)
    assert quality.measure(hidden, face.mesh).covered == ("eyes",)


@pytest.mark.parametrize("colour", [(120, 170, 200), (245, 245, 245)])
def test_a_mask_covers_the_mouth(large: Image, face: Face, colour: tuple[int, int, int]) -> None:
    hidden = large.copy()
    ring = face.mesh.points[[50, 280, 323, 288, 152, 58, 93], :2].astype(np.int32)
    cv2.fillConvexPoly(hidden, cv2.convexHull(ring), colour)
    cv2.circle(hidden, tuple(ring[0].tolist()), 1, (200, 160, 140), -1)
    assert "mouth" in quality.measure(hidden, face.mesh).covered


def test_a_face_half_outside_says_so(large: Image, face: Face) -> None:
    cut = np.ascontiguousarray(large[:, : int(face.mesh.points[1, 0])])
    assert "outside_picture" in quality.measure(cut, face.mesh).covered
