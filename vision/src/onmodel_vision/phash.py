"""Perceptual hash: pictures that look alike have hashes that differ in few bits."""

import cv2
import numpy as np

from onmodel_vision.arrays import Image
from onmodel_vision.images import luma

NEAR_COPY_BITS = 8
"""Up to this distance two pictures are taken for copies of each other."""


def compute(image: Image) -> str:
    """64 bits as 16 hexadecimal digits, from the low frequencies of a 32 x 32 cosine transform."""
    small = cv2.resize(luma(image), (32, 32), interpolation=cv2.INTER_AREA)
    block = np.asarray(cv2.dct(small))[:8, :8].ravel()
    # The first coefficient is the mean brightness: it would decide one bit without saying anything.
    bits = block > np.median(block[1:])
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def distance(first: str, second: str) -> int:
    """Number of bits, 0 to 64, in which two hashes differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()
