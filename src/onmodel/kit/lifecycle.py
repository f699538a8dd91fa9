"""States of everything asynchronous, and the one table of transitions between them."""

from enum import StrEnum

from onmodel.kit.errors import ConflictError


class State(StrEnum):
    """Where a call, a training job or a variation stands."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self in FINAL

    @property
    def is_active(self) -> bool:
        return self not in FINAL


FINAL = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED})

# A step back to QUEUED is a lost worker or a retry; everything final stays final.
TRANSITIONS: dict[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.STARTING, State.PAUSED, State.FAILED, State.CANCELLED}),
    State.STARTING: frozenset({State.RUNNING, State.QUEUED, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset(
        {State.SUCCEEDED, State.FAILED, State.CANCELLED, State.QUEUED, State.PAUSED}
    ),
    State.PAUSED: frozenset({State.QUEUED, State.CANCELLED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
    State.CANCELLED: frozenset(),
}


class IllegalTransitionError(ConflictError):
    code = "illegal_transition"
    title = "That is no longer possible"


def advance(current: State, to: State) -> State:
    """Return ``to`` if it may follow ``current``.

    Raises:
        IllegalTransitionError: the table of transitions does not allow the step.
    """
    if to not in TRANSITIONS[current]:
        raise IllegalTransitionError(
            f"What is {current.value} cannot become {to.value}.",
            try_="Reload to see where it stands now.",
        )
    return to


def may_become(to: State) -> list[State]:
    """Return the states from which ``to`` may follow, for a guarded SQL update."""
    return [state for state, following in TRANSITIONS.items() if to in following]
