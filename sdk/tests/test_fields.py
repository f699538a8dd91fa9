"""Annotations and `field(...)` become one description, and a schema."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from onmodel_function import Context, Function, InputFile, field
from onmodel_function.fields import BadDeclarationError, fields_of, signature_of
from onmodel_function.schema import object_schema


@dataclass(frozen=True)
class Inputs:
    """Annotated with strings, since authors import annotations from the future as well."""

    later: str = field("Optional first.", default="x", minimum=1, maximum=3)
    picture: InputFile = field("A picture.", media_types=("image/png",))
    tags: list[str] = field("Tags.", default=[], choices=("a", "b"), maximum=4)
    count: int | None = field("How many.", minimum=2)
    anything: object = field("Whatever.", default=None)
    plain: bool = False


def test_the_schema_tells_everything() -> None:
    schema = object_schema(Inputs)
    assert schema["required"] == ["picture"]
    assert schema["additionalProperties"] is False
    assert schema["properties"] == {
        "later": {
            "type": "string",
            "description": "Optional first.",
            "default": "x",
            "minLength": 1,
            "maxLength": 3,
            "x-order": 0,
        },
        "picture": {
            "type": "object",
            "properties": {"path": {"type": "string"}, "media_type": {"type": "string"}},
            "required": ["path"],
            "x-onmodel-file": True,
            "description": "A picture.",
            "x-media-types": ["image/png"],
            "x-order": 1,
        },
        "tags": {
            "type": "array",
            "items": {"type": "string", "enum": ["a", "b"]},
            "description": "Tags.",
            "default": [],
            "maxItems": 4,
            "x-order": 2,
        },
        "count": {
            "type": "integer",
            "description": "How many.",
            "nullable": True,
            "minimum": 2,
            "x-order": 3,
        },
        "anything": {"description": "Whatever.", "default": None, "x-order": 4},
        "plain": {"type": "boolean", "default": False, "x-order": 5},
    }


def test_a_default_is_not_shared_between_calls() -> None:
    picture = InputFile(Path("face.png"))
    first, second = (Inputs(picture=picture, count=None) for _ in range(2))
    assert first.tags is not second.tags


@dataclass
class Unknown:
    when: complex = field("No word for it.")


@dataclass
class Mixed:
    value: int | str = field("One or the other.")


class NotData:
    name: str


@pytest.mark.parametrize("cls", [Unknown, Mixed, NotData])
def test_what_the_contract_has_no_word_for_is_refused(cls: type) -> None:
    with pytest.raises(BadDeclarationError):
        fields_of(cls)


class Good(Function[Inputs, Unknown]):
    def run(self, inputs: Inputs, context: Context) -> Unknown:
        return Unknown(when=1j)


class Bare(Function):  # pyright: ignore[reportMissingTypeArgument]
    def run(self, inputs: Any, context: Context) -> Any:
        return inputs


def test_inputs_and_outputs_come_from_the_base_class() -> None:
    assert signature_of(Good) == (Inputs, Unknown)
    with pytest.raises(BadDeclarationError, match="Bare"):
        signature_of(Bare)
