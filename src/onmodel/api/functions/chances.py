"""Whether a function is chosen by itself in a tier, and why not, by what the machines tell.

The rules are those by which calls are dealt and functions are selected: `dispatch/offers.py` and
`worker/choosing.py`. What differs from call to call is not looked at: a project whose work is
sold, video memory that is taken, a line that is long.
"""

from collections.abc import Sequence

from onmodel.api.functions.schemas import FunctionChance
from onmodel.dispatch.models import Worker
from onmodel.dispatch.offers import Make
from onmodel.dispatch.tiers import Tier as CallTier
from onmodel.functions.licences import InForce, may_run
from onmodel.functions.manifest import Manifest, Tier


class Chances:
    """Says it of every function of this server.

    Args:
        functions: all that can be used, each with the tasks that it does not fit.
        workers: the machines that are alive.
        accepted: the licences that an administrator accepted.
    """

    def __init__(
        self,
        functions: Sequence[tuple[Manifest, frozenset[str]]],
        workers: Sequence[Worker],
        accepted: InForce,
    ) -> None:
        self._functions = [one for one, _ in functions]
        self._fit = {one.name: frozenset(one.tasks) - unfit for one, unfit in functions}
        self._makes = [Make.of(worker) for worker in workers if worker.accepts]
        self._largest_mb = max((_largest_mb(worker) for worker in workers), default=0)
        self._accepted = accepted

    def of(self, manifest: Manifest, tier: Tier) -> FunctionChance:
        """Return whether, or the first reason why not."""
        if not self._fit[manifest.name]:
            return FunctionChance(code="unfit", sentence="Not chosen: it does not fit its task.")
        if not may_run(manifest, self._accepted):
            sentence = "Not chosen: its licence waits for an administrator."
            return FunctionChance(code="unaccepted", sentence=sentence)
        if not self._makes:
            return FunctionChance(
                code="no_worker", sentence="Not chosen: no machine is working now."
            )
        if not self._is_offered(manifest, tier):
            return self._not_offered(manifest.tiers[tier].vram_mb)
        if best := self._before(manifest, tier):
            return FunctionChance(
                code="second",
                sentence=f"{best.title} goes first. This one steps in where that one cannot.",
            )
        return FunctionChance(code="chosen", sentence="Chosen by itself.")

    def _is_offered(self, manifest: Manifest, tier: Tier) -> bool:
        return any(
            CallTier(tier.value) in make.tiers
            and (
                make.offers is None
                or any(one.name == manifest.name and tier.value in one.tiers for one in make.offers)
            )
            for make in self._makes
        )

    def _not_offered(self, needs_mb: int) -> FunctionChance:
        if needs_mb <= self._largest_mb:
            sentence = "Not chosen: no machine that works now has it in this quality."
            return FunctionChance(code="not_offered", sentence=sentence)
        largest = (
            f"the largest graphics card here has {_gb(self._largest_mb)}"
            if self._largest_mb
            else "no machine here has a graphics card"
        )
        sentence = f"Not chosen: it needs {_gb(needs_mb)} of video memory, and {largest}."
        return FunctionChance(code="no_vram", sentence=sentence)

    def _before(self, manifest: Manifest, tier: Tier) -> Manifest | None:
        """Return what is chosen instead for all that this one does."""
        chosen: list[Manifest] = []
        for task in self._fit[manifest.name]:
            able = [
                one
                for one in self._functions
                if task in self._fit[one.name]
                and tier in one.tiers
                and may_run(one, self._accepted)
                and self._is_offered(one, tier)
            ]
            chosen.append(min(able, key=lambda one: one.rank(tier)))
        return None if manifest in chosen else chosen[0]


def _largest_mb(worker: Worker) -> int:
    return max([worker.vram_mb or 0, *(gpu["vram_mb"] for gpu in worker.gpus)])


def _gb(mebibytes: int) -> str:
    return f"{mebibytes / 1024:.3g} GB"
