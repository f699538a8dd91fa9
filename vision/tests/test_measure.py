import json
from typing import Any, cast

import cv2
import numpy as np
import pytest

from onmodel_vision.arrays import Image
from onmodel_vision.measure import Measurer


def _faces(report: dict[str, object]) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", report["faces"])


def test_a_portrait_is_measured_in_full(measurer: Measurer, astronaut: Image) -> None:
    report = measurer.measure(astronaut).to_json()
    assert report["reason"] is None
    assert json.loads(json.dumps(report)) == report
    (face,) = _faces(report)
    assert face["angle"] == "front"
    assert face["expression"] == "happy"
    assert face["covered"] is False
    assert len(face["embedding"]) == 128
    assert 0.5 < face["brightness"] < 0.95


def test_scale_gives_lengths_in_the_original(measurer: Measurer, astronaut: Image) -> None:
    measured = measurer.measure(astronaut)
    once, twice = measured.to_json(), measured.to_json(scale=2.0)
    assert twice["width"] == 1024
    (first,), (second,) = _faces(once), _faces(twice)
    assert second["face_px"] == pytest.approx(first["face_px"] * 2, abs=0.2)
    assert second["yaw"] == first["yaw"]


def test_a_cat_has_no_face(measurer: Measurer, cat: Image) -> None:
    measured = measurer.measure(cat)
    assert measured.reason == "no_face"
    assert measured.main is None
    assert len(measured.phash) == 16


def test_a_tiny_face_is_too_small(measurer: Measurer, astronaut: Image) -> None:
    head = astronaut[20:220, 130:330]
    tiny = np.asarray(cv2.resize(head, (36, 36), interpolation=cv2.INTER_AREA), np.uint8)
    assert measurer.measure(tiny).reason in ("face_too_small", "no_face")


def test_a_covered_face_is_not_judged(measurer: Measurer, astronaut: Image) -> None:
    large = np.asarray(cv2.resize(astronaut, None, fx=2, fy=2), np.uint8)
    points = measurer.finder.find(large)[0].mesh.points
    ring = points[[50, 280, 323, 288, 152, 58, 93], :2].astype(np.int32)
    cv2.fillConvexPoly(large, cv2.convexHull(ring), (120, 170, 200))
    assert measurer.measure(large).reason == "covered"
