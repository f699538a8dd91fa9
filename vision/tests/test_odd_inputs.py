"""Pictures that people really upload: the right answer, never an exception."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from marble import bust
from skimage import data

from onmodel_vision import images
from onmodel_vision.arrays import Image
from onmodel_vision.faces import FaceFinder
from onmodel_vision.measure import Measurer, PictureMeasure


def _measure(measurer: Measurer, image: Image) -> PictureMeasure:
    measured = measurer.measure(image, encoders=measurer.shelf.choose(None))
    json.dumps(measured.to_json(), allow_nan=False)
    return measured


def _plush_bear() -> Image:
    """Round head and ears, button eyes, a snout: what mesh models take for a face."""
    image = np.full((400, 400, 3), (225, 220, 210), np.uint8)
    for at, size in (((130, 100), 45), ((270, 100), 45), ((200, 190), 120)):
        cv2.circle(image, at, size, (150, 100, 60), -1, cv2.LINE_AA)
    cv2.ellipse(image, (200, 230), (55, 42), 0, 0, 360, (200, 160, 115), -1, cv2.LINE_AA)
    for at, size in (((155, 165), 14), ((245, 165), 14), ((200, 212), 16)):
        cv2.circle(image, at, size, (25, 20, 20), -1, cv2.LINE_AA)
    grain = np.random.default_rng(0).normal(0, 8, (400, 400, 3))
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _anime() -> Image:
    """Flat skin, huge eyes, a dot of a nose, spiky hair."""
    image = np.full((400, 400, 3), (190, 220, 240), np.uint8)
    hair = np.array([[60, 260], [90, 60], [150, 100], [200, 30], [250, 100], [310, 60], [340, 260]])
    cv2.fillPoly(image, [hair.astype(np.int32)], (230, 90, 140), cv2.LINE_AA)
    chin = np.array([[105, 150], [295, 150], [285, 250], [200, 330], [115, 250]])
    cv2.fillPoly(image, [chin.astype(np.int32)], (250, 225, 205), cv2.LINE_AA)
    for x in (150, 250):
        cv2.ellipse(image, (x, 215), (26, 36), 0, 0, 360, (255, 255, 255), -1, cv2.LINE_AA)
        cv2.ellipse(image, (x, 220), (20, 29), 0, 0, 360, (60, 90, 200), -1, cv2.LINE_AA)
        cv2.circle(image, (x + 6, 208), 7, (255, 255, 255), -1, cv2.LINE_AA)
    cv2.line(image, (185, 290), (215, 290), (160, 60, 60), 3, cv2.LINE_AA)
    return image


@pytest.mark.parametrize("make", [_plush_bear, _anime])
def test_bears_and_drawings_have_no_face_but_an_appearance(
    measurer: Measurer, make: Callable[[], Image]
) -> None:
    measured = _measure(measurer, make())
    assert measured.reason == "no_face"
    assert measured.figure is not None
    (embedding,) = measured.figure.embeddings.values()
    assert float(np.linalg.norm(embedding)) == pytest.approx(1.0, abs=1e-4)
    assert len(measured.figure.palette) >= 2


def test_a_statue_of_somebody_is_a_face_but_not_theirs(
    measurer: Measurer, finder: FaceFinder, astronaut: Image
) -> None:
    (person,) = finder.find(astronaut)
    statue = _measure(measurer, bust(person.mesh.points))
    assert statue.reason is None
    (stone,) = statue.faces
    (alive,) = _measure(measurer, astronaut).faces
    own, its = (one.embeddings["dlib-resnet-v1"] for one in (alive, stone))
    # strangers are farther apart than 0.6; docs/identity.md
    assert float(np.linalg.norm(own - its)) > 0.7


@pytest.mark.parametrize("value", [0, 128, 255])
def test_one_colour_is_nothing(measurer: Measurer, value: int) -> None:
    measured = _measure(measurer, np.full((300, 300, 3), value, np.uint8))
    assert (measured.reason, measured.figure) == ("no_face", None)
    told = measured.to_json()
    assert (told["appearance"], told["palette"], told["hair"]) == (None, [], None)


def test_a_face_of_sixteen_pixels_is_not_judged(measurer: Measurer, astronaut: Image) -> None:
    factor = 16 / 94
    small = np.asarray(
        cv2.resize(astronaut, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
    )
    assert _measure(measurer, small).reason in ("face_too_small", "no_face")


def test_grey_is_measured_like_colour(measurer: Measurer, astronaut: Image) -> None:
    grey = cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY)[:, :, None].repeat(3, axis=2)
    measured = _measure(measurer, np.asarray(grey, np.uint8))
    assert measured.reason is None


def test_a_face_seen_from_far_aside_is_said_to_be(measurer: Measurer, astronaut: Image) -> None:
    narrow = np.asarray(cv2.resize(astronaut, (150, 512)), np.uint8)
    assert _measure(measurer, narrow).reason in (None, "no_face", "turned_away", "covered")


def test_texture_without_anything_is_answered(measurer: Measurer) -> None:
    for name in ("brick", "grass", "gravel"):
        picture = getattr(data, name)()
        image = np.repeat(np.asarray(picture, np.uint8)[:, :, None], 3, axis=2)
        assert _measure(measurer, image).reason == "no_face"


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (7, 9), (16, 400), (40, 40)])
def test_tiny_and_thin_pictures_are_answered(measurer: Measurer, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(0).integers(0, 256, (*shape, 3), np.uint8)
    assert _measure(measurer, random).reason == "no_face"


@pytest.mark.parametrize("kind", ["deep", "deep_grey", "grey", "grey_alpha", "alpha", "deep_alpha"])
def test_files_of_every_depth_are_read(
    measurer: Measurer, astronaut: Image, tmp_path: Path, kind: str
) -> None:
    bgr = astronaut[:, :, ::-1]
    grey = np.asarray(cv2.cvtColor(astronaut, cv2.COLOR_RGB2GRAY), np.uint8)
    alpha = np.full((512, 512, 1), 255, np.uint8)
    alpha[:, :60] = 0
    made = {
        "deep": bgr.astype(np.uint16) * 257,
        "deep_grey": grey.astype(np.uint16) * 257,
        "grey": grey,
        "grey_alpha": np.dstack([grey, grey, grey, alpha]),
        "alpha": np.dstack([bgr, alpha]),
        "deep_alpha": np.dstack([bgr, alpha]).astype(np.uint16) * 257,
    }[kind]
    path = tmp_path / "picture.png"
    assert cv2.imwrite(str(path), made)
    picture = images.read_with_alpha(path)
    assert picture.image.shape == (512, 512, 3)
    assert (picture.alpha is not None) == kind.endswith("alpha")
    measured = measurer.measure(
        picture.image, alpha=picture.alpha, encoders=measurer.shelf.choose(None)
    )
    assert measured.reason is None
    assert measured.figure is not None
    assert measured.figure.figure.method == ("alpha" if kind.endswith("alpha") else "person")


def test_a_picture_that_is_all_transparent_is_nothing(measurer: Measurer, tmp_path: Path) -> None:
    path = tmp_path / "clear.png"
    assert cv2.imwrite(str(path), np.zeros((200, 200, 4), np.uint8))
    picture = images.read_with_alpha(path)
    measured = measurer.measure(picture.image, alpha=picture.alpha, encoders=[])
    assert (measured.reason, measured.figure) == ("no_face", None)
