"""What tasks send and need is what the product builds and reads, and what the guide shows."""

from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from onmodel.dispatch.choices import REASONS
from onmodel.dispatch.contracts import (
    CONTRACTS,
    PICTURES,
    SIZE,
    TrainingOutputs,
    VariationInputs,
    VariationOutputs,
)
from onmodel.dispatch.fit import kind_of, misfits, properties_of, unread
from onmodel.dispatch.schemas import CallOutputs, FileInput, StoredFile
from onmodel.dispatch.tasks import Task
from onmodel.functions.manifest import Readable

ROOT = Path(__file__).parents[2]
VARIATION = Task.GENERATE_VARIATION

FILE: dict[str, Any] = {
    "type": "object",
    "x-onmodel-file": True,
    "x-media-types": list(PICTURES),
}
INPUTS: dict[str, Any] = {
    "reference": FILE,
    "references": {"type": "array", "items": FILE, "default": []},
    "key": {"type": "string"},
    "seed": {"type": "integer", "default": 0, "minimum": 0},
    "size": {"type": "integer", "minimum": 256, "maximum": 1024},
}
OUTPUTS: dict[str, Any] = {"image": {**FILE, "x-media-types": ["image/png"]}}


def published(
    inputs: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    *,
    needs: tuple[str, ...] = ("reference", "key", "size"),
    answers: tuple[str, ...] = ("image",),
) -> dict[str, object]:
    """Return the description of a function that makes variations, with some of it changed."""
    known = {name: rule for name, rule in {**INPUTS, **(inputs or {})}.items() if rule}
    made = {name: rule for name, rule in {**OUTPUTS, **(outputs or {})}.items() if rule}
    schemas = {
        "Input": {"properties": known, "required": list(needs)},
        "Output": {"properties": made, "required": list(answers)},
    }
    return {"components": {"schemas": schemas}}


def picture(output: str) -> StoredFile:
    return StoredFile(
        output=output, name="a.png", key="k", media_type="image/png", bytes=1, sha256="0" * 64
    )


