"""What somebody waited for together."""

from datetime import UTC, datetime, timedelta

from onmodel.inbox.together import asked_together
from onmodel.variations.models import Variation

START = datetime(2026, 1, 1, tzinfo=UTC)


def asked(at: float, ended: float) -> Variation:
    return Variation(
        created_at=START + timedelta(seconds=at), finished_at=START + timedelta(seconds=ended)
    )


def test_nothing_asked_is_nothing_together() -> None:
    assert asked_together([]) == []


def test_one_request_is_one_wait_in_whatever_order_its_pictures_end() -> None:
    sheet = [asked(0.002, 20), asked(0.001, 90), asked(0, 5)]
    assert asked_together(sheet) == sheet


def test_a_second_click_while_the_first_still_works_belongs_to_it() -> None:
    assert len(asked_together([asked(10, 30), asked(0, 12), asked(0, 11)])) == 3


def test_what_had_ended_before_the_next_click_was_told_before() -> None:
    newest, _ = pictures = [asked(10, 30), asked(0, 9)]
    assert asked_together(pictures) == [newest]
