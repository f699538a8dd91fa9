import math

import cv2
import numpy as np
import pytest

from onmodel_vision import pose
from onmodel_vision.arrays import Image
from onmodel_vision.faces import FaceFinder
from onmodel_vision.mesh import Mesh


def _mesh(yaw: float = 0, pitch: float = 0, roll: float = 0) -> Mesh:
    """A synthetic mesh: the reference shape, turned by known angles, 200 px per eye span."""
    points = np.zeros((468, 3), np.float32)
    y, p, r = (math.radians(angle) for angle in (yaw, pitch, roll))
    around_y = np.array([[math.cos(y), 0, -math.sin(y)], [0, 1, 0], [math.sin(y), 0, math.cos(y)]])
    around_x = np.array([[1, 0, 0], [0, math.cos(p), math.sin(p)], [0, -math.sin(p), math.cos(p)]])
    around_z = np.array([[math.cos(r), -math.sin(r), 0], [math.sin(r), math.cos(r), 0], [0, 0, 1]])
    rotation = around_z @ around_y @ around_x
    for index, place in pose.REFERENCE.items():
        points[index] = rotation @ np.array(place) * 200 + 300
    return Mesh(points, 1.0)


@pytest.mark.parametrize("yaw", [-60, -20, 0, 12, 45])
def test_a_known_turn_is_measured(yaw: float) -> None:
    assert pose.estimate(_mesh(yaw=yaw)).yaw == pytest.approx(yaw, abs=0.1)


@pytest.mark.parametrize("pitch", [-25, 10])
def test_a_known_nod_is_measured_positive_upwards(pitch: float) -> None:
    assert pose.estimate(_mesh(pitch=pitch)).pitch == pytest.approx(pitch, abs=0.1)


def test_a_known_tilt_is_measured_positive_clockwise() -> None:
    assert pose.estimate(_mesh(roll=18)).roll == pytest.approx(18, abs=0.1)


@pytest.mark.parametrize(
    ("yaw", "angle"),
    [
        (0, "front"), (-14, "front"), (-16, "half_left"), (30, "half_right"), (-50, "side_left"),
        (46, "side_right"),
    ],
)  # fmt: skip
def test_angles_are_named_from_the_viewers_side(yaw: float, angle: str) -> None:
    assert pose.estimate(_mesh(yaw=yaw)).angle == angle


def test_upright_takes_the_pose_away() -> None:
    turned, straight = _mesh(yaw=25, pitch=10, roll=-15), _mesh()
    indices = list(pose.REFERENCE)
    first = pose.upright(turned, pose.estimate(turned))[indices]
    second = pose.upright(straight, pose.estimate(straight))[indices]
    np.testing.assert_allclose(first, second, atol=1e-3)


def test_a_mirrored_photograph_looks_the_other_way(finder: FaceFinder, astronaut: Image) -> None:
    turned = np.asarray(cv2.resize(astronaut, None, fx=2, fy=2), np.uint8)
    mirrored = np.ascontiguousarray(turned[:, ::-1])
    first = pose.estimate(finder.find(turned)[0].mesh)
    second = pose.estimate(finder.find(mirrored)[0].mesh)
    assert second.yaw == pytest.approx(-first.yaw, abs=2.5)
    assert second.roll == pytest.approx(-first.roll, abs=2.0)
    assert second.pitch == pytest.approx(first.pitch, abs=2.5)


@pytest.mark.parametrize("degrees", [-20, 15])
def test_a_rotated_photograph_rolls(finder: FaceFinder, astronaut: Image, degrees: float) -> None:
    # OpenCV turns counter-clockwise for positive angles.
    matrix = cv2.getRotationMatrix2D((225, 125), -degrees, 1.0)
    rotated = np.asarray(cv2.warpAffine(astronaut, matrix, (512, 512)), np.uint8)
    before = pose.estimate(finder.find(astronaut)[0].mesh).roll
    after = pose.estimate(finder.find(rotated)[0].mesh).roll
    assert after - before == pytest.approx(degrees, abs=3)
