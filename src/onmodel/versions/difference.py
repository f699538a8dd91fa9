"""What differs between two states of a character, part by part."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from onmodel.versions.snapshot import KeptAdapter, KeptPicture, KeptReference, Snapshot

FACE, MODEL = "face", "model"

Pictures = tuple[KeptPicture | None, KeptPicture | None]


@dataclass(frozen=True)
class Difference:
    """Everything that is to be done to the state ``before`` to make it ``after``.

    The same uploaded file is the same reference, also when it was removed and added anew.
    """

    facts: Mapping[str, tuple[Any, Any]]
    added: list[KeptReference]
    removed: list[KeptReference]
    face: tuple[KeptReference | None, KeptReference | None] | None
    pictures: Mapping[str, Pictures]
    adapter: tuple[KeptAdapter | None, KeptAdapter | None] | None
    presence: tuple[bool, bool] | None

    @property
    def parts(self) -> list[str]:
        """The names of what differs and can be chosen by itself."""
        return [
            *(part_of_fact(name) for name in self.facts),
            *(part_of_reference(one) for one in (*self.removed, *self.added)),
            *([FACE] if self.face else []),
            *(part_of_picture(key) for key in self.pictures),
            *([MODEL] if self.adapter else []),
        ]

    def only(self, parts: Collection[str]) -> "Difference":
        """Return the difference in these parts."""
        return replace(
            self,
            facts={k: v for k, v in self.facts.items() if part_of_fact(k) in parts},
            added=[one for one in self.added if part_of_reference(one) in parts],
            removed=[one for one in self.removed if part_of_reference(one) in parts],
            face=self.face if FACE in parts else None,
            pictures={k: v for k, v in self.pictures.items() if part_of_picture(k) in parts},
            adapter=self.adapter if MODEL in parts else None,
        )


def part_of_fact(name: str) -> str:
    return f"fact:{name}"


def part_of_reference(reference: KeptReference) -> str:
    return f"reference:{reference.id}"


def part_of_picture(key: str) -> str:
    return f"picture:{key}"


def between(before: Snapshot, after: Snapshot) -> Difference:
    """Compare two states."""
    old, new = before.facts.model_dump(), after.facts.model_dump()
    had = {one.source: one for one in before.references}
    has = {one.source: one for one in after.references}
    faces = face_of(before), face_of(after)
    same_face = (faces[0] and faces[0].source) == (faces[1] and faces[1].source)
    stood = {one.key: one for one in before.pictures}
    stands = {one.key: one for one in after.pictures}
    keys = sorted(stood.keys() | stands.keys())
    return Difference(
        facts={name: (old[name], new[name]) for name in old if old[name] != new[name]},
        added=[one for source, one in has.items() if source not in had],
        removed=[one for source, one in had.items() if source not in has],
        face=None if same_face else faces,
        pictures={
            key: (stood.get(key), stands.get(key))
            for key in keys
            if stood.get(key) != stands.get(key)
        },
        adapter=None if before.adapter == after.adapter else (before.adapter, after.adapter),
        presence=None if before.removed == after.removed else (before.removed, after.removed),
    )


def face_of(state: Snapshot) -> KeptReference | None:
    """Return the reference that was chosen as the face."""
    return next((one for one in state.references if one.id == state.base), None)
