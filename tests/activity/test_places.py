"""Records of another day lead somewhere too."""

from typing import Any

import pytest

from onmodel.activity.places import place_of
from onmodel.events.models import Event
from onmodel.kit.ids import new_id

PROJECT, CHARACTER = new_id(), new_id()


@pytest.mark.parametrize("noun", ["note", "variation", "alert", "reference", "golden", "judgement"])
@pytest.mark.parametrize(
    "payload", [{}, {"data": None}, {"data": [], "variation_id": "7"}, {"data": {"file": "x.png"}}]
)
def test_what_a_record_lacks_leads_to_its_character(noun: str, payload: dict[str, Any]) -> None:
    event = Event(
        project_id=PROJECT,
        seq=1,
        name=f"server:{noun}.updated",
        subject_id=CHARACTER,
        payload=payload,
    )
    place = place_of(event)
    assert place.url == f"/p/{PROJECT}/c/{CHARACTER}"
    assert place.file_id is None


def test_what_is_not_known_leads_to_the_project() -> None:
    event = Event(project_id=PROJECT, seq=1, name="server:weather.changed", payload={})
    assert place_of(event).url == f"/p/{PROJECT}/gallery"
