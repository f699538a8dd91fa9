"""Sockets are set aside from full collections, and looked at again when many are gone."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from onmodel.api.garbage import ENOUGH, SOME, Garbage


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


def test_what_was_set_aside_and_died_goes_when_enough_have_left() -> None:
    garbage, one = Garbage(), Circle()
    for _ in range(SOME):
        garbage.came()
    dead = weakref.ref(one)
    del one
    gc.collect()
    assert dead() is not None
    for _ in range(ENOUGH):
        garbage.left()
    assert dead() is None
