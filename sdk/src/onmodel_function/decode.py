"""From the JSON of a request to the author's Inputs, with every fault named at once."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

from onmodel_function.fields import MISSING, FieldSpec, fields_of
from onmodel_function.files import InputFile, UnsafePathError, media_type_of, regular_file_beneath

InputsT = TypeVar("InputsT")

_PYTHON_TYPES: dict[str, tuple[type, str]] = {
    "string": (str, "text"),
    "integer": (int, "a whole number"),
    "number": (float, "a number"),
    "boolean": (bool, "true or false"),
    "array": (list, "a list"),
    "object": (dict, "an object"),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a request: where, a stable code, and a sentence."""

    path: tuple[str | int, ...]
    code: str
    message: str


class InvalidRequestError(Exception):
    """The inputs do not fit the function's schema."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(one.message for one in faults))
        self.faults = faults


class _WrongError(Exception):
    def __init__(self, code: str, message: str, at: tuple[str | int, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at


def decode(inputs: type[InputsT], values: dict[str, object], input_dir: Path) -> InputsT:
    """Check the values of a request and build the author's Inputs from them.

    Args:
        inputs: the author's dataclass.
        values: field name to JSON value; a file is `{"path": "relative/name.png"}`.
        input_dir: the folder that file names are relative to.

    Raises:
        InvalidRequestError: with all faults, not only the first.
    """
    specs = {one.name: one for one in fields_of(inputs)}
    faults = [
        Fault((name,), "unknown_field", f"{name} is not an input of this function.")
        for name in values
        if name not in specs
    ]
    ready: dict[str, object] = {}
    for name, spec in specs.items():
        try:
            if name in values:
                ready[name] = _value(spec, values[name], input_dir)
            elif spec.required:
                raise _WrongError("missing", f"{name} is missing.")
            elif spec.default is MISSING:
                ready[name] = None
        except _WrongError as wrong:
            faults.append(Fault((name, *wrong.at), wrong.code, wrong.message))
    if faults:
        raise InvalidRequestError(faults)
    return inputs(**ready)


def _value(spec: FieldSpec, value: object, input_dir: Path) -> object:
    if value is None and spec.optional:
        return None
    checked = _typed(spec, value, input_dir)
    if spec.choices and checked not in spec.choices:
        allowed = ", ".join(str(one) for one in spec.choices)
        raise _WrongError("not_a_choice", f"{spec.name} has to be one of: {allowed}.")
    _check_size(spec, checked)
    return checked


def _typed(spec: FieldSpec, value: object, input_dir: Path) -> object:
    if spec.kind == "any":
        return value
    if spec.kind == "file":
        return _file(spec, value, input_dir)
    if spec.kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    expected, words = _PYTHON_TYPES[spec.kind]
    # A bool is an int to Python, and to nobody else.
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        raise _WrongError("wrong_type", f"{spec.name} has to be {words}.")
    if isinstance(value, float) and not math.isfinite(value):
        raise _WrongError("wrong_type", f"{spec.name} has to be a finite number.")
    if spec.kind == "array" and spec.item is not None:
        return _items(spec.item, cast("list[object]", value), input_dir)
    return value


def _items(item: FieldSpec, values: list[object], input_dir: Path) -> list[object]:
    ready: list[object] = []
    for index, value in enumerate(values):
        try:
            ready.append(_value(item, value, input_dir))
        except _WrongError as wrong:
            raise _WrongError(wrong.code, wrong.message, (index, *wrong.at)) from wrong
    return ready


def _file(spec: FieldSpec, value: object, input_dir: Path) -> InputFile:
    fields = cast("dict[str, object]", value) if isinstance(value, dict) else {}
    name = fields.get("path")
    if not isinstance(name, str):
        raise _WrongError("wrong_type", f'{spec.name} has to be a file: {{"path": "name.png"}}.')
    try:
        path = regular_file_beneath(input_dir, name)
        media_type = media_type_of(path)
    except UnsafePathError as error:
        raise _WrongError("file_outside", f"{spec.name}: {error}.") from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _WrongError("file_missing", f"{spec.name}: there is no file {name!r}.") from error
    except OSError as error:
        why = f"{spec.name}: {name[:200]!r} cannot be read: {error.strerror}."
        raise _WrongError("file_unreadable", why) from error
    if spec.media_types and media_type not in spec.media_types:
        allowed = ", ".join(spec.media_types)
        raise _WrongError(
            "wrong_media_type", f"{spec.name} is {media_type}, and has to be one of: {allowed}."
        )
    return InputFile(path, media_type)


def _check_size(spec: FieldSpec, value: object) -> None:
    if isinstance(value, int | float):
        size, unit = float(value), ""
    elif isinstance(value, str):
        size, unit = len(value), " characters"
    elif isinstance(value, list):
        size, unit = len(cast("list[object]", value)), " items"
    else:
        return
    if spec.minimum is not None and size < spec.minimum:
        raise _WrongError("too_small", f"{spec.name} has to be at least {spec.minimum:g}{unit}.")
    if spec.maximum is not None and size > spec.maximum:
        raise _WrongError("too_large", f"{spec.name} has to be at most {spec.maximum:g}{unit}.")
