"""What workers can do: the functions that they have and that fit their largest GPU.

A worker tells it in the registry, since only its machine knows. Workers of one make, with the same
tiers and the same offers, are dealt as one. Licences are not asked here: a worker that may not use
what it has gives the call back (``leases.pass_on``), and its make is passed over from then on.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

from onmodel.dispatch.choices import LEAD_WAITS_UP_TO
from onmodel.dispatch.models import Call, Worker
from onmodel.dispatch.schemas import CallParams
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier, step_down

# A wish is a task, or one function by name: "=name@version", the version empty for any.
# The same text in SQL, of a call c.
_ONLY = "(c.params -> 'only' ->> '{}')"
PINNED = f"'=' || {_ONLY.format('name')} || '@' || coalesce({_ONLY.format('version')}, '')"


def wish_of(call: Call) -> str:
    """Return what a call wants."""
    only = CallParams.model_validate(call.params).only
    return call.task.value if only is None else f"={only.name}@{only.version or ''}"


@dataclass(frozen=True)
class Offer:
    """A function that a worker has.

    Attributes:
        tiers: those in which it works and fits the largest GPU.
        pinned: those in which it fits where it was asked for by name, which asks for no tier.
        preview: whether something finished goes before it.
    """

    name: str
    version: str
    tasks: frozenset[str]
    tiers: frozenset[str]
    pinned: frozenset[str]
    preview: bool = False

    @classmethod
    def told(cls, told: Mapping[str, Any]) -> Self:
        """Read an offer as the registry keeps it."""
        sets = {key: frozenset(told[key]) for key in ("tasks", "tiers", "pinned")}
        return cls(told["name"], told["version"], **sets, preview=told["preview"])

    @property
    def pins(self) -> tuple[str, str]:
        """The wishes that name it."""
        return f"={self.name}@", f"={self.name}@{self.version}"

    def does(self, wish: str, tier: Tier, *, finished: bool = False) -> bool:
        """Whether it fulfils a wish in a tier; with ``finished``, by more than a preview."""
        if wish in self.pins:
            return tier.value in self.pinned
        return wish in self.tasks and tier.value in self.tiers and not (finished and self.preview)


@dataclass(frozen=True)
class Make:
    """What all workers of one make serve and offer; ``offers`` is None before they have told."""

    tiers: frozenset[Tier]
    offers: tuple[Offer, ...] | None = None

    @classmethod
    def told(cls, tiers: Sequence[str], offers: Sequence[Mapping[str, Any]] | None) -> Self:
        """Read a make as the registry keeps it."""
        own = None if offers is None else tuple(Offer.told(one) for one in offers)
        return cls(frozenset(map(Tier, tiers)), own)

    @classmethod
    def of(cls, worker: Worker) -> Self:
        """Return a worker's make."""
        return cls.told(worker.tiers, worker.offers)

    @cached_property
    def signature(self) -> str:
        """A short name, the same for every worker that serves and offers the same."""
        offers = None
        if self.offers is not None:
            offers = sorted(
                [one.name, one.version, one.preview]
                + [sorted(some) for some in (one.tasks, one.tiers, one.pinned)]
                for one in self.offers
            )
        told = json.dumps([sorted(self.tiers), offers])
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    @cached_property
    def breadth(self) -> tuple[int, str]:
        """How much it can do, for dealing to those first that can do little else."""
        able = (len(self.tiers_for(task.value, finished=True)) for task in Task)
        return sum(able), self.signature

    def tiers_for(self, wish: str, *, finished: bool = False) -> frozenset[Tier]:
        """Return the tiers in which it fulfils a wish as asked."""
        if self.offers is None:
            return self.tiers
        does = (
            tier
            for tier in self.tiers
            if any(one.does(wish, tier, finished=finished) for one in self.offers)
        )
        return frozenset(does)

    def could(self, call: Call) -> bool:
        """Whether it may do a call, as asked or, where the call allows it, in a lower tier."""
        lowest = 0 if call.may_fall_back else ASCENDING.index(call.tier_asked)
        wished = ASCENDING[lowest : ASCENDING.index(call.tier_asked) + 1]
        return not self.tiers_for(wish_of(call)).isdisjoint(wished)


@dataclass(frozen=True)
class Option:
    """A wish in a tier that may be dealt now to a make, and the tier that it would run in.

    Attributes:
        reason: why not in the tier that is asked for; None when it is that one.
        waits: whether a call waits for those that can do it better, since they are free.
        lead_waits: whether a lead does although they are busy.
        better: their signatures; what all of them have refused waits no longer.
        others: the signatures of the other makes that could do it.
    """

    wish: str
    asked: Tier
    used: Tier
    reason: str | None = None
    waits: bool = False
    lead_waits: bool = False
    better: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def pins(makes: Collection[Make]) -> list[str]:
    """Return the wishes that name a function which somebody has."""
    return sorted({pin for make in makes for one in make.offers or () for pin in one.pins})


def served(make: Make, makes: Collection[Make]) -> list[Option]:
    """Return what a make would be dealt if all were equally free, for counting places.

    That is what it does as asked, and in a lower tier what nobody does as asked.
    """
    free, line = dict.fromkeys(makes, 1), dict.fromkeys(ASCENDING, 0.0)
    found = options(make, free, line)
    return [one for one in found if one.used is one.asked or not one.waits]


def options(make: Make, free: Mapping[Make, int], line: Mapping[Tier, float]) -> list[Option]:
    """Return what may be dealt to workers of a make, each wish in each tier at most once.

    What only others can do as asked is left to them. A tier that no worker has free falls back to
    the nearest lower one that has; a lead waits for its tier while the line there is short, and
    so it does for something finished where the others are busy and this make has a preview.

    Args:
        make: whose free slots are dealt.
        free: how many free slots there are of every live make.
        line: calls that wait for each slot of a tier.
    """
    wishes = [*(task.value for task in Task), *pins(free)]
    found = (_option(make, wish, asked, free, line) for wish in wishes for asked in ASCENDING)
    return [one for one in found if one is not None]


def _option(
    make: Make, wish: str, asked: Tier, free: Mapping[Make, int], line: Mapping[Tier, float]
) -> Option | None:
    able = _able(wish, asked, free)
    if asked in able[make]:
        better = [one for one in free if asked in one.tiers_for(wish, finished=True)]
        better = [] if make in better else better
        used = asked
    else:
        better = [one for one, tiers in able.items() if asked in tiers]
        rest = [tiers for one, tiers in able.items() if free[one] and one not in better]
        used = step_down(asked, frozenset[Tier]().union(*rest))
    if used is None or used not in able[make]:
        return None
    waits = any(free[one] for one in better)
    reason = "all_busy" if better and not waits else "no_worker"
    return Option(
        wish,
        asked,
        used,
        reason=None if used is asked else reason,
        waits=waits,
        lead_waits=bool(better) and line[asked] <= LEAD_WAITS_UP_TO,
        better=tuple(one.signature for one in better),
        others=tuple(one.signature for one, tiers in able.items() if tiers and one != make),
    )


def _able(wish: str, asked: Tier, makes: Collection[Make]) -> dict[Make, frozenset[Tier]]:
    """Return the tiers in which each make counts for a wish.

    Where nobody can do it as asked, whoever can do it at all takes it by the tiers that it serves,
    and where nobody can do that, whoever serves the tier: the worker says why, to the person.
    """
    exact = {make: make.tiers_for(wish) for make in makes}
    if any(asked in tiers for tiers in exact.values()):
        return exact
    somehow = any(exact.values())
    return {make: make.tiers if exact[make] or not somehow else frozenset[Tier]() for make in makes}
