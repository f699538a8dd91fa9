"""Where a character's likeness moved over its pictures, and what changed in how they were made."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Literal
from uuid import UUID

from onmodel.identity.drift import change_points
from onmodel.review.schemas import ChangePoint, Drift, WhatChanged
from onmodel.variations.models import Variation

Part = Literal["function", "adapter", "tier", "parameters", "references"]
PARTS: tuple[Part, ...] = ("function", "adapter", "tier", "parameters", "references")
# these differ from picture to picture by their nature
_OWN = {"key", "seed"}
NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """What a recipe names only by ids.

    Attributes:
        references: names of the character's references by id, removed ones included.
        adapters: number of each adapter and when it was made, oldest first.
    """

    references: Mapping[str, str]
    adapters: Sequence[tuple[int, datetime]]


def over(
    order: Literal["story", "time"],
    rows: Sequence[Variation],
    measured: Collection[UUID],
    circumstances: Circumstances,
) -> Drift:
    """Return the change points of pictures given in an order.

    Distances are looked at, not probabilities, which saturate; the means told are of p_same.

    Args:
        order: which one this is.
        rows: every picture, in that order.
        measured: ids of those that were judged, all by one encoder.
        circumstances: what the recipes name only by ids.
    """
    judged = [row for row in rows if row.id in measured]
    found = change_points([row.similarity for row in judged if row.similarity is not None])
    edges = [0, *(change.start for change in found), len(judged)]
    changes = [
        _point(
            judged[edges[at] : change.start],
            judged[change.start : edges[at + 2]],
            change.p_value,
            circumstances,
        )
        for at, change in enumerate(found)
    ]
    return Drift(order=order, variation_ids=[row.id for row in rows], changes=changes)


def _point(
    before: Sequence[Variation],
    after: Sequence[Variation],
    p_value: float,
    circumstances: Circumstances,
) -> ChangePoint:
    return ChangePoint(
        variation_id=after[0].id,
        mean_before=fmean(row.p_same for row in before if row.p_same is not None),
        mean_after=fmean(row.p_same for row in after if row.p_same is not None),
        fidelity_before=fmean(row.fidelity for row in before if row.fidelity is not None),
        fidelity_after=fmean(row.fidelity for row in after if row.fidelity is not None),
        p_value=p_value,
        changed=what_changed(before, after, circumstances),
    )


def what_changed(
    before: Sequence[Variation], after: Sequence[Variation], circumstances: Circumstances
) -> list[WhatChanged]:
    """Return the parts of the recipe whose most common value differs on both sides."""
    parts: dict[Part, Callable[[Variation], str]] = {
        "function": _function,
        "adapter": lambda row: _adapter(row, circumstances),
        "tier": lambda row: row.tier,
        "parameters": _parameters,
        "references": lambda row: _references(row, circumstances),
    }
    changed: list[WhatChanged] = []
    for part in PARTS:
        here, there = _usual(map(parts[part], before)), _usual(map(parts[part], after))
        if here != there:
            changed.append(WhatChanged(part=part, before=here, after=there))
    return changed


def _usual(values: "map[str]") -> str:
    """Return the most common value, of equally common ones the first seen."""
    return Counter(values).most_common(1)[0][0]


def _function(row: Variation) -> str:
    name, version = row.recipe.get("function"), row.recipe.get("version")
    return " ".join(word for word in (name, version) if word) or NONE


def _adapter(row: Variation, circumstances: Circumstances) -> str:
    """Return the adapter that the character had when the picture was asked for."""
    had = [number for number, at in circumstances.adapters if at <= row.created_at]
    return f"number {had[-1]}" if had else NONE


def _parameters(row: Variation) -> str:
    given = row.recipe.get("parameters") or {}
    said = [f"{name} {value}" for name, value in sorted(given.items()) if name not in _OWN]
    return ", ".join(said) or NONE


def _references(row: Variation, circumstances: Circumstances) -> str:
    ids = [given.get("reference_id") for given in row.recipe.get("inputs") or []]
    names = [circumstances.references.get(id_, "a lost picture") for id_ in ids if id_]
    return ", ".join(names) or NONE


def given_reference(row: Variation) -> UUID | None:
    """Return the reference that the generator started from, if the recipe names one."""
    for given in row.recipe.get("inputs") or []:
        if given.get("name") == "reference" and given.get("reference_id"):
            return UUID(given["reference_id"])
    return None
