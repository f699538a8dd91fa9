"""Colours as people see them: sRGB, CIELAB, and the difference CIEDE2000."""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Lab = tuple[float, float, float]

WHITE = (0.95047, 1.0, 1.08883)
"""D65, the white of sRGB."""

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27
_SEVENTH = 25.0**7


def lab_of(colour: str) -> Lab:
    """Return CIELAB (L 0 to 100, a, b) of an sRGB colour like ``#c08040``.

    Raises:
        ValueError: it is not of that form.
    """
    digits = colour.removeprefix("#")
    if len(digits) != 6:
        raise ValueError(f"{colour!r} is no colour like #c08040")
    coded = np.array([int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)])
    linear = np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)
    x, y, z = (float(value) for value in (_TO_XYZ @ linear) / WHITE)
    fx, fy, fz = _f(x), _f(y), _f(z)
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def hex_of(lab: Sequence[float]) -> str:
    """Return the nearest sRGB colour like ``#c08040``; what sRGB cannot show is cut off."""
    fy = (lab[0] + 16) / 116
    relative = np.array([_inverse(fy + lab[1] / 500), _inverse(fy), _inverse(fy - lab[2] / 200)])
    linear = np.clip(np.linalg.solve(_TO_XYZ, relative * WHITE), 0, 1)
    coded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in coded)


def delta_e(one: Sequence[float], other: Sequence[float], *, lightness: float = 1.0) -> float:
    """Return CIEDE2000: about 1 is just visible, 5 is plain side by side, 20 another colour.

    Args:
        one: CIELAB.
        other: CIELAB.
        lightness: how much lightness is forgiven (kL): 2 where the lighting may differ.

    Source: Sharma, Wu, Dalal, "The CIEDE2000 color-difference formula", 2005.
    """
    chroma_mean = (math.hypot(one[1], one[2]) + math.hypot(other[1], other[2])) / 2
    stretch = 1.5 - 0.5 * math.sqrt(chroma_mean**7 / (chroma_mean**7 + _SEVENTH))
    chroma1, hue1 = _polar(one[1] * stretch, one[2])
    chroma2, hue2 = _polar(other[1] * stretch, other[2])
    in_lightness, in_chroma = other[0] - one[0], chroma2 - chroma1
    turn, hue = _hues(chroma1, hue1, chroma2, hue2)
    in_hue = 2 * math.sqrt(chroma1 * chroma2) * math.sin(math.radians(turn / 2))
    away = ((one[0] + other[0]) / 2 - 50) ** 2
    chroma = (chroma1 + chroma2) / 2
    by_lightness = in_lightness / (lightness * (1 + 0.015 * away / math.sqrt(20 + away)))
    by_chroma = in_chroma / (1 + 0.045 * chroma)
    by_hue = in_hue / (1 + 0.015 * chroma * _hue_weight(hue))
    twist = _twist(chroma, hue)
    # rounding may leave a hair less than nothing
    square = by_lightness**2 + by_chroma**2 + by_hue**2 + twist * by_chroma * by_hue
    return math.sqrt(max(square, 0.0))


def _polar(a: float, b: float) -> tuple[float, float]:
    return math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def _hues(chroma1: float, hue1: float, chroma2: float, hue2: float) -> tuple[float, float]:
    """Return the turn from one hue to the other and the hue between, in degrees."""
    if chroma1 * chroma2 == 0:
        return 0.0, hue1 + hue2
    turn = hue2 - hue1
    if abs(turn) <= 180:
        return turn, (hue1 + hue2) / 2
    middle = (hue1 + hue2 + (360 if hue1 + hue2 < 360 else -360)) / 2
    return turn - math.copysign(360, turn), middle


def _hue_weight(hue: float) -> float:
    return (
        1
        - 0.17 * math.cos(math.radians(hue - 30))
        + 0.24 * math.cos(math.radians(2 * hue))
        + 0.32 * math.cos(math.radians(3 * hue + 6))
        - 0.20 * math.cos(math.radians(4 * hue - 63))
    )


def _twist(chroma: float, hue: float) -> float:
    angle = 30 * math.exp(-(((hue - 275) / 25) ** 2))
    return -2 * math.sqrt(chroma**7 / (chroma**7 + _SEVENTH)) * math.sin(math.radians(2 * angle))


def _f(value: float) -> float:
    return value ** (1 / 3) if value > _EPSILON else (_KAPPA * value + 16) / 116


def _inverse(value: float) -> float:
    cube = value**3
    return cube if cube > _EPSILON else (116 * value - 16) / _KAPPA


def middle_of(colours: Sequence[Lab]) -> Lab:
    """Return the median colour, which one picture in odd light does not move."""
    values: NDArray[np.float64] = np.asarray(colours, np.float64)
    return (
        float(np.median(values[:, 0])),
        float(np.median(values[:, 1])),
        float(np.median(values[:, 2])),
    )
