from pathlib import Path

import cv2
import numpy as np
import pytest

from onmodel_vision import images


def _write(path: Path, array: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), array)
    return path


def test_colours_come_as_rgb(tmp_path: Path) -> None:
    blue_in_bgr = np.zeros((4, 4, 3), np.uint8)
    blue_in_bgr[..., 0] = 255
    assert images.read(_write(tmp_path / "a.png", blue_in_bgr))[0, 0].tolist() == [0, 0, 255]


def test_grey_and_sixteen_bits_become_eight_bit_colour(tmp_path: Path) -> None:
    assert images.read(_write(tmp_path / "g.png", np.full((4, 5), 7, np.uint8))).shape == (4, 5, 3)
    deep = images.read(_write(tmp_path / "d.png", np.full((4, 4, 4), 65535, np.uint16)))
    assert deep.dtype == np.uint8
    assert deep.min() == 255


def test_what_is_transparent_turns_grey(tmp_path: Path) -> None:
    hidden = np.zeros((4, 4, 4), np.uint8)
    hidden[..., 2] = 255
    assert images.read(_write(tmp_path / "t.png", hidden))[0, 0].tolist() == [128] * 3


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\x89PNG\r\n\x1a\nbroken"])
def test_no_picture_is_said_clearly(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(content)
    with pytest.raises(images.UnreadableImageError):
        images.read(path)


def test_fit_within_never_enlarges() -> None:
    small = np.zeros((10, 20, 3), np.uint8)
    assert images.fit_within(small, longest=100) == (small, 1.0)
    shrunk, factor = images.fit_within(small, longest=10)
    assert shrunk.shape == (5, 10, 3)
    assert factor == 0.5


def test_png_bytes_repeat() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (50, 60, 3), np.uint8)
    assert images.encode_png(noise) == images.encode_png(noise.copy())
