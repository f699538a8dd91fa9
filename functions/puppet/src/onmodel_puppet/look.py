"""From light to a finished picture: backdrop, film response, grade."""

import cv2
import numpy as np
from onmodel_vision.arrays import Floats

from onmodel_puppet import relight
from onmodel_puppet.lights import Backdrop, Grade, Light
from onmodel_puppet.rig import Rig, smoothstep

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
BACKDROP_SIDE = 256
SHOULDER = 0.72
"""Linear brightness from which highlights roll off instead of clipping."""


def lit(rig: Rig, pixels: Floats, light: Light, *, seed: int) -> Floats:
    """Relight a picture of the rig's canvas; values 0 to 255 in and out."""
    linear = relight.to_linear(pixels)
    depth, normals = relight.shape(rig)
    person = relight.flattened(linear, normals, rig, light.flatten)
    person = person * relight.illumination(rig, light, depth, normals)
    albedo = np.clip(linear, 0.03, 0.8)
    person = person + relight.rim(rig, light.rim, normals) * (0.12 + 0.88 * albedo)
    behind = _backdrop(rig, linear, light.backdrop)
    matte = smoothstep(rig.person, 0.08, 0.92)[..., None]
    picture = behind * (1 - matte) + person * matte
    return graded(picture, light.grade, seed=seed)


def _backdrop(rig: Rig, linear: Floats, settings: Backdrop) -> Floats:
    """(size, size, 3) what lies behind the person. Blurred anyway, so it is made small."""
    size = linear.shape[0]
    small = (BACKDROP_SIDE, BACKDROP_SIDE)
    person = np.asarray(cv2.resize(rig.person, small, interpolation=cv2.INTER_AREA), np.float32)
    picture = np.asarray(cv2.resize(linear, small, interpolation=cv2.INTER_AREA), np.float32)
    plate = _without_person(person, picture)
    blurred = cv2.GaussianBlur(plate, (0, 0), settings.blur * BACKDROP_SIDE)
    tone = np.median(plate.reshape(-1, 3), axis=0)
    tone = np.full(3, float(tone @ LUMA), np.float32) * 0.6 + tone.astype(np.float32) * 0.4
    tone = np.clip(tone, 0.10, 0.55)
    washed = blurred + (tone - blurred) * settings.wash
    behind = washed * settings.gain * np.array(settings.tint, np.float32)
    y, x = np.mgrid[0:BACKDROP_SIDE, 0:BACKDROP_SIDE].astype(np.float32) * (size / BACKDROP_SIDE)
    away = np.hypot(x - rig.origin[0], (y - rig.origin[1] - 0.4 * rig.span) * 0.9) / (0.52 * size)
    glow = np.exp(-1.6 * away * away)[..., None]
    behind = behind * (1 - 0.45 * settings.glow + 1.25 * settings.glow * glow)
    return np.asarray(cv2.resize(behind, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _without_person(person: Floats, linear: Floats) -> Floats:
    """The background alone: what the person hides is filled from around, so that no halo of skin
    or hair bleeds into a blurred backdrop."""
    size = linear.shape[0]
    grown = np.asarray(
        cv2.dilate(person, np.ones((3, 3), np.uint8), iterations=max(1, size // 120)),
        np.float32,
    )
    visible = (1 - smoothstep(grown, 0.05, 0.5)).astype(np.float32)
    filled = linear * visible[..., None]
    weight = visible.copy()
    for sigma in (size / 96, size / 32, size / 10):
        blurred = cv2.GaussianBlur(linear * visible[..., None], (0, 0), sigma)
        amount = np.asarray(cv2.GaussianBlur(visible, (0, 0), sigma), np.float32)
        missing = np.clip(1 - weight, 0, 1)
        share = missing * smoothstep(amount, 0.02, 0.25)
        filled += blurred / np.maximum(amount, 1e-4)[..., None] * share[..., None]
        weight += share
    return (filled / np.maximum(weight, 1e-3)[..., None]).astype(np.float32)


def graded(linear: Floats, grade: Grade, *, seed: int) -> Floats:
    """Linear light -> display values 0 to 255 with the look of a film stock."""
    size = linear.shape[0]
    picture = linear * 2.0**grade.exposure
    if grade.bloom:
        bright = np.clip(picture - 0.6, 0, 2)
        picture = picture + grade.bloom * cv2.GaussianBlur(bright, (0, 0), size / 28)
    picture = picture * _vignette(size, grade.vignette)
    picture = _shoulder(np.clip(picture, 0, None))
    luma = (picture @ LUMA)[..., None]
    picture = luma + (picture - luma) * grade.saturation
    split = np.clip(luma * 2.2, 0, 1)
    picture = picture * (
        np.array(grade.shadows, np.float32) * (1 - split)
        + np.array(grade.highlights, np.float32) * split
    )
    display = np.power(np.clip(picture, 0, 1), 1 / relight.GAMMA)
    display = 0.42 + (display - 0.42) * grade.contrast
    display = grade.lift + display * (1 - grade.lift)
    if grade.grain:
        display = display + _grain(size, grade.grain, seed)
    return (np.clip(display, 0, 1) * 255).astype(np.float32)


def _shoulder(linear: Floats) -> Floats:
    over = np.clip(linear - SHOULDER, 0, None)
    rest = 1 - SHOULDER
    return np.where(linear > SHOULDER, SHOULDER + rest * (1 - np.exp(-over / rest)), linear)


def _vignette(size: int, amount: float) -> Floats:
    y, x = (np.mgrid[0:size, 0:size].astype(np.float32) + 0.5) / size - 0.5
    away = np.clip(np.hypot(x, y) / 0.72, 0, 1)
    return (1 - amount * smoothstep(away.astype(np.float32), 0.35, 1.0))[..., None]


def _grain(size: int, amount: float, seed: int) -> Floats:
    noise = np.random.default_rng(seed).standard_normal((size, size)).astype(np.float32)
    return (cv2.GaussianBlur(noise, (0, 0), 0.7) * amount * 1.8)[..., None]
