"""What a generator starts from: pictures, keywords and the trained model of one version."""

from dataclasses import dataclass
from typing import Any

from onmodel.characters import repository as characters
from onmodel.characters.models import Character, Reference
from onmodel.characters.references import EXTENSIONS
from onmodel.dispatch.contracts import ALTERNATIVES, SIZE, VariationInputs, VariationOffered
from onmodel.dispatch.schemas import CallParams, FileInput
from onmodel.dispatch.tasks import Task
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.storage.keys import blob_key
from onmodel.training.kinds import FILE_NAMES
from onmodel.variations.basis import Basis
from onmodel.variations.errors import NoReferenceError


@dataclass(frozen=True)
class Source:
    """The best reference for a preview, a few more to choose from, and the rest of its version.

    ``model`` is the file of the version's trained model, if it has one. ``prompt`` is what
    somebody wishes of this picture: generators that read keywords get it after those.
    """

    basis: Basis
    best: tuple[Reference, File]
    others: list[tuple[Reference, File]]
    model: File | None
    prompt: str = ""

    def params(self, key: str, seed: int) -> CallParams:
        """Return what the function is given for one picture of the set."""
        return VariationInputs(
            reference=_input(self.best),
            references=[_input(other) for other in self.others],
            key=key,
            seed=seed,
            size=SIZE,
        ).params(self._offered())

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
            "made_of": self.basis.made_of.model_dump(mode="json"),
            "prompt": self.prompt,
        }

    def _offered(self) -> VariationOffered:
        made_of, files = self.basis.made_of, {}
        if made_of.adapter is not None and self.model is not None:
            files[made_of.adapter.kind] = FileInput(
                key=blob_key(self.model.sha256),
                name=FILE_NAMES[made_of.adapter.kind],
                media_type=self.model.media_type,
            )
        return VariationOffered(
            trigger_word=made_of.trigger_word,
            positive_prompt=", ".join(filter(None, [made_of.positive_prompt, self.prompt])),
            negative_prompt=made_of.negative_prompt,
            description=self.basis.description,
            **files,
        )


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


async def choose(uow: UnitOfWork, character: Character, basis: Basis) -> Source:
    """Choose the references that a picture starts from; the chosen base face goes first.

    Args:
        uow: the transaction.
        character: of whom.
        basis: the version of it.

    Raises:
        NoReferenceError: no usable reference shows a face.
    """
    rows = [
        row
        for row in await characters.references_by_id(uow, basis.reference_ids)
        if row.state == "ready" and row.verdict != "hurts" and (row.measurement or {}).get("face")
    ]
    made_of = basis.made_of
    if not rows:
        when = f" in version {made_of.number}" if made_of.pinned else ""
        raise NoReferenceError(f"No picture of {character.name}{when} shows a face to start from.")
    ranked = sorted(rows, key=lambda row: (row.id == basis.base_id, _worth(row)), reverse=True)
    ranked = ranked[: ALTERNATIVES + 1]
    model_id = made_of.adapter.file_id if made_of.adapter else None
    stored = await projects.files_by_id(uow, [*(row.file_id for row in ranked), model_id])
    best, *others = [(row, stored[row.file_id]) for row in ranked]
    return Source(basis, best, others, stored[model_id] if model_id else None)


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
