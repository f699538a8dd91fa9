"""Guessing is slowed down at every second of the minute."""

import time
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.requests import Request

from onmodel.accounts.errors import TooManyAttemptsError
from onmodel.accounts.throttle import throttle

MINUTE = 1_200_000_000.0  # one begins then


def test_ten_attempts_are_ten_where_a_minute_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    state = SimpleNamespace()
    client = SimpleNamespace(host="192.0.2.1")
    request = cast(Request, SimpleNamespace(app=SimpleNamespace(state=state), client=client))
    for attempt in range(10):
        now = MINUTE + attempt / 10 - 0.5
        monkeypatch.setattr(time, "monotonic", lambda now=now: now)
        throttle(request, "ada")
    with pytest.raises(TooManyAttemptsError):
        throttle(request, "Ada")
    monkeypatch.setattr(time, "monotonic", lambda: MINUTE + 61)
    throttle(request, "ada")
