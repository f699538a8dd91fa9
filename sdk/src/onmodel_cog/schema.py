"""From the OpenAPI description that Cog publishes to the classes that our SDK checks values by.

Cog's schema (docs/http.md and python/cog of replicate/cog): a property has `type`, or a `$ref` to
an enumeration in `allOf`; `anyOf` with `null`, or `nullable`, makes it optional; a file is a string
with `format: uri`.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from onmodel_function import InputFile, OutputFile, field

Rule = Mapping[str, Any]

_TYPES: dict[object, type] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "object": dict,
}


@dataclasses.dataclass(frozen=True)
class Described:
    """A model's values as our SDK sees them.

    Attributes:
        inputs, outputs: dataclasses, made from the schema.
        single: the name of the one output of a model that answers no object, else None.
    """

    inputs: type
    outputs: type
    single: str | None


def describe(openapi: Mapping[str, Any], names: Mapping[str, str], output: str) -> Described:
    """Read a description.

    Args:
        openapi: what Cog answers at `/openapi.json`.
        names: our name for an input, by Cog's.
        output: our name for the one value that a model answers.
    """
    schemas: Mapping[str, Any] = openapi["components"]["schemas"]
    taken: Rule = schemas["Input"]
    required = set(taken.get("required", []))
    inputs = [
        (names.get(name, name), *_input(rule, schemas, required=name in required))
        for name, rule in _ordered(taken.get("properties", {}))
    ]
    answered = _resolved(schemas.get("Output", {}), schemas)
    properties: Mapping[str, Any] = answered.get("properties", {})
    if answered.get("type") == "object" and properties:
        outputs = [(name, *_output(rule, schemas)) for name, rule in _ordered(properties)]
        return Described(_make("Inputs", inputs), _make("Outputs", outputs), None)
    outputs = [(output, *_output(answered, schemas))]
    return Described(_make("Inputs", inputs), _make("Outputs", outputs), output)


def _make(name: str, fields: list[tuple[str, object, Any]]) -> type:
    return dataclasses.make_dataclass(name, cast("Any", fields), frozen=True)


def _ordered(properties: Mapping[str, Rule]) -> list[tuple[str, Rule]]:
    return sorted(properties.items(), key=lambda pair: pair[1].get("x-order", 0))


def _input(rule: Rule, schemas: Rule, *, required: bool) -> tuple[object, Any]:
    rule = _resolved(rule, schemas)
    annotation = _annotation(rule, schemas, InputFile)
    options: dict[str, Any] = {
        "choices": rule.get("enum", ()),
        "minimum": rule.get("minimum", rule.get("minLength")),
        "maximum": rule.get("maximum", rule.get("maxLength")),
    }
    description = str(rule.get("description") or rule.get("title") or "An input of the model.")
    if not required and "default" in rule:
        options["default"] = rule["default"]
    elif not required:
        annotation = cast("Any", annotation) | None
        options["default"] = None
    return annotation, field(description, **options)


def _output(rule: Rule, schemas: Rule) -> tuple[object, Any]:
    annotation = _annotation(_resolved(rule, schemas), schemas, OutputFile)
    # a model may leave out a part of its answer
    return cast("Any", annotation) | None, field(str(rule.get("description") or "What it made."))


def _annotation(rule: Rule, schemas: Rule, file: type) -> object:
    if _is_file(rule):
        return file
    if rule.get("type") == "array":
        item = _resolved(rule.get("items", {}), schemas)
        if _is_file(item):
            return cast("Any", list)[file]
        inner = _TYPES.get(item.get("type"))
        return cast("Any", list)[inner] if inner else list
    return _TYPES.get(rule.get("type"), object)


def _is_file(rule: Rule) -> bool:
    return rule.get("type") == "string" and rule.get("format") == "uri"


def _resolved(rule: Rule, schemas: Rule) -> Rule:
    """Follow references, and look through `allOf` and `anyOf` with null."""
    found = dict(rule)
    for word in ("allOf", "anyOf", "oneOf"):
        parts = [one for one in found.pop(word, []) if one.get("type") != "null"]
        if len(parts) == 1:
            found = {**_resolved(parts[0], schemas), **found}
    reference = found.pop("$ref", None)
    if isinstance(reference, str):
        found = {**_resolved(schemas[reference.rpartition("/")[2]], schemas), **found}
    return found
