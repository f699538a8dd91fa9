"""A difference in words, to be read after the name of whoever made it."""

from collections.abc import Mapping
from typing import Any

from onmodel.variations.standard import label_of
from onmodel.versions.difference import Difference

FACT_LABELS = {
    "name": "name",
    "description": "description",
    "trigger_word": "trigger word",
    "positive_prompt": "prompt",
    "negative_prompt": "negative prompt",
    "importance": "importance",
    "tier": "tier",
    "tags": "tags",
    "licence": "licence",
    "consent": "consent",
    "identity_route": "way of judging",
    "off_model_below": "off-model limit",
}


def sentence(difference: Difference | None, changes: list[dict[str, Any]]) -> str:
    """Say what was done, such as “changed the name and added front.jpg”.

    Args:
        difference: from the version before; None for the first version.
        changes: what the history tells of the same transaction.
    """
    if difference is None:
        made = any(change.get("verb") == "created" for change in changes)
        return "created the character" if made else "was kept as it stood"
    back = next((change for change in changes if change.get("verb") == "went back"), None)
    if back is not None:
        return _went_back(back)
    done = [
        *_presence(difference),
        *_facts(difference),
        *_references(difference),
        *_face(difference),
        *_pictures(difference),
        *_adapter(difference),
    ]
    return _listed(done) or "changed nothing that can be seen"


def _went_back(change: Mapping[str, Any]) -> str:
    parts, number = change.get("parts"), change["to"]
    if parts:
        return f"took {_listed(parts)} back from version {number}"
    return f"went back to version {number}"


def things(difference: Difference) -> list[str]:
    """Name what differs, such as “the description” and “2 reference pictures”."""
    references = [*difference.added, *difference.removed]
    return [
        *(f"the {FACT_LABELS[name]}" for name in difference.facts),
        *_counted([one.name for one in references], "reference picture"),
        *(["the chosen face"] if difference.face else []),
        *_counted([label_of(key) for key in difference.pictures], "picture of the sheet"),
        *(["the model"] if difference.adapter else []),
    ]


def _presence(difference: Difference) -> list[str]:
    if difference.presence is None:
        return []
    return ["removed the character" if difference.presence[1] else "brought the character back"]


def _facts(difference: Difference) -> list[str]:
    labels = [FACT_LABELS[name] for name in difference.facts]
    return [f"changed the {_listed(labels)}"] if labels else []


def _references(difference: Difference) -> list[str]:
    said: list[str] = []
    for verb, rows in (("added", difference.added), ("removed", difference.removed)):
        said += [f"{verb} {what}" for what in _counted([row.name for row in rows], "picture")]
    return said


def _face(difference: Difference) -> list[str]:
    if difference.face is None:
        return []
    now = difference.face[1]
    return [f"chose {now.name} as the face" if now else "left the face open"]


def _pictures(difference: Difference) -> list[str]:
    came = [label_of(key) for key, (before, _) in difference.pictures.items() if before is None]
    went = [label_of(key) for key, (_, after) in difference.pictures.items() if after is None]
    other = [label_of(key) for key, (old, new) in difference.pictures.items() if old and new]
    said = [f"put {what} into the sheet" for what in _counted(came, "picture")]
    said += [f"replaced {what}" for what in _counted(other, "picture of the sheet")]
    return said + [f"took {what} out of the sheet" for what in _counted(went, "picture")]


def _adapter(difference: Difference) -> list[str]:
    if difference.adapter is None:
        return []
    now = difference.adapter[1]
    return [f"took model {now.number} into use" if now else "took the model out of use"]


def _counted(names: list[str], noun: str) -> list[str]:
    """Name one, count several."""
    if len(names) <= 1:
        return names
    head, _, tail = noun.partition(" of ")
    return [f"{len(names)} {head}s" + (f" of {tail}" if tail else "")]


def _listed(items: list[str]) -> str:
    *first, last = items or [""]
    return f"{', '.join(first)} and {last}" if first else last
