"""Which installed function does a call, in which tier, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from onmodel.dispatch.choices import LEAD, gives_way
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams
from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.functions import licences
from onmodel.functions.additions import Additions
from onmodel.functions.errors import NoFunctionError
from onmodel.functions.licences import InForce
from onmodel.functions.manifest import JsonValue, Manifest
from onmodel.functions.manifest import Tier as FunctionTier
from onmodel.functions.registry import Registry
from onmodel.functions.terms import Terms, distinct
from onmodel.runner.errors import failed


class FunctionVersionGoneError(NoFunctionError):
    code = "function_version_gone"
    title = "That version of the function is not installed"
    default_try = "Install that version, or make a new picture with the one that is there."


class UnacceptedError(NoFunctionError):
    code = "licence_not_accepted"
    title = "Nobody has accepted the licence yet"
    default_try = "An administrator can read and accept it on the page of functions."


class NotForSaleError(NoFunctionError):
    code = "not_for_sale"
    title = "The licence does not allow this"
    default_try = "Install a function for commercial work, or ask an owner to change the project."


@dataclass(frozen=True)
class Circumstances:
    """What a choice depends on beside the call.

    Attributes:
        commercial: only functions whose licences allow work that is sold.
        accepted: the licences that an administrator accepted; None asks for no acceptance.
        room_mb: video memory that one function could get now, MiB; None does not ask.
        largest_mb: all of it that the largest GPU has; None does not ask.
        depth: calls that wait for each slot of the call's tier.
        unfit: the names of functions that turned out not to take what the task sends.
    """

    commercial: bool = False
    accepted: InForce | None = None
    room_mb: int | None = None
    largest_mb: int | None = None
    depth: float = 0.0
    unfit: frozenset[str] = frozenset()

    def allows(self, manifest: Manifest) -> bool:
        """Whether the licences of a function let it be used."""
        if manifest.commercial:
            return True
        accepted = self.accepted is None or licences.may_run(manifest, self.accepted)
        return accepted and not self.commercial

    def barred(self, manifest: Manifest) -> NoFunctionError:
        """Return what to say of a function that may not be used."""
        if not self.commercial:
            return UnacceptedError(licences.not_accepted(manifest).detail)
        return NotForSaleError(
            f"{manifest.title} could do this, but its licence is not for work that is sold, and "
            "this project allows only those that are."
        )


@dataclass(frozen=True)
class Choice:
    """The function for a call and the tier it runs in; the reasons are codes of ``choices.py``.

    Attributes:
        tier_reason: why another tier than the one that was meant; None when it is that one.
        function_reason: why this function.
    """

    manifest: Manifest
    tier: Tier
    tier_reason: str | None = None
    function_reason: str | None = None

    @property
    def vram_mb(self) -> int:
        """Return the video memory that the manifest declares for this tier, MiB."""
        needs = self.manifest.tiers.get(FunctionTier(self.tier.value))
        return self.manifest.least_vram_mb if needs is None else needs.vram_mb

    @property
    def defaults(self) -> dict[str, JsonValue]:
        """What the manifest says to add to the call's values in this tier."""
        needs = self.manifest.tiers.get(FunctionTier(self.tier.value))
        return {} if needs is None else needs.params