def test_what_takes_all_that_is_sent_and_gives_what_is_read_fits() -> None:
    assert misfits(VARIATION, published()) == []
    # more than is asked for does no harm
    more = published(
        {"mood": {"type": "string", "default": ""}}, {"report": {"type": "object"}, "mask": FILE}
    )
    assert misfits(VARIATION, more) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            published({"references": None}),
            "it has no input `references`, which every call brings (up to 4 pictures)",
        ),
        (
            published({"key": {"type": "integer"}}),
            "its input `key` has to take text, 1 to 60 chara",
        ),
        (
            published({"key": {"type": "string", "enum": ["expression/happy"]}}),
            "its input `key` has to take any text, 1 to 60 characters, not only expression/happy",
        ),
        (
            published({"size": {"type": "integer", "maximum": 512}}),
            f"its input `size` has to take a whole number: {SIZE}",
        ),
        (
            published({"references": {"type": "array", "items": FILE, "minItems": 1}}),
            "its input `references` has to take up to 4 pictures",
        ),
        (
            published({"reference": {**FILE, "x-media-types": ["image/png", "image/jpeg"]}}),
            "its input `reference` has to take image/webp",
        ),
        (
            published({"reference": {"type": "string"}}),
            "its input `reference` has to take a picture",
        ),
        (
            published({"mood": {"type": "string"}}, needs=("mood",)),
            "its input `mood` has to be optional: no call brings it",
        ),
        (published(outputs={"image": None}), "it has no output `image` (a picture)"),
        (published(answers=()), "its output `image` has to be there every time"),
        (
            published(outputs={"image": {**FILE, "x-media-types": []}}),
            "its output `image` has to say its media_types, of image/png, image/jpeg, image/webp",
        ),
        (
            published(outputs={"report": {"type": "string"}}),
            "its output `report` has to be an object",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_words(changed: dict[str, object], said: str) -> None:
    (reason,) = misfits(VARIATION, changed)
    assert reason.startswith(said)


def test_what_a_tier_sets_need_not_be_sent() -> None:
    tuned = published({"steps": {"type": "integer"}}, needs=("steps",))
    assert misfits(VARIATION, tuned, {"steps"}) == []
    assert misfits(VARIATION, tuned) != []


def test_what_is_offered_is_what_manifests_may_say_that_they_read() -> None:
    offered = CONTRACTS[VARIATION].offered
    assert offered is not None
    assert set(offered.model_fields) == set(get_args(Readable))


def test_what_a_function_reads_it_has_to_take() -> None:
    reader = published({"description": {"type": "string"}}, needs=("description",))
    assert misfits(VARIATION, reader, reads=["description"]) == []
    number = published({"description": {"type": "integer"}})
    assert misfits(VARIATION, number, reads=["description"]) == [
        "its input `description` has to take text"
    ]


def test_a_training_answers_a_profile_or_a_lora() -> None:
    for output in ("profile", "lora"):
        assert TrainingOutputs.of(CallOutputs(files=[picture(output)])).model == picture(output)
    inputs: dict[str, Any] = {"pictures": {"type": "array", "items": FILE}}
    neither = {
        "components": {
            "schemas": {"Input": {"properties": inputs}, "Output": {"properties": {"x": FILE}}}
        }
    }
    assert misfits(Task.TRAIN_LORA, neither) == ["it has no output `profile` or `lora`"]


def test_a_task_that_nobody_asks_for_sends_nothing() -> None:
    assert misfits("grey.run", published(needs=("anything",))) == []
    assert unread("grey.run", CallOutputs()) is None


def test_a_call_carries_files_apart_from_values() -> None:
    file = FileInput(key="k", name="a.png", media_type="image/png")
    params = VariationInputs(
        reference=file, references=[], key="expression/happy", seed=7, size=SIZE
    ).params()
    assert params.values == {"key": "expression/happy", "seed": 7, "size": SIZE}
    assert params.files == {"reference": file, "references": []}


def test_outputs_are_read_with_their_files() -> None:
    made = VariationOutputs.of(
        CallOutputs(
            values={"image": {"path": "a.png"}, "report": {"preview": True, "mine": 1}},
            files=[picture("image")],
        )
    )
    assert (made.image, made.report.preview, made.report.size) == (picture("image"), True, None)
    assert VariationOutputs.of(CallOutputs(files=[picture("image")])).report.preview is False
    with pytest.raises(ValidationError):
        TrainingOutputs.of(CallOutputs(files=[picture("image")]))
    assert unread(VARIATION, CallOutputs()) == "image: Field required"
    wrong = CallOutputs(values={"report": {"size": "large"}}, files=[picture("image")])
    assert str(unread(VARIATION, wrong)).startswith("report.size: ")


def test_the_guide_shows_what_every_task_sends_and_needs() -> None:
    guide = (ROOT / "docs" / "functions.md").read_text()
    chapter = guide.partition("\n## What a task sends and needs\n")[2].partition("\n## ")[0]
    shown = [line for line in chapter.splitlines() if line.startswith(("### ", "| `"))]
    expected: list[str] = []
    for task, contract in CONTRACTS.items():
        expected.append(f"### `{task}`")
        for model in filter(None, (contract.inputs, contract.offered, contract.outputs)):
            schema = model.model_json_schema()
            for name, rule in properties_of(schema).items():
                optional = name not in schema.get("required", [])
                kind = kind_of(rule) + ", optional" * optional
                expected.append(f"| `{name}` | {kind} | {rule['description']} |")
    assert shown == expected


def test_the_guide_names_the_tasks_that_nobody_asks_for() -> None:
    guide = (ROOT / "docs" / "functions.md").read_text()
    for task in Task:
        assert f"`{task}`" in guide


def test_the_guide_shows_the_reasons_of_a_choice() -> None:
    guide = (ROOT / "docs" / "functions.md").read_text()
    table = guide.partition("| code | sentence |\n|---|---|\n")[2].partition("\n\n")[0]
    assert table.splitlines() == [f"| `{code}` | {said} |" for code, said in REASONS.items()]
