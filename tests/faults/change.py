"""One change as it waits in a client's outbox, and what the log has to say of it."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any

# Answers that a person may get in a busy project: somebody else was faster.
REFUSALS = frozenset(
    {
        "field_conflict",
        "stale_version",
        "versions_moved_on",
        "version_not_found",
        "nothing_to_go_back_to",
        "unknown_part",
        "note_not_found",
        "item_gone",
        "no_such_item",
        "voting_over",
        "not_decided",
        "candidate_twice",
        "candidate_not_found",
        "too_few_candidates",
    }
)
# Answers that mean: not now, send the same again.
PASSING = frozenset({"unavailable", "too_many_messages"})


@dataclass(frozen=True)
class Moment:
    """What was so of a note at some time after event ``since``: a repeat of it changes nothing."""

    note_id: str
    fact: str
    value: bool
    since: int


@dataclass(frozen=True)
class Change:
    """What somebody does.

    Attributes:
        key: under which the server applies it once, if it is one that may be repeated.
        method, path, body: the request.
        what: the name under which the log counts it; None for what has a moment instead.
        once: whether it may be sent any number of times and happens once.
        by_socket: whether it goes as a message; only fields do.
        insists: whether its sender, having read what came between, says it again.
    """

    key: str
    method: str
    path: str
    body: dict[str, Any] | None
    what: Hashable | None = None
    moment: Moment | None = None
    once: bool = True
    by_socket: bool = False
    insists: bool = False

    def again(self, problem: dict[str, Any]) -> "Change | None":
        """Return it on top of what came between, if its sender wants that."""
        assert self.body is not None
        match problem["code"]:
            case "field_conflict":
                (conflict,) = problem["conflicts"]
                fresh = {"seen": {conflict["field"]: conflict["current"]}}
            case "stale_version":
                fresh = {"version": problem["current"]["version"]}
            case "versions_moved_on":
                fresh = {"onto": problem["current"]}
            case _:
                return None
        if not self.insists:
            return None
        name, _, tries = self.key.partition("-again-")
        key = f"{name}-again-{int(tries or 0) + 1}"
        return replace(self, key=key, body=self.body | fresh)
