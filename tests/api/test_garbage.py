"""Sockets are set aside from full collections, and looked at again when many are gone."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from onmodel.api.garbage import ENOUGH, SOME, Garbage
from tests.support.waiting import PATIENCE_SECONDS


class Circle:
    """Holds itself: only a collection ends it."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_alive_is_set_aside_now_and_then() -> None:
    garbage, alive = Garbage(), Circle()
    gc.unfreeze()
    for _ in range(SOME - 1):
        garbage.came()
    assert gc.get_freeze_count() == 0
    garbage.came()
    assert gc.get_freeze_count() > 0
    assert not any(one is alive for one in gc.get_objects())


def test_what_is_dead_is_not_kept() -> None:
    garbage = Garbage()
    dead = weakref.ref(Circle())
    for _ in range(SOME):
        garbage.came()
    assert dead() is None


async def test_what_was_set_aside_and_died_goes_when_more_are_gone_than_here() -> None:
    garbage, one = Garbage(wait_seconds=0), Circle()
    for _ in range(2 * ENOUGH):
        garbage.came()
    dead = weakref.ref(one)
    del one
    gc.collect()
    for _ in range(ENOUGH - 1):
        garbage.left()
    await asyncio.sleep(0)
    assert dead() is not None
    garbage.left()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while dead() is not None:  # noqa: ASYNC110 - the loop comes to it by itself
            await asyncio.sleep(0)


async def test_when_everybody_leaves_at_once_all_is_looked_at_once() -> None:
    garbage, looks = Garbage(wait_seconds=0), 0

    def count(phase: str, info: dict[str, int]) -> None:
        nonlocal looks
        looks += phase == "start" and info["generation"] == 2

    for _ in range(2 * ENOUGH):
        garbage.came()
    gc.callbacks.append(count)
    try:
        for _ in range(2 * ENOUGH):
            garbage.left()
        assert looks == 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while looks == 0:  # noqa: ASYNC110 - the loop comes to it by itself
                await asyncio.sleep(0)
        assert looks == 1
    finally:
        gc.callbacks.remove(count)
