import cv2
import numpy as np
import pytest
from skimage import data

from onmodel_vision.arrays import Image
from onmodel_vision.faces import FaceFinder

# Read off the picture by eye: corners of the eyes and of the mouth.
ASTRONAUT = {33: (193, 101), 263: (258, 103), 61: (203, 140), 291: (244, 141), 152: (222, 178)}


def test_a_portrait_has_one_face_that_two_detectors_see(
    finder: FaceFinder, astronaut: Image
) -> None:
    (face,) = finder.find(astronaut)
    assert set(face.detectors) == {"mediapipe_short", "mediapipe_full"}
    assert face.mesh.presence > 0.9
    assert 85 < face.pixels < 105


def test_landmarks_lie_on_eyes_mouth_and_chin(finder: FaceFinder, astronaut: Image) -> None:
    points = finder.find(astronaut)[0].mesh.points
    for index, place in ASTRONAUT.items():
        away = float(np.linalg.norm(points[index, :2] - np.array(place)))
        assert away < 5, f"point {index} is {away:.1f} px off"


def test_the_box_grows_with_the_picture(finder: FaceFinder, astronaut: Image) -> None:
    large = np.asarray(cv2.resize(astronaut, None, fx=2.5, fy=2.5), np.uint8)
    box = np.array(finder.find(astronaut)[0].mesh.box)
    np.testing.assert_allclose(np.array(finder.find(large)[0].mesh.box) / 2.5, box, atol=4)


def test_a_moved_face_is_found_where_it_went(finder: FaceFinder, astronaut: Image) -> None:
    shifted = np.roll(astronaut, (40, 60), axis=(0, 1))
    before = np.array(finder.find(astronaut)[0].mesh.box[:2])
    after = np.array(finder.find(shifted)[0].mesh.box[:2])
    np.testing.assert_allclose(after - before, [60, 40], atol=3)


def test_a_small_face_in_a_large_picture_is_found(finder: FaceFinder, astronaut: Image) -> None:
    wide = np.full((1080, 1920, 3), 90, np.uint8)
    small = np.asarray(cv2.resize(astronaut, (220, 220), interpolation=cv2.INTER_AREA), np.uint8)
    wide[400:620, 1300:1520] = small
    (face,) = finder.find(wide)
    assert 30 < face.pixels < 50
    assert 1370 < face.mesh.box[0] < 1390


def test_ten_people_are_ten_faces(finder: FaceFinder, astronaut: Image) -> None:
    head = astronaut[20:220, 130:330]
    row = np.hstack([head, head[:, ::-1], head, head[:, ::-1], head])
    group = np.ascontiguousarray(np.vstack([row, row[:, ::-1]]))
    assert len(finder.find(group)) == 10


def test_animals_things_and_noise_are_no_faces(finder: FaceFinder, cat: Image) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 400, 3), np.uint8)
    for image in (cat, np.asarray(data.coffee(), np.uint8), noise):
        assert finder.find(image) == []


def test_a_drawn_smiley_is_no_face(finder: FaceFinder) -> None:
    drawing = np.full((400, 400, 3), 255, np.uint8)
    cv2.circle(drawing, (200, 200), 150, (0, 0, 0), 6, cv2.LINE_AA)
    for x in (150, 250):
        cv2.circle(drawing, (x, 160), 16, (0, 0, 0), -1, cv2.LINE_AA)
    cv2.ellipse(drawing, (200, 230), (80, 60), 0, 10, 170, (0, 0, 0), 6, cv2.LINE_AA)
    assert finder.find(drawing) == []


@pytest.mark.parametrize("shape", [(1, 1), (16, 400), (400, 16), (40, 40)])
def test_odd_pictures_are_answered_not_failed(finder: FaceFinder, shape: tuple[int, int]) -> None:
    assert finder.find(np.full((*shape, 3), 128, np.uint8)) == []
