"""Which reference pictures a generator starts from."""

from dataclasses import dataclass
from typing import Any

from onmodel.characters import repository as characters
from onmodel.characters.models import Character, Reference
from onmodel.characters.references import EXTENSIONS
from onmodel.dispatch.contracts import ALTERNATIVES, SIZE, VariationInputs
from onmodel.dispatch.schemas import CallParams, FileInput
from onmodel.dispatch.tasks import Task
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.storage.keys import blob_key
from onmodel.variations.errors import NoReferenceError
from onmodel.variations.pins import Pin
from onmodel.variations.schemas import PinnedVersion


@dataclass(frozen=True)
class Source:
    """The best reference for a preview, and a few more to choose from.

    ``pinned`` is the version of the character whose references these are, if it is not the
    present one.
    """

    best: tuple[Reference, File]
    others: list[tuple[Reference, File]]
    pinned: PinnedVersion | None = None

    def params(self, key: str, seed: int) -> CallParams:
        """Return what the function is given for one picture of the set."""
        return VariationInputs(
            reference=_input(self.best),
            references=[_input(other) for other in self.others],
            key=key,
            seed=seed,
            size=SIZE,
        ).params()

    def recipe(self, key: str, seed: int) -> dict[str, Any]:
        """Return what the record keeps, so that the same bytes can be made again."""
        return {
            "task": Task.GENERATE_VARIATION.value,
            "function": None,
            "version": None,
            "parameters": self.params(key, seed).values,
            "seed": seed,
            "inputs": [
                _kept("reference", self.best),
                *(_kept("references", other) for other in self.others),
            ],
            "pinned": self.pinned.model_dump(mode="json") if self.pinned else None,
        }


def _input(pair: tuple[Reference, File]) -> FileInput:
    reference, file = pair
    return FileInput(
        key=blob_key(file.sha256),
        name=f"{reference.id}.{EXTENSIONS[file.media_type]}",
        media_type=file.media_type,
    )


def _kept(name: str, pair: tuple[Reference, File]) -> dict[str, Any]:
    reference, file = pair
    return {
        "name": name,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "reference_id": str(reference.id),
    }


async def choose(uow: UnitOfWork, character: Character, pin: Pin | None = None) -> Source:
    """Choose the references of a character; the chosen base face goes first.

    Args:
        uow: the transaction.
        character: whose references.
        pin: the version whose references and face are taken; without it the present ones.

    Raises:
        NoReferenceError: no usable reference shows a face.
    """
    present = pin is None
    base_id = character.base_reference_id if present else pin.base_id
    kept = (
        await characters.references(uow, character.id)
        if present
        else await characters.references_by_id(uow, pin.reference_ids)
    )
    rows = [
        row
        for row in kept
        if row.state == "ready" and row.verdict != "hurts" and (row.measurement or {}).get("face")
    ]
    if not rows:
        when = "" if present else f" in version {pin.version.number}"
        raise NoReferenceError(f"No picture of {character.name}{when} shows a face to start from.")
    ranked = sorted(rows, key=lambda row: (row.id == base_id, _worth(row)), reverse=True)
    stored = await projects.files_by_id(uow, [row.file_id for row in ranked])
    pairs = [(row, stored[row.file_id]) for row in ranked[: ALTERNATIVES + 1]]
    return Source(best=pairs[0], others=pairs[1:], pinned=pin.version if pin else None)


def _worth(row: Reference) -> float:
    """How well a picture serves as a start: frontal, calm, large and sharp."""
    assert row.measurement is not None
    face = row.measurement["picture"]["faces"][0]
    turned = (abs(face["yaw"]) + abs(face["pitch"]) + 0.5 * abs(face["roll"])) / 15
    large = min(float(face["face_px"]), 400) / 200
    calm = 1.0 if face["expression"] == "neutral" else 0.0
    awake = min(float(face.get("eyes_open", 1.0)), 1.0)
    sharp = min(float(face["sharpness"]), 12) / 12
    warned = sum(finding["tone"] == "warn" for finding in row.findings)
    return large + calm + sharp + 2 * awake - turned - 0.7 * warned
