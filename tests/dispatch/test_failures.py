"""The table of failures holds together, is what the documentation shows, and is obeyed."""

import ast
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from onmodel.dispatch import leases
from onmodel.dispatch.failures import TABLE, meaning
from onmodel.dispatch.schemas import CallError
from onmodel.kit.db.uow import Database
from onmodel.kit.lifecycle import State
from tests.support.calls import LEASE, add_worker, alter, claim_all, load, submit

ROOT = Path(__file__).parents[2]


def test_only_the_machine_and_a_crash_are_tried_again() -> None:
    again = {code for code, known in TABLE.items() if known.retry}
    assert again - {"crashed"} <= {code for code, one in TABLE.items() if one.fault == "machine"}


def test_sentences_are_sentences() -> None:
    for known in TABLE.values():
        for sentence in (known.sentence, known.way_out):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
        assert known.when


def test_the_documentation_shows_the_table() -> None:
    text = (ROOT / "docs" / "functions.md").read_text()
    shown = [line for line in text.splitlines() if line.startswith("| `") and line.count("|") == 6]
    assert shown == [
        f"| `{code}` | {one.fault} | {one.tries} | {one.sentence} {one.way_out} | {one.when} |"
        for code, one in TABLE.items()
    ]


def test_every_code_that_is_raised_is_in_the_table() -> None:
    said: set[str] = set()
    for room in ("runner", "worker", "dispatch"):
        for path in (ROOT / "src" / "onmodel" / room).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = ast.unparse(node.func)
                first = node.args[0]
                if name in {"failed", "CallError.of"} and isinstance(first, ast.Constant):
                    said.add(str(first.value))
    assert {"crashed", "worker_lost", "internal_error"} <= said <= TABLE.keys()


def test_a_code_of_somebody_else_means_what_its_fault_means() -> None:
    assert not meaning("no_face", "input").retry
    assert not meaning("strange", "function").retry
    assert meaning("strange", "machine").tries == 3


async def _fail(database: Database, error: CallError) -> None:
    (claim,) = await claim_all(database)
    worker = (await load(database, claim.call_id)).lease_owner
    assert worker is not None
    async with database.begin() as uow:
        await leases.start(uow, claim.call_id, claim.fence, worker_id=worker, lease_seconds=LEASE)
    async with database.begin() as uow:
        await leases.fail(uow, claim.call_id, claim.fence, error)


@pytest.mark.parametrize("code", ["crashed", "killed", "gpu_busy", "timed_out"])
async def test_a_poisonous_call_stops_after_as_many_tries_as_the_table_says(
    database: Database, code: str
) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database, max_attempts=9)
    call = await load(database, call_id)
    for tried in range(1, TABLE[code].tries + 1):
        before = datetime.now(UTC)
        await _fail(database, CallError.of(code))
        call = await load(database, call_id)
        assert call.attempt == tried
        if tried < TABLE[code].tries:
            assert call.state is State.QUEUED
            assert call.not_before is not None
            pause = timedelta(seconds=TABLE[code].first_pause_s * 2 ** (tried - 1) / 2)
            assert call.not_before > before + pause
            await alter(database, call_id, not_before=None)
    assert call.state is State.FAILED
    assert call.error is not None
    assert call.error["code"] == code
    assert ("It was tried" in call.error["message"]) is (call.attempt > 1)


async def test_the_calls_own_limit_holds_as_well(database: Database) -> None:
    await add_worker(database, slots=1)
    call_id = await submit(database, max_attempts=1)
    await _fail(database, CallError.of("killed"))
    assert (await load(database, call_id)).state is State.FAILED
