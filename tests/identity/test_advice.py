"""The reference doctor, one finding at a time."""

from typing import Any

import numpy as np
import pytest

from onmodel.identity.advice import Advice, Sighting, advise
from onmodel.kit.ids import new_id
from tests.support.faces import face, report
from tests.support.likeness import CALIBRATION, drawing


def _sighting(person: int, number: int, **changes: Any) -> Sighting:
    measured = face(person, number, **changes)
    vector = np.asarray(measured.pop("embedding"), np.float32)
    (picture,) = report(measured, picture=number)["report"]["pictures"]
    return Sighting(id=new_id(), name=f"{number}.jpg", picture=picture, vector=vector)


def _codes(advice: Advice) -> dict[str, str]:
    return {finding["code"]: finding["tone"] for finding in advice.findings}


def test_the_first_good_picture_helps() -> None:
    advice = advise(_sighting(1, 1), [])
    assert advice.verdict == "helps"
    assert _codes(advice) == {"face_found": "good", "adds": "good"}


def test_with_two_pictures_nobody_knows_who_the_stranger_is() -> None:
    first, second = _sighting(1, 1), _sighting(2, 1)
    for subject, other in ((first, second), (second, first)):
        advice = advise(subject, [other])
        assert advice.verdict == "neutral"
        assert "differs_from_other" in _codes(advice)


def test_the_majority_decides_who_the_stranger_is() -> None:
    own = [_sighting(1, number) for number in range(4)]
    stranger = _sighting(2, 1)
    assert _codes(advise(stranger, own))["somebody_else"] == "bad"
    for subject in own:
        siblings = [other for other in [*own, stranger] if other is not subject]
        assert _codes(advise(subject, siblings))["same_person"] == "good"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"sharpness": 1.0}, "soft"),
        ({"brightness": 0.05}, "dark"),
        ({"brightness": 0.99}, "bright"),
        ({"covered": True}, "covered"),
        ({"face_px": 40.0}, "small_face"),
    ],
)
def test_weak_pictures_are_neutral_and_say_why(changes: dict[str, Any], code: str) -> None:
    advice = advise(_sighting(1, 1, **changes), [])
    assert advice.verdict == "neutral"
    assert _codes(advice)[code] == "warn"


def test_news_belongs_to_the_first_of_its_kind() -> None:
    first = _sighting(1, 1, angle="half_left", expression="happy")
    second = _sighting(1, 2, angle="half_left", expression="happy")
    news = next(f for f in advise(first, [second]).findings if f["code"] == "adds")
    assert news["text"] == "Adds the view from half left and a happy expression to the set."
    assert "adds" not in _codes(advise(second, [first]))


def test_the_later_of_two_near_copies_hurts() -> None:
    first = _sighting(1, 1)
    second = Sighting(id=new_id(), name="copy.jpg", picture=first.picture, vector=first.vector)
    assert "near_duplicate" not in _codes(advise(first, [second]))
    advice = advise(second, [first])
    assert advice.verdict == "hurts"
    assert "1.jpg" in advice.findings[-1]["text"]


def _drawn(
    character: int, number: int, *, seen: bool = True, copy_of: int | None = None
) -> Sighting:
    (picture,) = drawing(character, copy_of or number)["report"]["pictures"]
    vector = np.asarray(picture.pop("appearance")["embedding"], np.float32) if seen else None
    return Sighting(id=new_id(), name=f"{number}.png", picture=picture, vector=vector)


def test_a_drawn_stranger_is_found_out_by_the_figure() -> None:
    own = [_drawn(1, number) for number in range(3)]
    stranger = _drawn(2, 9)
    said = advise(stranger, own, [("Owl", _drawn(2, 4).vector)], CALIBRATION)  # type: ignore[list-item]
    assert said.verdict == "hurts"
    assert _codes(said) == {"figure_found": "info", "somebody_else": "bad", "resembles": "info"}
    for subject in own:
        siblings = [other for other in [*own, stranger] if other is not subject]
        said = advise(subject, siblings, [], CALIBRATION)
        assert said.verdict == "helps"
        assert _codes(said) == {"figure_found": "info", "same_character": "good"}


def test_a_drawing_that_is_there_already_is_a_near_copy() -> None:
    first, twin, other = _drawn(1, 1), _drawn(1, 2, copy_of=1), _drawn(1, 3)
    assert _codes(advise(twin, [first, other], [], CALIBRATION))["near_duplicate"] == "bad"
    assert "near_duplicate" not in _codes(advise(other, [first, twin], [], CALIBRATION))


def test_a_drawing_that_cannot_be_cut_out_is_said_to_be() -> None:
    lost = _drawn(1, 1, seen=False)
    assert _codes(advise(lost, [], [], CALIBRATION)) == {"no_figure": "warn"}
    others = [_drawn(1, number) for number in (2, 3)]
    assert _codes(advise(lost, others, [], CALIBRATION)) == {"no_figure": "bad"}
