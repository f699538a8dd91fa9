"""Giving calls to workers that have their function warm, without taking turns away.

Of the calls that are dealt now, each goes to a worker where it finds its function warm, if there is
one: that costs nobody anything. Beyond that a call may be dealt a few places early where it would
find a warm function and the one before it would not. Two bounds hold: nobody goes more than
``LOOK_AHEAD`` places ahead, and no call is passed over more than ``PASSED_OVER`` times in its life.
What is dealt early is charged to its person like everything else, so shares are even again with the
next deals.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

LOOK_AHEAD = 4
PASSED_OVER = 3


@dataclass(frozen=True)
class Waiting:
    """A call whose turn it is, or nearly.

    Attributes:
        task: what it asks for.
        only: the one function that may do it; None leaves the choice.
        urgent: whether it goes before everything that is not.
        passed_over: how often another one was dealt before it already.
    """

    id: UUID
    task: str
    only: str | None = None
    urgent: bool = False
    passed_over: int = 0


@dataclass
class Seating:
    """Who goes where, in the order of their turns, and how often whom was passed over for that."""

    owners: list[tuple[UUID, UUID]] = field(default_factory=list[tuple[UUID, UUID]])
    passed: Counter[UUID] = field(default_factory=Counter[UUID])


def idle_of(warm: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return those of a worker's functions that wait for a call: see ``workers.seen``."""
    return [one for one in warm if one["state"] == "idle" and one.get("tasks")]


def seat(
    calls: Sequence[Waiting],
    slots: Sequence[UUID],
    idle: Mapping[UUID, Sequence[Mapping[str, Any]]],
) -> Seating:
    """Give one call to each slot.

    Args:
        calls: in the order of their turns, up to ``LOOK_AHEAD`` more than there are slots.
        slots: the owner of each free slot, in the order in which they are to be filled.
        idle: the warm functions of the workers that wait for a call, each good for one.
    """
    warm = _Warm(slots, idle)
    chosen = list(calls[: len(slots)])
    taken = {call.id: worker for call in chosen if (worker := warm.take(call))}
    for later in calls[len(slots) :]:
        cold = [one for one in chosen if one.id not in taken]
        if not cold:
            break
        instead = [later if one is cold[-1] else one for one in chosen]
        if _is_fair(calls, instead) and (worker := warm.take(later)):
            chosen, taken[later.id] = instead, worker
    rest, dealt = warm.rest(slots), set(chosen)
    owners = [(call.id, taken.get(call.id) or rest.pop(0)) for call in calls if call in dealt]
    return Seating(owners, Counter({one.id: len(by) for one, by in _passed(calls, chosen).items()}))


def _passed(
    calls: Sequence[Waiting], chosen: Sequence[Waiting]
) -> dict[Waiting, Sequence[Waiting]]:
    """Return who is passed over, and by whom."""
    dealt = set(chosen)
    passed = {
        call: [one for one in calls[place:] if one in dealt]
        for place, call in enumerate(calls)
        if call not in dealt
    }
    return {call: by for call, by in passed.items() if by}


def _is_fair(calls: Sequence[Waiting], chosen: Sequence[Waiting]) -> bool:
    """Whether dealing these keeps the bounds, and urgent calls before all others."""
    places = {call: place for place, call in enumerate(calls)}
    return all(
        call.passed_over + len(by) <= PASSED_OVER
        and all(places[one] - places[call] <= LOOK_AHEAD for one in by)
        and all(one.urgent == call.urgent for one in by)
        for call, by in _passed(calls, chosen).items()
    )


class _Warm:
    """What is warm where, and how many slots are free there."""

    def __init__(
        self, slots: Sequence[UUID], idle: Mapping[UUID, Sequence[Mapping[str, Any]]]
    ) -> None:
        self._free = Counter(slots)
        self._idle = {worker: list(idle.get(worker, ())) for worker in self._free}
        self._used: Counter[UUID] = Counter()

    def take(self, call: Waiting) -> UUID | None:
        """Take a warm function for a call, and a slot beside it; None without one."""
        for worker, functions in self._idle.items():
            if self._used[worker] >= self._free[worker]:
                continue
            for one in functions:
                if _suits(call, one):
                    functions.remove(one)
                    self._used[worker] += 1
                    return worker
        return None

    def rest(self, slots: Sequence[UUID]) -> list[UUID]:
        """Return the slots that are left, in their order."""
        used = Counter(self._used)
        left: list[UUID] = []
        for worker in slots:
            if used[worker]:
                used[worker] -= 1
            else:
                left.append(worker)
        return left


def _suits(call: Waiting, function: Mapping[str, Any]) -> bool:
    if call.only is not None:
        return bool(function["function"] == call.only)
    return call.task in function["tasks"]
