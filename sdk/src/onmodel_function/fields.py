"""Fields: one description of a value that schema, validation and output check all read."""

import copy
import dataclasses
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from onmodel_function.author import Function
from onmodel_function.files import InputFile, OutputFile

Kind = Literal["string", "integer", "number", "boolean", "array", "object", "any", "file"]

_METADATA_KEY = "onmodel_function"
_KINDS: dict[object, Kind] = {
    str: "string",
    int: "integer",
    float: "number",
    bool: "boolean",
    list: "array",
    dict: "object",
    object: "any",
    Any: "any",
    InputFile: "file",
    OutputFile: "file",
}


class _Missing:
    """Marks a field without a default, since None is a fine default."""


MISSING = _Missing()


@dataclass(frozen=True)
class _Declared:
    description: str
    default: object
    choices: tuple[object, ...]
    minimum: float | None
    maximum: float | None
    media_types: tuple[str, ...]


@dataclass(frozen=True)
class FieldSpec:
    """A field of Inputs or Outputs, read from its annotation and its `field(...)`."""

    name: str
    kind: Kind
    optional: bool
    description: str = ""
    default: object = MISSING
    choices: tuple[object, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    media_types: tuple[str, ...] = ()
    item: "FieldSpec | None" = None

    @property
    def required(self) -> bool:
        """Whether a caller has to give it."""
        return self.default is MISSING and not self.optional


class BadDeclarationError(TypeError):
    """The Inputs or Outputs class of a function says something the contract has no word for."""


def field(
    description: str,
    *,
    default: object = MISSING,
    choices: Sequence[object] = (),
    minimum: float | None = None,
    maximum: float | None = None,
    media_types: Sequence[str] = (),
) -> Any:
    """Describe a field of Inputs or Outputs.

    Args:
        description: a sentence for the person who fills it in.
        default: makes the field optional for the caller.
        choices: the only values allowed.
        minimum: least value; for a text its length, for a list its number of items.
        maximum: greatest value, counted the same way.
        media_types: for files, the only types allowed.

    Returns:
        A dataclass field, keyword-only so that required ones may follow optional ones.
    """
    declared = _Declared(description, default, tuple(choices), minimum, maximum, tuple(media_types))
    metadata = {_METADATA_KEY: declared}
    if default is MISSING:
        return dataclasses.field(kw_only=True, metadata=metadata)
    return dataclasses.field(
        kw_only=True, metadata=metadata, default_factory=lambda: copy.deepcopy(default)
    )


def fields_of(cls: type) -> tuple[FieldSpec, ...]:
    """Read the fields of a dataclass in the order they were written.

    Raises:
        BadDeclarationError: not a dataclass, or an annotation outside the contract.
    """
    if not dataclasses.is_dataclass(cls):
        raise BadDeclarationError(f"{cls.__name__} has to be a dataclass")
    hints = typing.get_type_hints(cls)
    return tuple(_spec(one, hints[one.name]) for one in dataclasses.fields(cls))


def signature_of(function: type[Function[Any, Any]]) -> tuple[type, type]:
    """Find Inputs and Outputs in `class Mine(Function[Inputs, Outputs])`.

    Raises:
        BadDeclarationError: the class does not say them.
    """
    bases: tuple[object, ...] = getattr(function, "__orig_bases__", ())
    for base in bases:
        if typing.get_origin(base) is Function:
            inputs, outputs = typing.get_args(base)
            return inputs, outputs
    raise BadDeclarationError(f"{function.__name__} has to derive from Function[Inputs, Outputs]")


def _spec(declared: "dataclasses.Field[Any]", annotation: object) -> FieldSpec:
    shape = _shape(declared.name, annotation)
    extra: object = declared.metadata.get(_METADATA_KEY)
    if not isinstance(extra, _Declared):
        return dataclasses.replace(shape, default=_plain_default(declared))
    item = shape.item
    if item is not None:
        item = dataclasses.replace(item, media_types=extra.media_types, choices=extra.choices)
    return dataclasses.replace(
        shape,
        item=item,
        description=extra.description,
        default=extra.default,
        choices=() if item else extra.choices,
        minimum=extra.minimum,
        maximum=extra.maximum,
        media_types=() if item else extra.media_types,
    )


def _plain_default(declared: "dataclasses.Field[Any]") -> object:
    """Read the default of a field that was written without `field(...)`."""
    if declared.default is not dataclasses.MISSING:
        return declared.default
    if declared.default_factory is not dataclasses.MISSING:
        return declared.default_factory()
    return MISSING


def _shape(name: str, annotation: object) -> FieldSpec:
    inner, optional = _without_none(annotation)
    origin = typing.get_origin(inner) or inner
    kind = _KINDS.get(origin)
    if kind is None:
        raise BadDeclarationError(
            f"{name}: {inner!r} is not one of str, int, float, bool, list, dict, object, "
            "InputFile, OutputFile"
        )
    arguments = typing.get_args(inner)
    item = _shape(f"{name}[]", arguments[0]) if kind == "array" and arguments else None
    return FieldSpec(name=name, kind=kind, optional=optional, item=item)


def _without_none(annotation: object) -> tuple[object, bool]:
    if typing.get_origin(annotation) not in (typing.Union, types.UnionType):
        return annotation, False
    members = [one for one in typing.get_args(annotation) if one is not types.NoneType]
    if len(members) != 1:
        raise BadDeclarationError(f"{annotation!r}: a union is only allowed with None")
    return members[0], True
