"""Reading, scaling and writing pictures the same way everywhere."""

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from onmodel_vision.arrays import Floats, Image

cv2.setNumThreads(1)

MAX_PIXELS = 120_000_000
NEUTRAL_GREY = 128


class UnreadableImageError(ValueError):
    """The file is not a picture that this package can decode."""


@dataclass(frozen=True)
class Picture:
    """`alpha` (height, width), 0 to 1, where some of the picture is transparent; else None."""

    image: Image
    alpha: Floats | None


def read(path: Path) -> Image:
    """The picture of `read_with_alpha` alone."""
    return read_with_alpha(path).image


def read_with_alpha(path: Path) -> Picture:
    """Decode a PNG, JPEG or WebP file, turned upright as its EXIF says.

    Transparent parts are laid over neutral grey: whatever colour hides under alpha zero was never
    meant to be seen, and it would otherwise be measured.

    Raises:
        UnreadableImageError: not a picture, damaged, empty or above 120 megapixels.
    """
    data = np.fromfile(path, dtype=np.uint8)
    if data.size == 0:
        raise UnreadableImageError(f"{path.name} is empty")
    try:
        raw = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
        if raw is not None and raw.ndim == 3 and raw.shape[2] == 4:
            eight = _to_eight_bits(np.asarray(raw))
            alpha = eight[:, :, 3].astype(np.float32) / 255
            _check_size(eight, path)
            return Picture(_over_grey(eight), alpha if float(alpha.min()) < 0.5 else None)
        bgr = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise UnreadableImageError(f"{path.name} cannot be decoded") from error
    if bgr is None:
        raise UnreadableImageError(f"{path.name} cannot be decoded")
    _check_size(np.asarray(bgr), path)
    return Picture(np.ascontiguousarray(bgr[:, :, ::-1]).astype(np.uint8, copy=False), None)


def _check_size(image: np.ndarray, path: Path) -> None:
    if image.shape[0] * image.shape[1] > MAX_PIXELS:
        raise UnreadableImageError(f"{path.name} has too many pixels")


def _to_eight_bits(image: np.ndarray) -> np.ndarray:
    return (image >> 8).astype(np.uint8) if image.dtype == np.uint16 else image


def _over_grey(bgra: np.ndarray) -> Image:
    alpha = bgra[:, :, 3:4].astype(np.float32) / 255
    colour = bgra[:, :, 2::-1].astype(np.float32)
    return np.rint(colour * alpha + NEUTRAL_GREY * (1 - alpha)).astype(np.uint8)


def encode_png(image: Image) -> bytes:
    """PNG bytes; the same pixels always give the same bytes."""
    settings = [cv2.IMWRITE_PNG_COMPRESSION, 6, cv2.IMWRITE_PNG_STRATEGY, 0]
    done, data = cv2.imencode(".png", np.ascontiguousarray(image[:, :, ::-1]), settings)
    if not done:
        raise ValueError("the picture could not be encoded as PNG")
    return data.tobytes()


def encode_jpeg(image: Image, *, quality: int = 80) -> bytes:
    """JPEG bytes, for pictures that are looked at for a moment; `quality` 1 to 100."""
    bgr = np.ascontiguousarray(image[:, :, ::-1])
    done, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError("the picture could not be encoded as JPEG")
    return data.tobytes()


def fit_within(image: Image, *, longest: int) -> tuple[Image, float]:
    """Shrink so that no side is longer than `longest`; (picture, factor). Never enlarges."""
    factor = min(1.0, longest / max(image.shape[:2]))
    if factor == 1.0:
        return image, 1.0
    height, width = image.shape[:2]
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8), factor


def luma(image: Image) -> Floats:
    """Brightness as the eye weighs it (Rec. 601), (height, width), 0 to 255."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return image.astype(np.float32) @ weights
