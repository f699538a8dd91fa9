"""Whether a golden set came out worse than the time before, beyond what chance does.

The same slot of both runs makes a pair. Distances are compared, not probabilities: those saturate
near 1, where nearly everything is. A picture that could be judged before and cannot be now has no
distance, so these are counted by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import comb

from onmodel.identity.drift import compare

ALPHA = 0.05
FIDELITY_POINTS = 5.0
P_SAME = 0.05
FEWEST_PAIRS = 5
"""With four pairs even four falls come by chance once in sixteen times."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One slot of a run: its scores, or None where it could not be judged."""

    key: str
    label: str
    distance: float | None
    p_same: float | None
    fidelity: float | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What the comparison says.

    Attributes:
        pairs: slots judged in both runs.
        mean_change: mean change of fidelity, in points; negative is worse.
        p_value: one-sided, of the distances: how often chance alone is as much worse.
        regression: worse beyond chance, by likeness or by pictures that cannot be judged now.
        worse: keys of the slots that fell by five points of fidelity or of p_same, or got lost.
        text: the same for people.
    """

    pairs: int
    mean_change: float | None
    p_value: float | None
    regression: bool
    worse: list[str]
    text: str


def against(before: Sequence[Measured], after: Sequence[Measured]) -> Verdict:
    """Compare two runs, given slot by slot in the same order."""
    both = [
        (one, other)
        for one, other in zip(before, after, strict=True)
        if one.distance is not None and other.distance is not None
    ]
    lost = [b for a, b in zip(before, after, strict=True) if _lost(a, b)]
    found = sum(_lost(b, a) for a, b in zip(before, after, strict=True))
    compared = compare(
        [one.distance for one, _ in both if one.distance is not None],
        [other.distance for _, other in both if other.distance is not None],
    )
    # the test is two-sided; a golden set is asked one thing only: is it worse?
    farther = compared.mean_change is not None and compared.mean_change > 0
    p_value = None
    if compared.p_value is not None:
        p_value = compared.p_value / 2 if farther else 1 - compared.p_value / 2
    changes = [
        other.fidelity - one.fidelity
        for one, other in both
        if one.fidelity is not None and other.fidelity is not None
    ]
    worse = [other for one, other in both if _fell(one, other)] + lost
    by_likeness = farther and p_value is not None and p_value < ALPHA
    by_coverage = bool(lost) and _chance(len(lost), found) < ALPHA
    verdict = Verdict(
        pairs=len(both),
        mean_change=sum(changes) / len(changes) if changes else None,
        p_value=p_value,
        regression=by_likeness or by_coverage,
        worse=[one.key for one in worse],
        text="",
    )
    return replace(verdict, text=_text(verdict, worse, len(lost), by_likeness))


def _lost(before: Measured, after: Measured) -> bool:
    return before.distance is not None and after.distance is None


def _fell(before: Measured, after: Measured) -> bool:
    pairs = (
        (before.fidelity, after.fidelity, FIDELITY_POINTS),
        (before.p_same, after.p_same, P_SAME),
    )
    return any(a is not None and b is not None and a - b >= by for a, b, by in pairs)


def _chance(lost: int, found: int) -> float:
    """How often a fair coin turns at least ``lost`` of all that changed (McNemar's exact test)."""
    changed = lost + found
    return sum(comb(changed, k) for k in range(lost, changed + 1)) / 2**changed


def _text(verdict: Verdict, worse: Sequence[Measured], lost: int, by_likeness: bool) -> str:
    said: list[str] = []
    if verdict.mean_change is None:
        said.append("No picture could be judged in both runs.")
    elif verdict.p_value is None or verdict.pairs < FEWEST_PAIRS:
        said.append(
            f"Fidelity moved by {verdict.mean_change:+.0f} points over {verdict.pairs} pictures: "
            f"too few to tell a fall from chance, which takes {FEWEST_PAIRS}."
        )
    elif by_likeness:
        said.append(
            f"Less like the character than before: fidelity moved by {verdict.mean_change:+.0f} "
            f"points over {verdict.pairs} pictures, and chance alone does as much in "
            f"{_percent(verdict.p_value)} of cases."
        )
    else:
        said.append(
            f"No worse than before beyond chance: fidelity moved by {verdict.mean_change:+.0f} "
            f"points over {verdict.pairs} pictures."
        )
    if lost == 1:
        said.append("1 picture cannot be judged any more.")
    elif lost:
        said.append(f"{lost} pictures cannot be judged any more.")
    if worse:
        said.append(f"Worse: {', '.join(one.label for one in worse[:5])}.")
    return " ".join(said)


def _percent(share: float) -> str:
    return "under 1 %" if share < 0.01 else f"{100 * share:.0f} %"
