"""Backoff."""

from hypothesis import given
from hypothesis import strategies as st

from onmodel.dispatch.retry import LONGEST_SECONDS, delay_seconds


@given(st.integers(min_value=1, max_value=500), st.floats(min_value=0.01, max_value=60))
def test_wait_doubles_up_to_a_limit(attempt: int, first: float) -> None:
    full = min(first * 2 ** min(attempt - 1, 60), LONGEST_SECONDS)
    assert full / 2 <= delay_seconds(attempt, first=first) <= full
