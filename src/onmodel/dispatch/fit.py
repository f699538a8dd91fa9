"""Whether a function takes what its task sends, and gives what is needed.

Both sides are JSON Schema: what is sent has to be allowed by what the function publishes, and what
the function may answer has to be allowed by what is read.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from pydantic import ValidationError

from onmodel.dispatch.contracts import Contract, contract_of
from onmodel.dispatch.schemas import CallOutputs

Rule = Mapping[str, Any]

# the word of each lower and upper bound, and what it counts
_BOUNDS = (
    ("minimum", "maximum", ""),
    ("minItems", "maxItems", " files"),
    ("minLength", "maxLength", " characters"),
)
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "object": "an object",
    "array": "a list",
}


def misfits(
    task: str,
    schema: Mapping[str, object],
    given: Collection[str] = (),
    reads: Collection[str] = (),
) -> list[str]:
    """Say what of a function does not fit a task; nothing where it fits, or nobody asks for it.

    Args:
        task: such as ``character.generate_variation``.
        schema: the OpenAPI description that the function publishes.
        given: inputs that it gets from elsewhere, as its tiers set them.
        reads: what of the offered inputs it says that it reads.
    """
    contract = contract_of(task)
    if contract is None:
        return []
    schemas = cast("Any", schema)["components"]["schemas"]
    return [
        *_inputs(contract, schemas["Input"], given, reads),
        *_outputs(contract, schemas["Output"]),
    ]


def unread(task: str, outputs: CallOutputs) -> str | None:
    """Say what is missing or wrong in what a call made; None where all of it can be read."""
    contract = contract_of(task)
    if contract is None:
        return None
    try:
        contract.outputs.of(outputs)
    except ValidationError as error:
        return "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()
        )
    return None


def _inputs(
    contract: Contract, published: Rule, given: Collection[str], reads: Collection[str]
) -> Iterator[str]:
    sent = properties_of(contract.inputs.model_json_schema())
    if contract.offered:
        offered = properties_of(contract.offered.model_json_schema())
        sent = sent | {name: rule for name, rule in offered.items() if name in reads}
    known = published["properties"]
    for name, rule in sent.items():
        if name not in known:
            yield f"it has no input `{name}`, which every call brings ({kind_of(rule)})"
        else:
            for reason in _refused(rule, known[name]):
                yield f"its input `{name}` has to take {reason}"
    for name in published.get("required", []):
        if name not in sent and name not in given:
            yield f"its input `{name}` has to be optional: no call brings it"


def _outputs(contract: Contract, published: Rule) -> Iterator[str]:
    schema = contract.outputs.model_json_schema()
    answered = published["properties"]
    required = published.get("required", [])
    if contract.outputs.one_of and not any(one in answered for one in contract.outputs.one_of):
        yield f"it has no output {' or '.join(f'`{one}`' for one in contract.outputs.one_of)}"
    for name, rule in properties_of(schema).items():
        if name not in answered:
            if name in schema.get("required", []):
                yield f"it has no output `{name}` ({kind_of(rule)})"
            continue
        if name in schema.get("required", []) and (
            name not in required or answered[name].get("nullable")
        ):
            yield f"its output `{name}` has to be there every time"
        for reason in _refused(answered[name], rule, by_reader=True):
            yield f"its output `{name}` {reason}"


def properties_of(schema: Rule) -> dict[str, Rule]:
    """Return the rules of a model's fields, each with what it refers to."""
    definitions = schema.get("$defs", {})
    return {
        name: {**definitions.get(rule["$ref"].rpartition("/")[2], {}), **rule}
        if "$ref" in rule
        else rule
        for name, rule in schema["properties"].items()
    }


def _refused(value: Rule, taker: Rule, *, by_reader: bool = False) -> Iterator[str]:
    """Say what of the values that one rule allows another one refuses."""
    if not _same_kind(value, taker):
        yield f"has to be {kind_of(taker)}" if by_reader else kind_of(value)
        return
    if value.get("type") == "array":
        yield from _refused(value.get("items", {}), taker.get("items", {}), by_reader=by_reader)
    if "x-onmodel-file" in value:
        yield from _refused_types(value, taker, by_reader=by_reader)
    if by_reader:
        return
    if any(_narrower(value, taker, *words[:2]) for words in _BOUNDS):
        yield kind_of(value)
    elif taker.get("enum") and value.get("enum") != taker["enum"]:
        yield f"any {kind_of(value)}, not only {', '.join(map(str, taker['enum']))}"


def _refused_types(value: Rule, taker: Rule, *, by_reader: bool) -> Iterator[str]:
    made, taken = value.get("x-media-types") or [], taker.get("x-media-types") or []
    if not taken or (made and set(made) <= set(taken)):
        return
    if by_reader:
        yield f"has to say its media_types, of {', '.join(taken)}"
    else:
        yield ", ".join(one for one in made if one not in taken)


def _same_kind(value: Rule, taker: Rule) -> bool:
    if "type" not in taker:
        return True  # it takes anything
    if ("x-onmodel-file" in value) != ("x-onmodel-file" in taker):
        return False
    return value.get("type") == taker["type"] or (
        value.get("type") == "integer" and taker["type"] == "number"
    )


def _narrower(value: Rule, taker: Rule, least: str, most: str) -> bool:
    """Whether a taker refuses the smallest or the largest of the values."""
    low, high = bounds_of(value, least, most)
    low_taken, high_taken = bounds_of(taker, least, most)
    too_high = low_taken is not None and (low or 0) < low_taken
    too_low = high_taken is not None and (high is None or high > high_taken)
    return too_high or too_low


def bounds_of(rule: Rule, least: str, most: str) -> tuple[float | None, float | None]:
    """Return the smallest and the largest value that a rule allows."""
    above = rule.get(f"exclusive{most.capitalize()}")
    return rule.get(least), rule.get(most) if above is None else above - 1


def kind_of(rule: Rule) -> str:
    """Name what a rule describes: "a picture", "up to 4 pictures", "a whole number, 0 to 9"."""
    if "x-onmodel-file" in rule:
        return "a picture" if rule.get("x-media-types") else "a file"
    if rule.get("type") == "array" and "x-onmodel-file" in rule.get("items", {}):
        return _list_of_files(rule)
    kind = _KINDS.get(str(rule.get("type")), "anything")
    for least, most, unit in (_BOUNDS[0], _BOUNDS[2]):
        low, high = bounds_of(rule, least, most)
        if low is not None and low == high:
            return f"{kind}: {low}"
        if high is not None:
            return f"{kind}, {low or 0} to {high}{unit}"
    return kind


def _list_of_files(rule: Rule) -> str:
    what = "pictures" if rule["items"].get("x-media-types") else "files"
    low, high = bounds_of(rule, "minItems", "maxItems")
    if low == high == 1:
        return f"a list of one {what[:-1]}"
    if high is None:
        return f"{what}, at least {low}" if low else f"any number of {what}"
    return f"up to {high} {what}"