def select_function(
    functions: Registry, call: Call, circumstances: Circumstances | None = None
) -> Choice:
    """Return the function that a call asked for, or the best one for its task and tier.

    Where nothing works in the call's tier, the next one down is taken, as far as the request
    allows. A lead waits for video memory that is taken; others step down rather than to wait, if
    something else does it. In a long line background characters are done by the lightest.

    Raises:
        NoFunctionError: nothing installed does it.
        NotForSaleError, UnacceptedError: only functions would do it that may not be used.
        FunctionNotFoundError, FunctionVersionGoneError: what it asked for is not installed.
        CallFailed: `gpu_too_small`: what does it needs more video memory than there is.
    """
    given = circumstances or Circumstances()
    meant = call.tier_used or call.tier_asked
    only = CallParams.model_validate(call.params).only
    if only is not None:
        manifest = functions.get(only.name)
        if only.version not in (None, manifest.version):
            raise FunctionVersionGoneError(
                f"This asks for {only.name} {only.version}; {manifest.version} is installed."
            )
        if not given.allows(manifest):
            raise given.barred(manifest)
        return Choice(manifest, meant, function_reason="asked_for")
    lower = ASCENDING[: ASCENDING.index(meant)] if call.may_fall_back else ()
    lines = [_Line(functions, call, tier, given) for tier in (meant, *reversed(lower))]
    waits = call.importance == LEAD
    for room in (given.largest_mb if waits else given.room_mb, given.largest_mb):
        for line in lines:
            if fitting := line.within(room):
                tier_reason = None if line is lines[0] else lines[0].why_not(given)
                manifest, why = line.choose(fitting, call, given)
                return Choice(manifest, line.tier, tier_reason, why)
    raise _none(lines, call, given)


class _Line:
    """The functions that do a task in one tier, the best first."""

    def __init__(
        self, functions: Registry, call: Call, tier: Tier, circumstances: Circumstances
    ) -> None:
        self.tier = tier
        self._needs = FunctionTier(tier.value)
        able = [
            one
            for one in functions.for_task(call.task.value)
            if self._needs in one.tiers and one.name not in circumstances.unfit
        ]
        self.all = sorted(able, key=lambda one: one.rank(self._needs))
        self.allowed = [one for one in self.all if circumstances.allows(one)]

    def _vram_mb(self, manifest: Manifest) -> int:
        return manifest.tiers[self._needs].vram_mb

    def within(self, room_mb: int | None) -> list[Manifest]:
        """Return those that may be used and need no more video memory than this."""
        return [one for one in self.allowed if room_mb is None or self._vram_mb(one) <= room_mb]

    def least_mb(self) -> int:
        """Return what the most modest of those that may be used needs."""
        return min(map(self._vram_mb, self.allowed))

    def choose(
        self, fitting: Sequence[Manifest], call: Call, circumstances: Circumstances
    ) -> tuple[Manifest, str]:
        """Return one of those that fit, and why."""
        best = fitting[0]
        if gives_way(call.importance, circumstances.depth):
            lightest = min(fitting, key=lambda one: (one.preview, self._vram_mb(one), one.name))
            if lightest is not best:
                return lightest, "quicker"
        if len(self.all) == 1:
            return best, "only_one"
        if best is self.all[0]:
            return best, "best"
        return best, "best_licensed" if best is self.allowed[0] else "best_that_fits"

    def why_not(self, circumstances: Circumstances) -> str:
        """Return why nothing of this tier was taken."""
        if not self.all:
            return "not_installed"
        if not self.allowed:
            return "licence" if circumstances.commercial else "unaccepted"
        return "vram_taken" if self.within(circumstances.largest_mb) else "no_vram"


def _none(lines: Sequence[_Line], call: Call, circumstances: Circumstances) -> Exception:
    """Return what to say when nothing can do a call."""
    too_large = [line.least_mb() for line in lines if line.allowed]
    if too_large:
        needs, largest = min(too_large), circumstances.largest_mb
        return failed("gpu_too_small", detail=f"{needs} MiB wanted, the largest has {largest}")
    barred = [one for line in lines for one in line.all]
    if barred:
        return circumstances.barred(barred[0])
    unfit = f" {', '.join(sorted(circumstances.unfit))} does not fit it." * bool(
        circumstances.unfit
    )
    return NoFunctionError(
        f"No installed function does {call.task.value} in {lines[0].tier.value} quality on this "
        f"machine.{unfit}"
    )


def terms_of(manifest: Manifest, weights: Path) -> tuple[Terms, ...]:
    """Return what forbids selling what a function makes: its licences, those of its encoders."""
    return distinct([*manifest.terms, *(Additions(weights).terms() if manifest.encoders else ())])
