"""Small pictures made on the spot, each different."""

import io

import numpy as np
from PIL import Image


def picture(seed: int, *, size: tuple[int, int] = (320, 240), kind: str = "JPEG") -> bytes:
    """Return the bytes of a soft colourful picture that no other seed makes."""
    noise = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    image = Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC)
    buffer = io.BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()
