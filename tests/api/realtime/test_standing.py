"""What is told of a person at a place: only what is new, and everything to who comes."""

from uuid import uuid4

import pytest

from onmodel.api.realtime.live.errors import TooManyPointsError
from onmodel.api.realtime.live.schemas import LiveUpdate
from onmodel.api.realtime.live.standing import Standing


def _standing(*updates: dict[str, object]) -> Standing:
    standing = Standing("0123456789ab", uuid4())
    for update in updates:
        standing.take(LiveUpdate.model_validate(update))
    return standing


def _line(*points: tuple[float, float], keep: int = 0, id_: str = "stroke-1") -> dict[str, object]:
    return {"stroke": {"id": id_, "kind": "freehand", "keep": keep, "points": points}}


def test_only_what_changed_is_told_and_only_once() -> None:
    standing = _standing({"at": (0.123456, 0.5)})
    news = standing.news()
    assert news is not None
    assert news.model_fields_set == {"client", "user_id", "at"}
    assert news.at == (0.1235, 0.5)
    assert standing.news() is None


def test_what_was_drawn_in_a_moment_is_one_piece() -> None:
    standing = _standing(_line((0, 0)))
    standing.news()
    standing.take(LiveUpdate.model_validate(_line((0.1, 0), keep=1)))
    standing.take(LiveUpdate.model_validate(_line((0.2, 0), keep=2)))
    news = standing.news()
    assert news is not None
    assert news.stroke is not None
    assert (news.stroke.keep, news.stroke.points) == (1, [(0.1, 0), (0.2, 0)])


def test_a_piece_after_a_lost_one_joins_what_is_there() -> None:
    standing = _standing(_line((0, 0)), _line((0.9, 0), keep=7))
    assert standing.drawing is not None
    assert standing.drawing.points == [(0, 0), (0.9, 0)]


def test_the_end_of_a_box_replaces_the_last_one() -> None:
    standing = _standing(_line((0, 0), (0.1, 0.1)))
    standing.news()
    standing.take(LiveUpdate.model_validate(_line((0.2, 0.2), keep=1)))
    news = standing.news()
    assert news is not None
    assert news.stroke is not None
    assert (news.stroke.keep, news.stroke.points) == (1, [(0.2, 0.2)])


def test_another_stroke_begins_from_nothing() -> None:
    standing = _standing(_line((0, 0), (0.1, 0.1)), _line((0.5, 0.5), keep=2, id_="stroke-2"))
    assert standing.drawing is not None
    assert standing.drawing.points == [(0.5, 0.5)]


def test_who_comes_is_told_everything_that_there_is() -> None:
    standing = _standing({"at": (0.1, 0.1)}, _line((0, 0), (0.1, 0.1)), {"at": None})
    standing.news()
    standing.begin_anew()
    news = standing.news()
    assert news is not None
    assert news.model_fields_set == {"client", "user_id", "stroke"}
    assert news.stroke is not None
    assert len(news.stroke.points) == 2


def test_a_line_that_is_too_long_changes_nothing() -> None:
    standing = _standing(_line(*[(0.5, 0.5)] * 2000))
    standing.news()
    update = LiveUpdate.model_validate(_line((0.1, 0.1), keep=2000) | {"at": (0.3, 0.3)})
    with pytest.raises(TooManyPointsError):
        standing.take(update)
    assert standing.at is None
    assert standing.news() is None


def test_a_spot_among_several_pictures_says_on_which_it_lies() -> None:
    here, on = _standing(), uuid4()
    here.take(LiveUpdate(at=(0.5, 0.25), on=on))
    told = here.news()
    assert told is not None
    assert (told.at, told.on) == ((0.5, 0.25), on)
    here.begin_anew()
    again = here.news()
    assert again is not None
    assert again.on == on
    here.take(LiveUpdate(at=None))
    gone = here.news()
    assert gone is not None
    assert gone.model_dump(exclude_unset=True).keys() == {"client", "user_id", "at"}
