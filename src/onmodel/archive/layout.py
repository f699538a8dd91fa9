"""What an event means for the files of its project: which appear, change and go.

    Characters/<slug>-<short id>/
        character.json  description.txt
        reference_images/<name>-<short id>.jpg
        variations/<place>-<short id>.png, and .json: the recipe, the measurement, the verdict
        models/<kind>_v01.json or .safetensors

Only what the record says goes in, so that the same events always make the same files.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

from onmodel.projects.slugs import folder_name, slug

SUFFIXES = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/json": "json",
    "application/x-safetensors": "safetensors",
}
UNKNOWN_SUFFIX = "bin"

_FACTS = ("id", "name", "trigger_word", "positive_prompt", "negative_prompt", "importance", "tier",
          "tags", "licence", "consent", "base_reference_id", "adapter", "version")  # fmt: skip
_PICTURE_FACTS = ("id", "key", "label", "tier", "current", "candidate_of", "measurable", "p_same",
                  "p_same_low", "p_same_high", "fidelity", "verdict", "starred",
                  "recipe")  # fmt: skip
_ODD = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Blob:
    """Stored bytes that become a file."""

    sha256: str
    bytes: int
    media_type: str

    @property
    def suffix(self) -> str:
        return SUFFIXES.get(self.media_type, UNKNOWN_SUFFIX)


@dataclass(frozen=True)
class Model:
    """A file that a training made."""

    kind: str
    number: int
    blob: Blob


@dataclass
class Changes:
    """What to do in one character's folder, by paths relative to it; and its present name.

    ``files`` holds text to write, a stored blob to place, or None to remove. ``folder`` is the
    folder's name when the event says the character's; ``removed`` takes the whole folder away
    and ``restored`` brings back what it held.
    """

    character_id: UUID
    folder: str | None = None
    removed: bool = False
    restored: bool = False
    files: dict[str, str | Blob | None] = field(default_factory=dict)


def short_id(record_id: str | UUID) -> str:
    """Return the part of an id that stands in names; see `folder_name`."""
    return UUID(str(record_id)).hex[-8:]


def file_ids(event: str, payload: Mapping[str, Any]) -> list[UUID]:
    """Return the stored files whose bytes an event may place."""
    if event in {"server:reference.updated", "server:variation.updated"}:
        file = payload["data"].get("file")
        return [UUID(file["id"])] if file else []
    return []


def adapter_id(event: str, payload: Mapping[str, Any]) -> UUID | None:
    """Return the adapter that an event tells of."""
    if event != "server:training.updated" or payload["data"].get("state") != "succeeded":
        return None
    found = payload["data"].get("adapter_id")
    return UUID(found) if found else None


def of_character(
    event: str,
    payload: Mapping[str, Any],
    blobs: Mapping[UUID, Blob],
    models: Mapping[UUID, Model],
) -> Changes | None:
    """Return what an event changes in a character's folder; None for what has no files.

    Args:
        event: the event's name.
        payload: its record, as the log keeps it.
        blobs: stored files by id; one that is missing is not placed.
        models: adapters by id.
    """
    if "character_id" not in payload:
        return None
    changes = Changes(UUID(payload["character_id"]))
    match event:
        case "server:character.updated":
            _character(changes, payload["data"])
        case "server:character.removed":
            changes.removed = True
        case "server:reference.updated" | "server:reference.removed":
            _reference(changes, payload["data"], blobs, event.endswith("removed"))
        case "server:variation.updated" | "server:variation.removed":
            _variation(changes, payload["data"], blobs, event.endswith("removed"))
        case "server:training.updated":
            found = adapter_id(event, payload)
            if found is not None and found in models:
                model = models[found]
                name = f"models/{_plain(model.kind)}_v{model.number:02d}.{model.blob.suffix}"
                changes.files[name] = model.blob
        case _:
            return None
    return changes


def _character(changes: Changes, data: Mapping[str, Any]) -> None:
    changes.folder = folder_name(data["name"], changes.character_id, fallback="character")
    changes.files["character.json"] = to_json({fact: data.get(fact) for fact in _FACTS})
    description = data.get("description") or ""
    changes.files["description.txt"] = f"{description}\n" if description else ""


def _reference(
    changes: Changes, data: Mapping[str, Any], blobs: Mapping[UUID, Blob], removed: bool
) -> None:
    blob = blobs.get(UUID(data["file"]["id"]))
    suffix = blob.suffix if blob else SUFFIXES.get(data["file"]["media_type"], UNKNOWN_SUFFIX)
    stem = slug(PurePosixPath(data["name"]).stem, fallback="picture")
    name = f"reference_images/{stem}-{short_id(data['id'])}.{suffix}"
    if removed or data.get("removed_at"):
        changes.files[name] = None
    elif blob is not None:
        changes.files[name] = blob


def _variation(
    changes: Changes, data: Mapping[str, Any], blobs: Mapping[UUID, Blob], removed: bool
) -> None:
    if not data.get("file") or data.get("golden_run_id"):
        return
    blob = blobs.get(UUID(data["file"]["id"]))
    suffix = blob.suffix if blob else SUFFIXES.get(data["file"]["media_type"], UNKNOWN_SUFFIX)
    stem = f"variations/{_plain(data['key'])}-{short_id(data['id'])}"
    if removed or data.get("removed_at"):
        changes.files |= {f"{stem}.{suffix}": None, f"{stem}.json": None}
        return
    if blob is not None:
        changes.files[f"{stem}.{suffix}"] = blob
    changes.files[f"{stem}.json"] = to_json({fact: data.get(fact) for fact in _PICTURE_FACTS})


def to_json(record: Mapping[str, Any]) -> str:
    """Return a record as the folder's JSON files have it."""
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _plain(name: str) -> str:
    return _ODD.sub("-", name).strip("-") or "picture"
