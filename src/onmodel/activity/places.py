"""Where an event of the log happened: its page and its picture.

The log keeps whole records in the shape of the day that they were written; what an old one lacks
is simply not shown.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from onmodel.events.models import Event
from onmodel.inbox import pages


@dataclass(frozen=True)
class Place:
    """A path, and the picture that is meant: by file, or by the variation that shows it."""

    url: str
    file_id: UUID | None = None
    variation_id: UUID | None = None


def place_of(event: Event) -> Place:
    """Return where a person finds what an event tells of."""
    noun = event.name.removeprefix("server:").partition(".")[0]
    reader = _READERS.get(noun)
    return reader(event) if reader else Place(pages.project(event.project_id))


def _character(event: Event) -> Place:
    if event.subject_id is None or event.subject_id == event.project_id:
        return Place(pages.project(event.project_id))
    return Place(pages.character(event.project_id, event.subject_id))


def _variation(event: Event) -> Place:
    return _picture(event, event.payload.get("variation_id"), _data(event).get("file"))


def _note(event: Event) -> Place:
    data, picture = _data(event), _id(event.payload.get("variation_id"))
    note_id = _id(data.get("parent_id")) or _id(data.get("id"))
    if event.name == "server:note.removed" or not (picture and note_id and event.subject_id):
        return _picture(event, event.payload.get("variation_id"), None)
    url = pages.note(event.project_id, event.subject_id, picture, note_id)
    return Place(url, variation_id=picture)


def _alert(event: Event) -> Place:
    picture = _data(event).get("variation") or {}
    return _picture(event, picture.get("id"), picture.get("file"))


def _picture(event: Event, variation_id: object, file: object) -> Place:
    id_ = _id(variation_id)
    if id_ is None or event.subject_id is None:
        return _character(event)
    url = pages.picture(event.project_id, event.subject_id, id_)
    return Place(url, file_id=_file(file), variation_id=id_)


def _reference(event: Event) -> Place:
    return Place(_character(event).url, file_id=_file(_data(event).get("file")))


def _decision(event: Event) -> Place:
    data, id_ = _data(event), _id(event.payload.get("decision_id"))
    candidates: list[dict[str, Any]] = data.get("candidates") or []
    chosen = [one for one in candidates if one.get("id") == data.get("winner_id")]
    shown = next((one.get("file") for one in chosen if one.get("file")), None)
    return (
        Place(pages.decision(event.project_id, id_), file_id=_file(shown))
        if id_
        else (_character(event))
    )


def _members(event: Event) -> Place:
    return Place(pages.people(event.project_id))


def _share(event: Event) -> Place:
    return Place(pages.queue(event.project_id))


_READERS = {
    "character": _character,
    "training": _character,
    "golden": _character,
    "golden_set": _character,
    "judgement": _variation,
    "variation": _variation,
    "note": _note,
    "alert": _alert,
    "reference": _reference,
    "version": _character,
    "decision": _decision,
    "members": _members,
    "share": _share,
}


def _data(event: Event) -> dict[str, Any]:
    data = event.payload.get("data")
    return data if isinstance(data, dict) else {}


def _file(value: object) -> UUID | None:
    return _id(value.get("id")) if isinstance(value, dict) else None


def _id(value: object) -> UUID | None:
    try:
        return UUID(str(value))
    except ValueError:
        return None
