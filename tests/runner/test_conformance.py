"""The suite that every function is put through, and functions that do not pass it."""

from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest, Tier, TierNeeds
from onmodel.runner.conformance import Check, examine
from onmodel.runner.container import ContainerRuntime
from onmodel.runner.process import ProcessRuntime
from tests.runner.conftest import toy


def tried(
    manifest: Manifest, runtime: ProcessRuntime | ContainerRuntime, prepared: Prepared
) -> dict[str, Check]:
    checks = examine(manifest, runtime, lambda _manifest, _line, _patience: prepared, on_line=print)
    return {one.name: one for one in checks}


def test_a_good_function_passes(runtime: ProcessRuntime, prepared: Prepared) -> None:
    checks = tried(toy("Steady"), runtime, prepared)

    assert {name: one.state for name, one in checks.items()} == {
        "starts": "passed",
        "tiers set known inputs": "passed",
        "reads known inputs": "passed",
        "refuses an unknown input": "passed",
        "refuses a wrong type": "passed",
        "runs": "passed",
        "writes what it declares": "passed",
        "progress only grows": "passed",
        "the same seed makes the same": "skipped",
        "stops when it is cancelled": "passed",
        "cannot take more memory": "skipped",
        "cannot reach a network": "skipped",
    }
    assert "ONMODEL_RUNTIME=docker" in checks["cannot reach a network"].detail


def test_each_fault_is_named(runtime: ProcessRuntime, prepared: Prepared) -> None:
    checks = tried(toy("Unsteady", cancel_grace_s=0.1), runtime, prepared)

    failed = {name: one.detail for name, one in checks.items() if one.state == "failed"}
    assert failed.keys() == {
        "progress only grows",
        "the same seed makes the same",
        "stops when it is cancelled",
    }
    assert failed["progress only grows"] == "from 0.5 back to 0.2"
    assert "did not stop within 0.1 s" in failed["stops when it is cancelled"]


def test_what_was_done_before_it_could_be_cancelled_was_not_tried(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    check = tried(toy("Echo"), runtime, prepared)["stops when it is cancelled"]
    assert (check.state, "before it stopped" in check.detail) == ("skipped", True)


def test_the_same_file_beside_other_values_is_not_the_same(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    check = tried(toy("Dice"), runtime, prepared)["the same seed makes the same"]
    assert check.state == "failed"
    assert check.detail == "the values of two calls with the same inputs differ"


@pytest.mark.parametrize(
    ("name", "check", "detail"),
    [
        ("NoSetup", "starts", "setup_failed"),
        ("Littering", "runs", "written and not declared: forgotten.txt"),
    ],
)
def test_what_cannot_go_on_stops_there(
    runtime: ProcessRuntime, prepared: Prepared, name: str, check: str, detail: str
) -> None:
    last = tried(toy(name), runtime, prepared)[check]
    assert last.state == "failed"
    assert detail in last.detail


def test_a_tier_that_sets_what_is_no_input(runtime: ProcessRuntime, prepared: Prepared) -> None:
    manifest = toy("Steps").model_copy(update={"tiers": {Tier.LOW: TierNeeds(params={"steps": 4})}})
    check = tried(manifest, runtime, prepared)["tiers set known inputs"]
    assert (check.state, check.detail) == ("failed", "no such input: low: steps")


def test_a_function_reads_only_what_it_has_an_input_for(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    manifest = toy("Steps").model_copy(update={"reads": ("positive_prompt", "lora")})
    check = tried(manifest, runtime, prepared)["reads known inputs"]
    assert (check.state, check.detail) == ("failed", "no such input: positive_prompt, lora")


def test_a_model_that_not_every_character_has_is_optional(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    manifest = toy("Reader").model_copy(update={"reads": ("positive_prompt", "lora")})
    check = tried(manifest, runtime, prepared)["reads known inputs"]
    assert (check.state, check.detail) == ("failed", "has to be optional: lora")


def test_in_a_container_the_walls_are_tried(
    containers: ContainerRuntime, contained: Prepared
) -> None:
    checks = tried(toy("Steps", memory_mb=128), containers, contained)
    assert checks["cannot take more memory"] == Check(
        "cannot take more memory", "passed", "ended at 128 MB"
    )
    assert checks["cannot reach a network"].state == "passed"


def test_made_up_inputs_that_are_refused_ask_for_an_example(
    runtime: ProcessRuntime, prepared: Prepared, tmp_path: Path
) -> None:
    manifest = toy("Picky").model_copy(update={"folder": tmp_path})
    check = tried(manifest, runtime, prepared)["runs"]
    assert (check.state, "examples/inputs.json" in check.detail) == ("skipped", True)

    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "inputs.json").write_text('{"text": "please"}')
    assert tried(manifest, runtime, prepared)["runs"].state == "passed"
