"""From the author's Outputs to the JSON of an answer, checked against what was declared."""

import json
from pathlib import Path
from typing import Any, cast

from onmodel_function.fields import FieldSpec, fields_of
from onmodel_function.files import OutputFile, UnsafePathError, regular_file_beneath


class BadOutputError(Exception):
    """The function answered something else than it declared: the function's fault."""


def encode(outputs: object, declared: type, output_dir: Path) -> dict[str, object]:
    """Check what `run` returned and write it as JSON values.

    A file becomes `{"path": "relative/name.png", "media_type": "image/png"}`.

    Raises:
        BadOutputError: wrong class, wrong type, a file that is missing, outside or a link.
    """
    if not isinstance(outputs, declared):
        raise BadOutputError(f"run returned {type(outputs).__name__}, not {declared.__name__}")
    ready = {
        spec.name: _value(spec, getattr(outputs, spec.name), output_dir)
        for spec in fields_of(declared)
    }
    try:
        json.dumps(ready, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadOutputError(f"the outputs are not JSON: {error}") from error
    return ready


def _value(spec: FieldSpec, value: object, output_dir: Path) -> object:
    if value is None and spec.optional:
        return None
    if spec.kind == "file":
        return _file(spec, value, output_dir)
    expected = _EXPECTED[spec.kind]
    if not isinstance(value, expected) or (isinstance(value, bool) and bool not in expected):
        raise BadOutputError(f"{spec.name} is {type(value).__name__}, declared was {spec.kind}")
    if spec.kind == "array" and spec.item is not None:
        return [_value(spec.item, one, output_dir) for one in cast("list[object]", value)]
    return value


def _file(spec: FieldSpec, value: object, output_dir: Path) -> dict[str, str]:
    if not isinstance(value, OutputFile):
        raise BadOutputError(f"{spec.name} is {type(value).__name__}, declared was a file")
    if spec.media_types and value.media_type not in spec.media_types:
        raise BadOutputError(f"{spec.name} is {value.media_type}, declared was {spec.media_types}")
    try:
        name = value.path.relative_to(output_dir).as_posix()
        regular_file_beneath(output_dir, name)
    except UnsafePathError as error:
        raise BadOutputError(f"{spec.name}: {error}") from error
    except ValueError as error:
        raise BadOutputError(f"{spec.name} lies outside the output folder") from error
    except OSError as error:
        raise BadOutputError(f"{spec.name}: the file was declared and never written") from error
    return {"path": name, "media_type": value.media_type}


_EXPECTED: dict[str, tuple[type[Any], ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list, tuple),
    "object": (dict,),
    "any": (object, bool),
}
