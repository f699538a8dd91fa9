"""How good a measure is: ranking, error rates, reliability, and the doubt in each of them.

Everything here takes ``distances`` (n,) or ``p`` (n,), and ``same`` (n,) of truth values. Classes
count equally whatever their number (even odds before), unless a function says otherwise. Sorting
is stable and sums do not depend on the order beyond rounding.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

BINS = 10
Z95 = 1.959964


@dataclass(frozen=True)
class Bin:
    """Pairs whose probability lies in ``low`` to ``high``: what was said, and what was so.

    Attributes:
        predicted: mean probability that was said.
        observed: share that was the same person, at even odds before.
        observed_low: lower end of its 95 % interval (Wilson).
        observed_high: upper end.
    """

    low: float
    high: float
    pairs: int
    predicted: float
    observed: float
    observed_low: float
    observed_high: float


@dataclass(frozen=True)
class Errors:
    """Ranking and error rates of a set of pairs; rates are shares, 0 to 1."""

    pairs: int
    genuine: int
    auc: float
    eer: float
    tar_at_far_1pct: float
    tar_at_far_01pct: float


def wilson(successes: float, count: float, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's interval of a share; (0, 1) when nothing was counted.

    Unlike mean and deviation it stays honest near 0 and 1, where a good measure lives.
    """
    if count <= 0:
        return 0.0, 1.0
    share = successes / count
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    whole = 1 + z * z / count
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)


def auc(distances: ArrayLike, same: ArrayLike) -> float:
    """Return how often a pair of one person is nearer than a pair of two; ties count half.

    NaN when one kind is missing.
    """
    values, truth = _both(distances, same)
    genuine, impostor = np.sort(values[truth]), np.sort(values[~truth])
    if not len(genuine) or not len(impostor):
        return math.nan
    nearer = np.searchsorted(genuine, impostor, side="left").sum()
    tied = np.searchsorted(genuine, impostor, side="right").sum() - nearer
    return float((nearer + 0.5 * tied) / (len(genuine) * len(impostor)))


def rates(distances: ArrayLike, same: ArrayLike) -> tuple[Floats, Floats, Floats]:
    """Return (thresholds, true accepts, false accepts): shares at or below each threshold.

    The thresholds are the distinct distances, ascending, after one that accepts nothing.
    """
    values, truth = _both(distances, same)
    steps = np.unique(values)
    genuine, impostor = np.sort(values[truth]), np.sort(values[~truth])
    accepted = np.searchsorted(genuine, steps, side="right") / max(len(genuine), 1)
    wrongly = np.searchsorted(impostor, steps, side="right") / max(len(impostor), 1)
    none = np.zeros(1)
    return (
        np.concatenate([np.full(1, -np.inf), steps]),
        np.concatenate([none, accepted]),
        np.concatenate([none, wrongly]),
    )


def eer(distances: ArrayLike, same: ArrayLike) -> float:
    """Return the rate at which false accepts and false rejects are equal, between two steps."""
    _, accepted, wrongly = rates(distances, same)
    rejected = 1 - accepted
    after = int(np.argmax(wrongly >= rejected))
    if after == 0:
        return float(wrongly[0])
    before = after - 1
    gap = rejected[before] - wrongly[before]
    closing = gap + wrongly[after] - rejected[after]
    share = gap / closing if closing > 0 else 1.0
    # rounding may carry it past the end
    return min(1.0, float(wrongly[before] + share * (wrongly[after] - wrongly[before])))


def tar_at_far(distances: ArrayLike, same: ArrayLike, far: float) -> float:
    """Return the largest share of true accepts at which false accepts stay within ``far``."""
    _, accepted, wrongly = rates(distances, same)
    return float(accepted[wrongly <= far].max())


def errors(distances: ArrayLike, same: ArrayLike) -> Errors:
    """Return the ranking figures of a set of pairs."""
    values, truth = _both(distances, same)
    return Errors(
        pairs=len(values),
        genuine=int(truth.sum()),
        auc=auc(values, truth),
        eer=eer(values, truth),
        tar_at_far_1pct=tar_at_far(values, truth, 0.01),
        tar_at_far_01pct=tar_at_far(values, truth, 0.001),
    )


def balance(same: ArrayLike) -> Floats:
    """Return weights (n,) under which both classes count half; they sum to n."""
    truth = np.asarray(same, bool)
    genuine = int(truth.sum())
    impostor = len(truth) - genuine
    if not genuine or not impostor:
        return np.ones(len(truth))
    return np.where(truth, len(truth) / (2 * genuine), len(truth) / (2 * impostor))


def reliability(p: ArrayLike, same: ArrayLike, *, bins: int = BINS) -> list[Bin]:
    """Return the bins that hold pairs, from 0 to 1, at even odds before."""
    said, truth = _both(p, same)
    weights = balance(truth)
    places = np.minimum((said * bins).astype(int), bins - 1)
    return [
        _bin(place / bins, (place + 1) / bins, said[here], truth[here], weights[here])
        for place in range(bins)
        if (here := places == place).any()
    ]


def _bin(low: float, high: float, said: Floats, truth: Truths, weights: Floats) -> Bin:
    whole = float(weights.sum())
    observed = float((weights * truth).sum() / whole)
    # Kish: so many pairs of equal weight would tell as much
    effective = whole**2 / float((weights**2).sum())
    observed_low, observed_high = wilson(observed * effective, effective)
    return Bin(
        low=low,
        high=high,
        pairs=len(said),
        predicted=float((weights * said).sum() / whole),
        observed=observed,
        observed_low=observed_low,
        observed_high=observed_high,
    )


def ece(p: ArrayLike, same: ArrayLike, *, bins: int = BINS) -> float:
    """Return the expected calibration error: mean gap between said and so, at even odds before."""
    said, truth = _both(p, same)
    weights = balance(truth)
    places = np.minimum((said * bins).astype(int), bins - 1)
    gaps = np.bincount(places, weights * (said - truth), minlength=bins)
    return float(np.abs(gaps).sum() / weights.sum()) if len(said) else math.nan


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float],
    groups: Sequence[object],
    *,
    rounds: int = 200,
    seed: int = 0,
) -> tuple[float, float]:
    """Return the 95 % interval of a figure under another draw of people.

    People are drawn and not pairs: pairs of one person are not independent, and an interval over
    pairs would be far too narrow.

    Args:
        figure: the figure of the rows with these indices; rows may come several times.
        groups: whose each row is.
        rounds: how many draws.
        seed: of the draws; the same seed gives the same interval.
    """
    names = sorted(set(groups), key=repr)
    rows = {name: np.flatnonzero([group == name for group in groups]) for name in names}
    random = np.random.default_rng(seed)
    found: list[float] = []
    for _ in range(rounds):
        drawn = random.integers(len(names), size=len(names))
        value = figure(np.concatenate([rows[names[at]] for at in drawn]))
        if not math.isnan(value):
            found.append(value)
    if not found:
        return math.nan, math.nan
    low, high = np.quantile(found, [0.025, 0.975])
    return float(low), float(high)


def _both(values: ArrayLike, same: ArrayLike) -> tuple[Floats, Truths]:
    return np.asarray(values, np.float64), np.asarray(same, bool)
