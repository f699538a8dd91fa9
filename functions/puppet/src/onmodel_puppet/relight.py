"""New light on an old photograph.

The shading that the photograph already has is estimated on the face (nine spherical harmonics of
its directions, fitted to its brightness) and partly divided out; then the new lights fall on the
shape of the head, with cast shadows found by walking over the depth towards each light.
"""

import math

import cv2
import numpy as np
from onmodel_vision.arrays import Floats

from onmodel_puppet import surface
from onmodel_puppet.lights import Key, Light, Rim
from onmodel_puppet.rig import Rig, smoothstep

GAMMA = 2.2
SHADOW_STEPS = 26
SHADOW_SIDE = 256
WRAP = 0.22
"""Skin scatters light around the terminator: a hard cosine looks like plaster."""


def to_linear(pixels: Floats) -> Floats:
    """Display values 0 to 255 -> linear light 0 to 1."""
    return np.power(np.clip(pixels, 0, 255) / 255, GAMMA).astype(np.float32)


def shape(rig: Rig) -> tuple[Floats, Floats]:
    """Depth (size, size) and normals (size, size, 3) of the person: face from the mesh, hair and
    body rounded off from their outline."""
    size = rig.image.shape[0]
    near_face = _face_weight(rig)
    mask = (rig.person > 0.5).astype(np.uint8)
    inward = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 5), np.float32)
    radius = 0.55 * rig.span
    t = np.clip(inward / radius, 0, 1)
    dome = rig.axis_depth + 0.25 * rig.span - radius * np.sqrt(np.clip(1 - (1 - t) ** 2, 0, 1))
    dome = cv2.GaussianBlur(dome.astype(np.float32), (0, 0), 0.14 * rig.span)
    depth = (rig.depth * near_face + dome * (1 - near_face)).astype(np.float32)
    return depth, surface.normals(depth, smooth=size / 190)


def _face_weight(rig: Rig) -> Floats:
    """1 on the face, fading at its outline, where the mesh ends and hair begins."""
    size = rig.image.shape[0]
    hull = np.zeros((size, size), np.float32)
    cv2.fillConvexPoly(hull, cv2.convexHull(rig.points.astype(np.int32)), 1.0)
    return np.asarray(cv2.GaussianBlur(hull, (0, 0), 0.16 * rig.span), np.float32)


def flattened(linear: Floats, normals: Floats, rig: Rig, share: float) -> Floats:
    """The picture with a share of its own shading on the person taken away."""
    weight = _face_weight(rig) > 0.8
    step = max(1, int(math.sqrt(weight.sum() / 8000)))
    chosen = np.zeros_like(weight)
    chosen[::step, ::step] = weight[::step, ::step]
    luma = linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)
    soft = cv2.GaussianBlur(luma, (0, 0), 0.03 * rig.span)
    basis = _harmonics(normals[chosen])
    values = np.log(np.clip(soft[chosen], 0.01, 1)).astype(np.float64)
    # Beard, brows and eyes are no shading: two rounds leave the darkest of each fit aside.
    keep = np.ones(len(values), bool)
    solution = np.zeros(basis.shape[1])
    for _ in range(3):
        ridge = np.diag([1e-3] + [0.02 * keep.sum()] * (basis.shape[1] - 1))
        system = basis[keep].T @ basis[keep] + ridge
        solution = np.linalg.solve(system, basis[keep].T @ values[keep])
        errors = values - basis @ solution
        keep = errors > -1.2 * errors[keep].std()
    predicted = _harmonics(normals.reshape(-1, 3)) @ solution
    shading = (predicted - np.median(values[keep])).reshape(luma.shape)
    shading = np.clip(shading, -0.9, 0.7).astype(np.float32)
    reach = cv2.GaussianBlur(np.maximum(_face_weight(rig), rig.head), (0, 0), 0.05 * rig.span)
    return (linear * np.exp(-share * shading * reach)[..., None]).astype(np.float32)


def _harmonics(directions: Floats) -> np.ndarray:
    x, y, z = directions.T.astype(np.float64)
    return np.column_stack(
        [np.ones_like(x), x, y, z - 1, x * y, x * z, y * z, x * x - y * y, z * z - 1]
    )


def direction(key: Key) -> Floats:
    """Unit vector towards the light: x right, y down, z to the camera."""
    azimuth, elevation = (math.radians(angle) for angle in key.direction)
    return np.array(
        [
            math.sin(azimuth) * math.cos(elevation),
            -math.sin(elevation),
            math.cos(azimuth) * math.cos(elevation),
        ],
        np.float32,
    )


def shadow(depth: Floats, towards: Floats, span: float) -> Floats:
    """(size, size) 0 lit to 1 in cast shadow, with soft edges."""
    size = depth.shape[0]
    scale = SHADOW_SIDE / size
    small = cv2.resize(depth, (SHADOW_SIDE, SHADOW_SIDE), interpolation=cv2.INTER_AREA) * scale
    flat = float(np.hypot(towards[0], towards[1]))
    if flat < 0.05:
        return np.zeros_like(depth)
    y, x = np.mgrid[0:SHADOW_SIDE, 0:SHADOW_SIDE].astype(np.float32)
    rise = float(towards[2]) / flat
    reach = 1.1 * span * scale
    blocked = np.zeros_like(small)
    for i in range(1, SHADOW_STEPS + 1):
        away = reach * (i / SHADOW_STEPS) ** 1.4
        there = cv2.remap(
            small,
            x + towards[0] / flat * away,
            y + towards[1] / flat * away,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        over = (small - rise * away) - there
        # The further away what casts it, the softer the edge of the shadow.
        blocked = np.maximum(blocked, smoothstep(over, 0.012 * reach, 0.05 * reach + 0.10 * away))
    soft = cv2.GaussianBlur(blocked, (0, 0), 2.2)
    return np.asarray(cv2.resize(soft, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def illumination(rig: Rig, light: Light, depth: Floats, normals: Floats) -> Floats:
    """(size, size, 3) light that falls on the person."""
    total = np.ones_like(normals) * np.array(light.ambient, np.float32)
    # Ambient light comes more from above than from below.
    total *= (1 - 0.16 * normals[..., 1:2]).astype(np.float32)
    for key in light.keys:
        towards = direction(key)
        facing = normals @ towards
        lambert = np.clip((facing + WRAP) / (1 + WRAP), 0, None) ** 1.25
        if key.shadow:
            lambert = lambert * (1 - key.shadow * shadow(depth, towards, rig.span))
        total += lambert[..., None] * np.array(key.colour, np.float32)
    return total.astype(np.float32)


def rim(rig: Rig, settings: Rim, normals: Floats) -> Floats:
    """(size, size, 3) light that grazes the outline of the person from behind."""
    inside = smoothstep(rig.person, 0.45, 0.95)
    soft = np.asarray(cv2.GaussianBlur(rig.person, (0, 0), 0.032 * rig.span), np.float32)
    edge = inside * (1 - smoothstep(soft, 0.55, 0.99))
    wide = cv2.GaussianBlur(edge, (0, 0), 0.012 * rig.span) * inside
    side = _from_side(settings.side, normals)
    return (wide * side)[..., None] * np.array(settings.colour, np.float32)


def _from_side(side: int, normals: Floats) -> Floats:
    if side == 0:
        return smoothstep(-normals[..., 1], 0.0, 0.6)
    if side == 2:
        return smoothstep(-normals[..., 1], -0.6, 0.3) * 0.55 + 0.45
    return smoothstep(normals[..., 0] * side, 0.05, 0.5)
