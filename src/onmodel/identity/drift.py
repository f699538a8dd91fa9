"""Where the likeness of a series of pictures moved, and whether that is more than chance.

Binary segmentation: the split with the largest standardised difference of means is a change
point when fewer than ``alpha`` of random orders of the same pictures show one as large; then both
sides are looked at again. Random orders assume nothing about how the values are distributed. The
random numbers have a fixed seed, so the same pictures give the same answer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ALPHA = 0.01
SMALLEST = 3
PERMUTATIONS = 999
EXACT_UP_TO = 12


@dataclass(frozen=True)
class Change:
    """A change point.

    Attributes:
        start: index of the first value after it.
        mean_before: of the values between the change before and this one.
        mean_after: of the values between this change and the next.
        p_value: share of random orders with a change as large, this one included.
    """

    start: int
    mean_before: float
    mean_after: float
    p_value: float


@dataclass(frozen=True)
class Comparison:
    """Two runs of the same things: the mean change, and how often chance does as much.

    ``p_value`` is two-sided; None with fewer than two things.
    """

    mean_change: float | None
    p_value: float | None
    pairs: int


def change_points(
    values: ArrayLike,
    *,
    alpha: float = ALPHA,
    smallest: int = SMALLEST,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> list[Change]:
    """Return the change points of a series, in order.

    Give distances rather than probabilities: those saturate near 1, where nearly everything is.

    Args:
        values: (n,) in the order of the story or of time.
        alpha: how often a series without any change may show one; shared by the looks taken.
        smallest: fewest values on each side.
        permutations: random orders to compare with; 1 / (permutations + 1) is the least p.
        seed: of the random orders.
    """
    series = np.asarray(values, np.float64)
    found: dict[int, float] = {}
    _search(series, 0, len(series), found, alpha, smallest, permutations, seed)
    starts = sorted(found)
    edges = [0, *starts, len(series)]
    return [
        Change(
            start=start,
            mean_before=float(series[edges[at] : start].mean()),
            mean_after=float(series[start : edges[at + 2]].mean()),
            p_value=found[start],
        )
        for at, start in enumerate(starts)
    ]


def _search(
    series: Floats,
    begin: int,
    end: int,
    found: dict[int, float],
    alpha: float,
    smallest: int,
    permutations: int,
    seed: int,
) -> None:
    part = series[begin:end]
    if len(part) < 2 * smallest or float(np.ptp(part)) <= 1e-12:
        return
    gaps = _gaps(part[None, :], smallest)[0]
    at = int(gaps.argmax())
    random = np.random.default_rng([seed, begin, end])
    orders = random.permuted(np.tile(part, (permutations, 1)), axis=1)
    # rounding differs from order to order and must not decide between equal values
    as_large = int((_gaps(orders, smallest).max(axis=1) >= gaps[at] - 1e-9).sum())
    p_value = (as_large + 1) / (permutations + 1)
    if p_value > alpha:
        return
    split = begin + smallest + at
    found[split] = p_value
    for low, high in ((begin, split), (split, end)):
        _search(series, low, high, found, alpha / 2, smallest, permutations, seed)


def _gaps(rows: Floats, smallest: int) -> Floats:
    """The standardised difference of means at each split of each row: (k, n) to (k, splits)."""
    count = rows.shape[1]
    sizes = np.arange(smallest, count - smallest + 1)
    sums = np.cumsum(rows, axis=1)
    before = sums[:, sizes - 1] / sizes
    after = (sums[:, -1:] - sums[:, sizes - 1]) / (count - sizes)
    return np.abs(before - after) * np.sqrt(sizes * (count - sizes) / count)


def compare(
    before: Sequence[float], after: Sequence[float], *, permutations: int = 9999, seed: int = 0
) -> Comparison:
    """Compare two runs of the same things, pair by pair.

    If nothing changed, either run could have made either picture: the signs of the differences
    are turned at random (all ways up to twelve pairs) and the mean is compared.

    Args:
        before: values of the first run.
        after: values of the second, in the same order.
        permutations: random turns, for more than twelve pairs.
        seed: of the random turns.
    """
    changes = np.asarray(after, np.float64) - np.asarray(before, np.float64)
    count = len(changes)
    if count == 0:
        return Comparison(None, None, 0)
    mean = float(changes.mean())
    if count < 2:
        return Comparison(mean, None, count)
    if count <= EXACT_UP_TO:
        turns = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
        means = ((1 - 2 * turns) * changes).mean(axis=1)
        as_large, ways = int((np.abs(means) >= abs(mean) - 1e-12).sum()), 2**count
    else:
        turns = np.random.default_rng(seed).integers(0, 2, (permutations, count))
        means = ((1 - 2 * turns) * changes).mean(axis=1)
        as_large, ways = int((np.abs(means) >= abs(mean) - 1e-12).sum()) + 1, permutations + 1
    return Comparison(mean, as_large / ways, count)
