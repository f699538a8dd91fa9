"""Backoff."""

from hypothesis import given
from hypothesis import strategies as st

from onmodel.dispatch.retry import FIRST_SECONDS, LONGEST_SECONDS, delay_seconds


@given(st.integers(min_value=1, max_value=500))
def test_wait_doubles_up_to_a_limit(attempt: int) -> None:
    full = min(FIRST_SECONDS * 2 ** (attempt - 1), LONGEST_SECONDS)
    assert full / 2 <= delay_seconds(attempt) <= full
