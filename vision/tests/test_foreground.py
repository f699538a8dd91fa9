import cv2
import numpy as np
import pytest

from onmodel_vision import colours
from onmodel_vision.arrays import Image
from onmodel_vision.foreground import Figure, FigureFinder
from onmodel_vision.measure import Measurer

RED, BLUE, SAND = (200, 30, 40), (30, 60, 180), (210, 190, 150)


def _creature(ground: tuple[int, int, int], *, seed: int = 0) -> Image:
    """A red body with a blue belly on a textured ground."""
    image = np.full((300, 400, 3), ground, np.uint8)
    cv2.ellipse(image, (200, 160), (80, 100), 0, 0, 360, RED, -1, cv2.LINE_AA)
    cv2.ellipse(image, (200, 190), (40, 50), 0, 0, 360, BLUE, -1, cv2.LINE_AA)
    grain = np.random.default_rng(seed).normal(0, 4, image.shape)
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _found(image: Image) -> Figure:
    figure = FigureFinder().find(image)
    assert figure is not None
    return figure


def test_the_figure_is_found_where_it_is() -> None:
    figure = _found(_creature(SAND))
    assert figure.method == "colours"
    np.testing.assert_allclose(figure.box, (120, 60, 160, 200), atol=10)
    assert figure.share == pytest.approx(np.pi * 80 * 100 / 120_000, abs=0.02)


def test_the_same_picture_has_the_same_mask() -> None:
    image = _creature(SAND)
    np.testing.assert_array_equal(_found(image).mask, _found(image).mask)


def test_a_blank_picture_shows_nothing() -> None:
    for value in (0, 128, 255):
        assert FigureFinder().find(np.full((200, 300, 3), value, np.uint8)) is None


def test_transparency_beats_every_guess() -> None:
    alpha = np.zeros((300, 400), np.float32)
    alpha[20:120, 300:380] = 1
    figure = FigureFinder().find(_creature(SAND), alpha=alpha)
    assert figure is not None
    assert figure.method == "alpha"
    np.testing.assert_allclose(figure.box, (300, 20, 80, 100), atol=4)


def test_noise_is_answered_by_its_middle_or_a_patch() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    assert 0 < _found(noise).share < 1


def test_the_palette_is_that_of_the_figure_not_of_the_ground() -> None:
    image = _creature(SAND)
    told = colours.palette(image, _found(image))
    assert len(told) == 2
    for colour, rgb, share in zip(told, (RED, BLUE), (0.75, 0.25), strict=True):
        lab = cv2.cvtColor(np.array([[rgb]], np.float32) / 255, cv2.COLOR_RGB2LAB)[0, 0]
        assert float(np.linalg.norm(lab - colour.lab)) < 5
        assert colour.share == pytest.approx(share, abs=0.06)
    red = told[0].to_json()
    assert str(red["hex"]).startswith("#c")


def test_another_ground_moves_the_figure_less_than_another_figure(measurer: Measurer) -> None:
    encoder = measurer.shelf.of_figures(measurer.shelf.choose(["mobilenetv2-figure-v1"])[0])

    def embed(image: Image) -> np.ndarray:
        return encoder.embed([encoder.align(image, encoder.detect(image)[0])])[0]

    on_sand, on_green = embed(_creature(SAND)), embed(_creature((60, 140, 70), seed=1))
    square = np.full((300, 400, 3), SAND, np.uint8)
    cv2.rectangle(square, (130, 70), (270, 230), (40, 160, 90), -1)
    cv2.rectangle(square, (170, 110), (230, 190), (240, 230, 20), -1)
    assert float(on_sand @ on_green) > float(on_sand @ embed(square)) + 0.1


def test_hair_of_a_portrait_is_brown(measurer: Measurer, astronaut: Image) -> None:
    specs = measurer.shelf.choose(None)
    measured = measurer.measure(astronaut, encoders=specs)
    assert measured.figure is not None
    assert measured.figure.figure.method == "person"
    hair = measured.figure.hair
    assert hair is not None
    lightness, _, yellow = hair.lab
    assert 10 < lightness < 55
    assert yellow > 3
