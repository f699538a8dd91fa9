"""The rig: everything about the head on the canvas that moving and lighting need."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from onmodel_vision import expression, pose
from onmodel_vision.arrays import Floats, Image, Points
from onmodel_vision.expression import Expression
from onmodel_vision.mesh import FaceMesh, Mesh
from onmodel_vision.pose import Pose
from onmodel_vision.segmentation import PersonSegmenter

from onmodel_puppet import matte
from onmodel_puppet.canvas import Canvas
from onmodel_puppet.surface import depth_map


@dataclass(frozen=True)
class Rig:
    """`span` is the eye span on the canvas in pixels, the unit of every movement. `right` and
    `down` are unit vectors of the face in the picture; `person` and `head` are soft masks and
    `depth` is in pixels, smaller is nearer; all three have the canvas's size."""

    image: Image
    mesh: Mesh
    pose: Pose
    expression: Expression
    span: float
    origin: Points
    right: Points
    down: Points
    person: Floats
    head: Floats
    depth: Floats
    axis_depth: float
    """Depth of the axis that the head turns around, roughly between the ears."""

    @property
    def points(self) -> Points:
        """(468, 2) mesh points on the canvas."""
        return self.mesh.points[:, :2]


def build(canvas: Canvas, source: Mesh, faces: FaceMesh, segmenter: PersonSegmenter) -> Rig:
    """Measure the head on the canvas."""
    placed = Mesh(canvas.place(source.points), source.presence)
    mesh = faces.follow(canvas.image, placed)
    head_pose = pose.estimate(mesh)
    points = mesh.points
    left, right = points[[33, 133], :2].mean(axis=0), points[[263, 362], :2].mean(axis=0)
    angle = math.atan2(float(right[1] - left[1]), float(right[0] - left[0]))
    axes = (
        np.array([math.cos(angle), math.sin(angle)], np.float32),
        np.array([-math.sin(angle), math.cos(angle)], np.float32),
    )
    span = float(np.linalg.norm(points[263] - points[33]))
    person = matte.refine(canvas.image, segmenter.mask(canvas.image))
    axis_depth = float(points[[234, 454], 2].mean()) + 0.12 * span
    origin = ((left + right) / 2).astype(np.float32)
    return Rig(
        image=canvas.image,
        mesh=mesh,
        pose=head_pose,
        expression=expression.measure(pose.upright(mesh, head_pose)),
        span=span,
        origin=origin,
        right=axes[0],
        down=axes[1],
        person=person,
        head=_head_mask(person, points[:, :2], origin, axes, span),
        depth=depth_map(points, canvas.image.shape[0], limit=axis_depth + 0.08 * span),
        axis_depth=axis_depth,
    )


def face_coordinates(rig: Rig) -> tuple[Floats, Floats]:
    """(u, v) of every pixel in eye spans: right and down from the point between the eyes."""
    size = rig.image.shape[0]
    return _coordinates(size, rig.origin, (rig.right, rig.down), rig.span)


def _coordinates(
    size: int, origin: Points, axes: tuple[Points, Points], span: float
) -> tuple[Floats, Floats]:
    y, x = np.mgrid[0:size, 0:size].astype(np.float32)
    x, y = x - origin[0], y - origin[1]
    u = (x * axes[0][0] + y * axes[0][1]) / span
    v = (x * axes[1][0] + y * axes[1][1]) / span
    return u.astype(np.float32), v.astype(np.float32)


def smoothstep(values: Floats, low: float, high: float) -> Floats:
    """0 below `low`, 1 above `high`, smooth between; works downwards as well."""
    t = np.clip((values - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def _head_mask(
    person: Floats, points: Points, origin: Points, axes: tuple[Points, Points], span: float
) -> Floats:
    """1 on face, hair and ears; fades over neck and background, so that both stay pinned."""
    u, v = _coordinates(person.shape[0], origin, axes, span)
    chin = float((points[152] - origin) @ axes[1]) / span
    jaw = float(np.abs((points[[172, 397]] - origin) @ axes[0]).max()) / span
    # Under the jaw the neck follows a little; beside it lies hair or shoulder.
    vertical = 1 - smoothstep(v, chin - 0.05, chin + 0.75)
    beside = smoothstep(np.abs(u), jaw + 0.1, jaw + 0.7) * smoothstep(v, 0.35, chin)
    round_head = 1 - smoothstep(np.hypot(u / 1.25, (v + 0.15) / 1.6), 0.85, 1.5)
    grown = cv2.dilate(person, np.ones((3, 3), np.uint8), iterations=max(1, round(span * 0.02)))
    cover = cv2.GaussianBlur(grown, (0, 0), span * 0.10)
    face = np.zeros_like(person)
    cv2.fillConvexPoly(face, cv2.convexHull(points.astype(np.int32)), 1.0)
    cover = np.maximum(cover, cv2.GaussianBlur(face, (0, 0), span * 0.08))
    return np.clip(cover * vertical * (1 - beside) * round_head, 0, 1).astype(np.float32)
