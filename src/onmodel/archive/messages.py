"""What a commit says: who did what, and which event of the log it is."""

import re
from collections.abc import Mapping
from typing import Any

TRAILER = "OnModel-Event"
VERSION = "OnModel-Version"
CHARACTER = "OnModel-Character"
_TRAILER = re.compile(rb"^OnModel-Event: (\d+)$", re.MULTILINE)
_SUBJECT_CHARACTERS = 100
_MACHINE = {
    "server:variation.updated": "measured",
    "server:reference.updated": "looked at",
    "server:training.updated": "trained",
    "server:variation.removed": "took out",
}


def message(
    event: str,
    seq: int,
    payload: Mapping[str, Any],
    change: Mapping[str, Any] | None,
    *,
    name: str,
    together_with: list[str],
    version: int | None = None,
) -> str:
    """Return a commit's message.

    Args:
        event, seq, payload, change: the event, as the log keeps it.
        name: what people call the character, or the project's title.
        together_with: ``Name <email>`` of those who wrote it together with the author.
        version: the number of the version that it makes of the character, if it makes one.
    """
    trailers = [f"Co-authored-by: {who}" for who in together_with]
    if version is not None:
        trailers += [f"{CHARACTER}: {payload['character_id']}", f"{VERSION}: {version}"]
    trailers.append(f"{TRAILER}: {seq}")
    return "\n".join([_subject(event, payload, change, name), "", *trailers, ""])


def label(name: str, note: str, *, version: int, character: str, seq: int) -> str:
    """Return what an annotated tag says: the name that a version got, and why."""
    trailers = [f"{CHARACTER}: {character}", f"{VERSION}: {version}", f"{TRAILER}: {seq}", ""]
    said = [name, "", *([note, ""] if note else [])]
    return "\n".join([*said, *trailers]).translate({0: None})


def event_of(text: bytes) -> int | None:
    """Return the ``seq`` of the event that a commit's message names."""
    found = _TRAILER.findall(text)
    return int(found[-1]) if found else None


def _subject(
    event: str, payload: Mapping[str, Any], change: Mapping[str, Any] | None, name: str
) -> str:
    data = payload.get("data", {})
    if change is None:
        what = data.get("label") or data.get("name") or ""
        done = "made" if data.get("measurable") == "pending" else _MACHINE.get(event, "updated")
        said = f"{done} {what}"
    else:
        said = " ".join([str(change.get("verb", "changed")), *_objects(change)])
    subject = " ".join(f"{name}: {said}".split())
    if len(subject) > _SUBJECT_CHARACTERS:
        subject = subject[: _SUBJECT_CHARACTERS - 1] + "…"
    return subject.translate({0: None})


def _objects(change: Mapping[str, Any]) -> list[str]:
    """Return the words after the verb: which facts, which picture, how it was judged."""
    fields = change.get("fields")
    words = [", ".join(name.replace("_", " ") for name in fields)] if fields else []
    words += [f"to version {change['to']}"] if change.get("verb") == "went back" else []
    words += [str(change[key]) for key in ("name", "picture") if change.get(key)]
    if change.get("verb") == "reviewed":
        words.append(
            ("starred" if change["starred"] else "not starred")
            if "starred" in change
            else str(change.get("verdict") or "undecided")
        )
    return words
