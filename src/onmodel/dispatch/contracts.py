"""What each task sends to a function and needs back, said once for both sides.

The nouns build their calls out of these models and read the outputs with them; ``fit.py`` compares
a function with them; `docs/functions.md` shows them, and a test compares the two.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from onmodel.dispatch.schemas import CallOutputs, CallParams, FileInput, Offered, StoredFile
from onmodel.dispatch.tasks import Task

SIZE = 768
ALTERNATIVES = 4
MAX_PICTURES = 200
MAX_SEED = 2**31
MAX_SIDE = 65_536
PICTURES = ("image/png", "image/jpeg", "image/webp")


def _file(media_types: Sequence[str]) -> WithJsonSchema:
    """Describe a file the way that functions describe theirs."""
    return WithJsonSchema(
        {"type": "object", "x-onmodel-file": True, "x-media-types": list(media_types)}
    )


Picture = Annotated[FileInput, _file(PICTURES)]
MadePicture = Annotated[StoredFile, _file(PICTURES)]
MadeFile = Annotated[StoredFile | None, _file(())]
ModelFile = Annotated[FileInput | None, _file(())]


class Sent(BaseModel):
    """The inputs of a task. All of them come with every call."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def params(self, offered: "OfferedInputs | None" = None) -> CallParams:
        """Return them as a call carries them, files apart from values."""
        files, values = self._apart()
        beside = Offered() if offered is None else offered.as_offered()
        return CallParams(values=values, files=files, offered=beside)

    def _apart(self) -> tuple[dict[str, Any], dict[str, Any]]:
        given = {name: getattr(self, name) for name in type(self).model_fields}
        files = {
            name: value
            for name, value in given.items()
            if isinstance(value, FileInput) or _is_files(type(self), name)
        }
        return files, {name: value for name, value in given.items() if name not in files}


class OfferedInputs(Sent):
    """What a call offers beside: given to functions that say that they read it."""

    def as_offered(self) -> Offered:
        """Return what there is of it; a file that is None is not there."""
        files, values = self._apart()
        there = {name: value for name, value in values.items() if value is not None}
        return Offered(values=there, files=files)


class Needed(BaseModel):
    """The outputs that are read; a function may answer more."""

    model_config = ConfigDict(frozen=True, extra="ignore")
    one_of: ClassVar[tuple[str, ...]] = ()
    """Outputs of which one has to be there."""

    @classmethod
    def of(cls, outputs: CallOutputs) -> Self:
        """Read what a call made; raises ValidationError where something is missing."""
        found = {name: value for name, value in outputs.values.items() if value is not None}
        for name in cls.model_fields:
            many = _is_files(cls, name)
            if many or _is_file(cls, name):
                found.pop(name, None)
            own = [file for file in outputs.files if file.output.partition(".")[0] == name]
            if many:
                found[name] = own
            elif own:
                found[name] = own[0]
        return cls.model_validate(found)


@cache
def _rules(model: type[BaseModel]) -> dict[str, dict[str, Any]]:
    return model.model_json_schema()["properties"]


def _is_file(model: type[BaseModel], name: str) -> bool:
    return "x-onmodel-file" in _rules(model)[name]


def _is_files(model: type[BaseModel], name: str) -> bool:
    return "x-onmodel-file" in _rules(model)[name].get("items", {})


class VariationInputs(Sent):
    reference: Picture = Field(
        description="The picture to start from: the chosen face, or the best there is."
    )
    references: list[Picture] = Field(
        max_length=ALTERNATIVES,
        description="More pictures of the character, the best first; there may be none.",
    )
    key: str = Field(
        min_length=1,
        max_length=60,
        description="Which picture of the standard set, such as `expression/happy`.",
    )
    seed: int = Field(
        ge=0, lt=MAX_SEED, description="The same seed has to make the same bytes again."
    )
    size: int = Field(ge=SIZE, le=SIZE, description="Width and height in pixels.")


class VariationOffered(OfferedInputs):
    trigger_word: str = Field(description="The word that the character answers to.")
    positive_prompt: str = Field(description="Keywords: what to show. May be empty.")
    negative_prompt: str = Field(description="Keywords: what not to show. May be empty.")
    description: str = Field(description="Of the character, as people wrote it. May be empty.")
    identity_profile: ModelFile = Field(
        default=None, description="Its trained model, where that is one of `identity-profile`."
    )
    lora: ModelFile = Field(default=None, description="Its trained model, where that is a LoRA.")


class VariationReport(BaseModel):
    """What is read of a report; the rest is the function's own."""

    preview: bool = Field(default=False, description="Whether the picture is only a preview.")
    size: int | None = Field(
        default=None,
        gt=0,
        lt=MAX_SIDE,
        description="Width and height in pixels, where it is a square.",
    )


class VariationOutputs(Needed):
    image: MadePicture = Field(description="The picture.")
    report: VariationReport = Field(
        default=VariationReport(),
        description="`preview`: whether the picture is only a preview, which has to be what the "
        "manifest says. `size`: width and height in pixels, where it is a square.",
    )


class TrainingInputs(Sent):
    pictures: list[Picture] = Field(
        min_length=1,
        max_length=MAX_PICTURES,
        description="All pictures of the character that are fit to learn from.",
    )


class TrainingOutputs(Needed):
    one_of = ("profile", "lora")

    profile: MadeFile = Field(
        default=None,
        description="An identity profile. This or `lora` becomes the character's model.",
    )
    lora: MadeFile = Field(default=None, description="A LoRA, as safetensors.")
    report: dict[str, Any] = Field(default={}, description="What was learnt, in short.")

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if self.profile is None and self.lora is None:
            raise ValueError("neither profile nor lora is there")
        return self

    @property
    def model(self) -> StoredFile:
        """The file of the model; its output says of which kind it is."""
        found = self.profile or self.lora
        assert found is not None  # it was validated
        return found


class ConsistencyInputs(Sent):
    pictures: list[Picture] = Field(
        min_length=1, max_length=1, description="The picture to measure."
    )


class ConsistencyOutputs(Needed):
    report: dict[str, Any] = Field(
        description="`pictures`: one measurement for each picture, as `identity-measure` writes it."
    )
    crops: list[MadePicture] = Field(
        default=[], description="The main face of each picture that has one."
    )


@dataclass(frozen=True)
class Contract:
    """What a task sends, and what it needs back."""

    inputs: type[Sent]
    outputs: type[Needed]
    offered: type[OfferedInputs] | None = None

    @property
    def fingerprint(self) -> str:
        """Change with every change of what is sent or needed."""
        models = (self.inputs, self.outputs, self.offered)
        said = [one.model_json_schema() for one in models if one]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


# A task that is not here is never asked for by the product itself.
CONTRACTS: dict[Task, Contract] = {
    Task.TRAIN_LORA: Contract(TrainingInputs, TrainingOutputs),
    Task.GENERATE_VARIATION: Contract(VariationInputs, VariationOutputs, VariationOffered),
    Task.VALIDATE_CONSISTENCY: Contract(ConsistencyInputs, ConsistencyOutputs),
}


def contract_of(task: str) -> Contract | None:
    """Return what a task sends and needs; None for one that is never asked for."""
    return next((one for known, one in CONTRACTS.items() if known == task), None)
