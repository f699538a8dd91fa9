"""The page of functions: what is installed, its terms, and how its calls went."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from onmodel.dispatch import workers
from onmodel.dispatch.schemas import CallError
from onmodel.dispatch.tiers import ASCENDING
from onmodel.functions import registry, trials
from onmodel.functions.trials import FunctionTrial
from onmodel.runner.fitness import Fitness
from onmodel.settings import Settings
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person, running


async def _function(person: Person, name: str) -> dict:  # type: ignore[type-arg]
    return next(one for one in await person.get("/functions") if one["name"] == name)


async def test_every_function_says_what_it_needs_and_on_which_terms(house: House) -> None:
    ada = await house.person("ada")
    puppet = await _function(ada, "puppet")
    assert puppet == await ada.get("/functions/puppet")
    assert puppet["tasks"] == ["character.generate_variation"]
    assert (puppet["licence"], puppet["commercial"]) == ("Apache-2.0", True)
    (low,) = puppet["tiers"]
    assert low.pop("chance")["code"] == "no_worker"
    assert low == {"tier": "low", "vram_mb": 0, "median_seconds": None, "runs": 0}
    assert {weight["present"] for weight in puppet["weights"]} == {False}
    assert not puppet["installed"]
    assert puppet["install"] == "onmodel function install puppet"
    assert puppet["health"]["last_at"] is None


async def test_what_does_not_fit_its_task_says_why_it_is_not_chosen(house: House) -> None:
    ada = await house.person("ada")
    settings = house.resources.settings
    puppet = registry.find(settings.functions_dir, "puppet")
    assert (await _function(ada, "puppet"))["unfit"] == []
    task = "character.generate_variation"
    Fitness(settings.home).keep(puppet, task, "it has no input `key`")
    assert (await _function(ada, "puppet"))["unfit"] == [
        {"task": task, "reason": "it has no input `key`"}
    ]


async def test_a_stranger_and_a_missing_function_get_a_problem(house: House) -> None:
    ada = await house.person("ada")
    problem = await ada.get("/functions/nobody", status=404)
    assert problem["code"] == "function_not_found"
    async with house.client() as nobody:
        assert (await nobody.get("/api/v1/functions")).status_code == 401


async def test_past_runs_tell_seconds_and_health(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    for number in range(3):
        added = await ada.upload(character["id"], picture(number))
        await house.answer(
            added["id"],
            values=report(face(1, number), picture=number),
            function="identity-profile",
        )
    refusal = CallError(code="unreadable_picture", message="It cannot be read.", fault="input")
    crash = CallError(code="function_crashed", message="It stopped.", fault="function")
    for number, error in ((10, refusal), (11, crash)):
        added = await ada.upload(character["id"], picture(number))
        await house.answer(added["id"], error=error, function="identity-profile")
    waiting = await ada.upload(character["id"], picture(12))
    await house.begin(waiting["id"], function="identity-profile")

    async with house.resources.database.begin() as uow:
        (worker,) = await workers.live(uow, lease_seconds=60)
        kept = {
            "function": "identity-profile",
            "tasks": ["character.train_lora"],
            "instance": "identity-profile-77",
            "state": "idle",
            "calls": 4,
            "seconds": 12.5,
            "memory_mb": 180,
            "gpu": "GPU-a",
            "vram_mb": 4_000,
            "vram_used_mb": 3_100,
        }
        assert await workers.seen(uow, worker.id, warm=[kept])

    profile = await _function(ada, "identity-profile")

    told = {name: value for name, value in kept.items() if name not in {"function", "tasks"}}
    assert profile["warm"] == [{"worker": "test", **told}]
    assert (await _function(ada, "puppet"))["warm"] == []

    health = profile["health"]
    assert (health["succeeded"], health["refused"], health["failed"]) == (3, 1, 1)
    assert health["running"] == 1
    assert health["last_failure_code"] == "function_crashed"
    assert health["last_failure_at"] == health["last_at"]
    measured = [one for one in profile["tiers"] if one["runs"]]
    assert [(one["runs"], one["median_seconds"]) for one in measured] == [(3, pytest.approx(0.1))]


async def test_a_broken_function_is_listed_with_what_is_wrong(
    database_url: str, broker_url: str, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "half-done").mkdir()
    (tmp_path / "half-done" / "function.toml").write_text('name = "half-done"\n')
    settings = Settings(
        home=home, database_url=database_url, broker_url=broker_url, functions_dir=tmp_path
    )
    async with running(settings) as house:
        (one,) = await (await house.person("ada")).get("/functions")
    assert one["name"] == "half-done"
    assert one["problem"].startswith("function.toml")
    assert not one["installed"]
    assert one["install"] is None


async def test_the_last_result_of_the_suite_is_told(house: House) -> None:
    ada = await house.person("ada")
    assert (await _function(ada, "puppet"))["tested"] is None
    trial = FunctionTrial(
        version="0.0.9",
        runtime="docker",
        at=datetime(2026, 1, 2, tzinfo=UTC),
        passed=11,
        skipped=1,
        failed=["stops when it is cancelled"],
    )
    home = house.resources.settings.home
    trials.keep(home, "puppet", trial)
    tested = (await _function(ada, "puppet"))["tested"]
    assert FunctionTrial.model_validate(tested) == trial
    (home / "trials" / "puppet.json").write_text("half a resu")
    assert (await _function(ada, "puppet"))["tested"] is None


async def test_graphics_cards_are_told_with_what_is_set_aside(house: House) -> None:
    ada = await house.person("ada")
    gpu = {
        "uuid": "GPU-a",
        "name": "NVIDIA L4",
        "vram_mb": 23_034,
        "reserved_mb": 8_000,
        "used_mb": 6_100,
        "busy": 40,
    }
    async with house.resources.database.begin() as uow:
        worker = await workers.register(uow, name="test", tiers=ASCENDING, slots=1)
        assert await workers.seen(uow, worker.id, gpus=[gpu])
    (told,) = await ada.get("/workers")
    assert told["gpus"] == [gpu]
