"""From who preferred what to a ranking that says how sure it is.

Bradley and Terry (1952), Rank analysis of incomplete block designs, Biometrika 39: the odds that
one picture is preferred to another are ``exp(strength - strength)``. A pair of which neither was
preferred counts half for each. A normal prior keeps a picture that won every pair at a finite
strength, and the answer defined for pictures that nobody compared yet. The maximum is found by
Newton's method and its curvature is the uncertainty (Laplace's approximation), so that intervals
are wide where little was said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

PRIOR_DEVIATION = 1.5
"""Of a strength, in log-odds: the best of a dozen wins some 95 % against the middle one."""

_Z95 = 1.959964
_STEPS = 50
_CLOSE = 1e-10
_DRAWS = 4000


@dataclass(frozen=True)
class Comparison:
    """One preference between the pictures ``first`` and ``second`` (places in the list).

    ``first_won`` is 1, 0, or 0.5 where neither was preferred.
    """

    first: int
    second: int
    first_won: float


@dataclass(frozen=True)
class Ranking:
    """Strengths in log-odds around 0, shape (n,), and their covariance, shape (n, n)."""

    strengths: Floats
    covariance: Floats

    def interval(self) -> tuple[Floats, Floats]:
        """Return the ends of each strength's 95 % interval."""
        reach = _Z95 * np.sqrt(np.diag(self.covariance))
        return self.strengths - reach, self.strengths + reach

    def p_best(self) -> Floats:
        """Return each picture's probability to be the strongest; they add up to 1."""
        count = len(self.strengths)
        if count == 0:
            return np.zeros(0)
        # the same draws each time: a number that flickers looks like news
        draws = np.random.default_rng(1952).multivariate_normal(
            self.strengths, self.covariance, size=_DRAWS, method="eigh"
        )
        return np.bincount(draws.argmax(axis=1), minlength=count) / _DRAWS

    def information(self, one: int, other: int) -> float:
        """Return how much a further comparison of two is expected to tell.

        The Fisher information of the comparison times the variance of what it is about: highest
        for pictures that lie close together and of which little is known.
        """
        apart = self.strengths[one] - self.strengths[other]
        p = 1 / (1 + np.exp(-apart))
        c = self.covariance
        return float(p * (1 - p) * (c[one, one] + c[other, other] - 2 * c[one, other]))


def rank(count: int, comparisons: Sequence[Comparison]) -> Ranking:
    """Return the ranking of ``count`` pictures."""
    first = np.array([one.first for one in comparisons], dtype=np.intp)
    second = np.array([one.second for one in comparisons], dtype=np.intp)
    won = np.array([one.first_won for one in comparisons], dtype=np.float64)
    precision = np.eye(count) / PRIOR_DEVIATION**2
    strengths = np.zeros(count)
    curvature = precision
    # Newton from zero converges: the target is concave and its prior bounds the steps
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(strengths[second] - strengths[first]))
        slope = -precision @ strengths
        np.add.at(slope, first, won - p)
        np.add.at(slope, second, p - won)
        curvature = precision.copy()
        weight = p * (1 - p)
        np.add.at(curvature, (first, first), weight)
        np.add.at(curvature, (second, second), weight)
        np.add.at(curvature, (first, second), -weight)
        np.add.at(curvature, (second, first), -weight)
        step = np.linalg.solve(curvature, slope)
        strengths = strengths + step
        if np.abs(step).max(initial=0) < _CLOSE:
            break
    # only differences mean something: the mean is taken out of the strengths and their spread
    centre = np.eye(count) - 1 / max(count, 1)
    return Ranking(
        strengths - strengths.mean() if count else strengths,
        centre @ np.linalg.inv(curvature) @ centre,
    )
