"""Inputs to try a function with: its own example, or some that its schema allows."""

import io
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from PIL import Image

from onmodel.functions.manifest import JsonValue, Manifest

FILE = Path("examples") / "inputs.json"
_FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP"}
_SIDE = 256


class NoExampleError(Exception):
    """No inputs could be made up; the sentence says which one needs an example."""


Schema = Mapping[str, Any]


def inputs_of(schema: Mapping[str, object]) -> dict[str, Schema]:
    """Return the rules of each input, by name, out of a function's OpenAPI description."""
    return cast("Any", schema)["components"]["schemas"]["Input"]["properties"]


def required_of(schema: Mapping[str, object]) -> list[str]:
    """Return the names of the inputs that have to be given."""
    return cast("Any", schema)["components"]["schemas"]["Input"].get("required", [])


def example(manifest: Manifest, schema: Mapping[str, object], folder: Path) -> dict[str, JsonValue]:
    """Return inputs, with their files in `folder`.

    Raises:
        NoExampleError: there is no `examples/inputs.json`, and nothing can be made up.
    """
    written = manifest.folder / FILE
    if written.is_file():
        shutil.copytree(written.parent, folder, dirs_exist_ok=True)
        values: dict[str, JsonValue] = json.loads(written.read_text(encoding="utf-8"))
        return values
    rules = inputs_of(schema)
    return {name: _made_up(name, rules[name], folder) for name in required_of(schema)}


def _made_up(name: str, rule: Schema, folder: Path) -> JsonValue:
    if "x-onmodel-file" in rule:
        return _picture(name, rule, folder)
    if rule.get("type") == "array":
        count = int(rule.get("minItems", 0))
        return [_made_up(f"{name}-{n}", rule.get("items", {}), folder) for n in range(count)]
    simple: dict[object, JsonValue] = {
        "string": "a" * max(1, int(rule.get("minLength", 1))),
        "boolean": False,
        "integer": rule.get("minimum", min(0, rule.get("maximum", 0))),
        "number": rule.get("minimum", min(0, rule.get("maximum", 0))),
    }
    return rule["enum"][0] if rule.get("enum") else simple.get(rule.get("type"), {})


def _picture(name: str, rule: Schema, folder: Path) -> JsonValue:
    wanted = rule.get("x-media-types") or list(_FORMATS)
    kind = next((one for one in _FORMATS if one in wanted), None)
    if kind is None:
        raise NoExampleError(f"{name} takes {', '.join(wanted)}, which cannot be made up")
    held = io.BytesIO()
    Image.linear_gradient("L").resize((_SIDE, _SIDE)).convert("RGB").save(held, _FORMATS[kind])
    path = folder / f"{name}.{_FORMATS[kind].lower()}"
    path.write_bytes(held.getvalue())
    return {"path": path.name}
