"""Who belongs, on made-up measurements with known distances."""

from dataclasses import replace

import numpy as np
import pytest
from onmodel_vision.arrays import Floats
from onmodel_vision.expression import Expression
from onmodel_vision.faces import Face
from onmodel_vision.measure import FaceMeasure, PictureMeasure
from onmodel_vision.mesh import Mesh
from onmodel_vision.pose import Pose
from onmodel_vision.quality import Quality

from onmodel_identity_profile import belonging, selection

RANDOM = np.random.default_rng(3)
_DIRECTION = RANDOM.normal(size=128)
PERSON = _DIRECTION * (1.4 / np.linalg.norm(_DIRECTION))
STRANGER = -PERSON


def _near(centre: Floats, away: float = 0.2) -> Floats:
    step = RANDOM.normal(size=128)
    return (centre + step / np.linalg.norm(step) * away).astype(np.float32)


def _face(embedding: Floats, *, yaw: float = 0.0, smile: float = 0.0) -> FaceMeasure:
    points = np.zeros((468, 3), np.float32)
    points[1] = (200, 220, 0)
    return FaceMeasure(
        face=Face(Mesh(points, 1.0), ("mediapipe_short", "dlib_hog"), 0.9),
        pose=Pose(yaw, 0.0, 0.0, np.eye(3, dtype=np.float32)),
        expression=Expression(0.0, smile, 0.0, 1.0, 0.0),
        quality=Quality(20.0, 0.6, ()),
        embedding=embedding,
    )


def _picture(*faces: FaceMeasure) -> PictureMeasure:
    bits = f"{int(RANDOM.integers(0, 2**63)):016x}"
    reason = None if faces else "no_face"
    return PictureMeasure(400, 400, faces, 10.0, bits, reason)


def test_the_stranger_is_left_out() -> None:
    pictures = [_picture(_face(_near(PERSON))) for _ in range(4)]
    pictures.insert(2, _picture(_face(_near(STRANGER))))
    found = belonging.decide(pictures)
    assert [member.index for member in found.members] == [0, 1, 3, 4]
    assert found.reasons == {2: "different_person"}


def test_in_a_group_the_right_face_is_taken() -> None:
    group = _picture(_face(_near(STRANGER)), _face(_near(PERSON)))
    pictures = [_picture(_face(_near(PERSON))) for _ in range(3)] + [group]
    found = belonging.decide(pictures)
    assert found.members[3].face is group.faces[1]


def test_copies_and_faceless_pictures_do_not_count() -> None:
    original = _picture(_face(_near(PERSON)))
    found = belonging.decide([original, replace(original), _picture()])
    assert [member.index for member in found.members] == [0]
    assert found.duplicates == {1: 0}
    assert found.reasons == {1: "near_copy", 2: "no_face"}


def test_with_two_pictures_nobody_is_called_a_stranger() -> None:
    pictures = [_picture(_face(_near(PERSON))), _picture(_face(_near(STRANGER)))]
    assert len(belonging.decide(pictures).members) == 2


def test_spread_is_that_of_the_pairs() -> None:
    members = belonging.decide([_picture(_face(_near(PERSON, 0.3))) for _ in range(4)]).members
    numbers = belonging.spread(members)
    assert numbers["pairs"] == 6
    distance, left_out = numbers["distance"], numbers["leave_one_out"]
    assert isinstance(distance, dict)
    assert isinstance(left_out, list)
    # Two steps of 0.3 in independent directions of 128 dimensions.
    assert distance["mean"] == pytest.approx(0.3 * 2**0.5, abs=0.06)
    assert len(left_out) == 4


def test_one_picture_has_no_spread() -> None:
    members = belonging.decide([_picture(_face(PERSON.astype(np.float32)))]).members
    assert belonging.spread(members)["distance"] is None
    assert float(np.linalg.norm(belonging.template(members))) == pytest.approx(1.0, abs=1e-5)


def test_the_best_are_found_by_angle_and_the_base_is_calm() -> None:
    faces = [
        _face(_near(PERSON), smile=1.0),
        _face(_near(PERSON)),
        _face(_near(PERSON), yaw=-25.0),
    ]
    best = selection.best(belonging.decide([_picture(face) for face in faces]).members)
    assert best["base"] == 1
    assert best["angle"] == {"front": 0, "half_left": 2}
    assert best["expression"] == {"happy": 0, "neutral": 1}
