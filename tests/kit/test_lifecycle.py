"""The one table of transitions."""

import pytest

from onmodel.kit.lifecycle import (
    FINAL,
    TRANSITIONS,
    IllegalTransitionError,
    State,
    advance,
    may_become,
)


def test_every_state_has_its_row() -> None:
    assert set(TRANSITIONS) == set(State)


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_is_over_stays_over(state: State) -> None:
    for to in State:
        with pytest.raises(IllegalTransitionError):
            advance(state, to)


def test_a_lost_worker_sends_a_call_back_to_the_queue() -> None:
    assert advance(State.RUNNING, State.QUEUED) is State.QUEUED


def test_may_become_is_the_table_read_backwards() -> None:
    for to in State:
        assert may_become(to) == [state for state in State if to in TRANSITIONS[state]]
