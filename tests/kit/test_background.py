"""Chores take every step, whatever happens to one of them."""

import asyncio

import pytest

from onmodel.kit import background
from onmodel.kit.background import Chore


async def test_one_step_that_fails_keeps_no_other_from_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(background, "LOOK_SECONDS", 0.0)
    taken: asyncio.Queue[str] = asyncio.Queue()

    async def fails() -> None:
        taken.put_nowait("fails")
        raise OSError("the database starts")

    async def works() -> None:
        taken.put_nowait("works")

    chore = Chore("both", {"first": fails, "second": works})
    chore.start()
    assert [await taken.get() for _ in range(4)] == ["fails", "works", "fails", "works"]
    await chore.stop()


async def test_long_work_rests_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    clock = [0.0]
    worked = asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            worked.set()
            await asyncio.Event().wait()

    async def takes_ten_seconds_once() -> None:
        clock[0] += 10.0 if len(slept) == 1 else 0.1

    monkeypatch.setattr(background.asyncio, "sleep", sleep)
    monkeypatch.setattr(background.time, "monotonic", lambda: clock[0])
    chore = Chore("git", {"projects": takes_ten_seconds_once})
    chore.start()
    await worked.wait()
    await chore.stop()
    assert slept == [
        background.LOOK_SECONDS,
        10.0 * background.REST,
        background.LOOK_SECONDS,
    ]
