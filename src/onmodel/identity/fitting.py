"""Fits a calibration to labelled pairs, and says how well it holds for people it never saw.

The logistic is regularised towards a prior (the calibration in force), so that a team's first
twenty verdicts move it a little and its first thousand decide. Classes count equally: the
probability is at even odds before, however many of the pairs were of one person.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from onmodel.identity.calibration import SAME, Calibration, Metric
from onmodel.identity.reliability import Bin, auc, balance, ece, reliability

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

STRENGTH = 1.0
RIDGE = 0.01
"""Without a prior only so much pulls towards "nothing is known": few clean pairs are steep."""
FEWEST = 4
SPLITS = 20
STEPS = 100


class CannotFitError(ValueError):
    """These pairs carry no calibration; the message says why in a sentence."""


@dataclass(frozen=True)
class Pair:
    """One labelled pair.

    Attributes:
        distance: in the encoder's metric.
        same: whether it is one person.
        one: who is on one side, for keeping people apart; for a verdict, the character.
        other: who is on the other side; the same as ``one`` where nobody knows.
    """

    distance: float
    same: bool
    one: str
    other: str


@dataclass(frozen=True)
class Fit:
    """A calibration and how it held for people held out.

    Attributes:
        calibration: fitted on all pairs.
        pairs: how many.
        people: how many different people (or characters) they show.
        ece: expected calibration error on people held out, the mean over halvings; None where
            no halving leaves both kinds of pairs on both sides.
        auc: of all pairs; None when it cannot be told.
        reliability: bins of the people held out, else of all.
        splits: how many halvings of the people could be tested.
    """

    calibration: Calibration
    pairs: int
    people: int
    ece: float | None
    auc: float | None
    reliability: list[Bin]
    splits: int


def fit(
    pairs: Sequence[Pair],
    *,
    encoder: str,
    route: str = "photographic",
    metric: Metric = "euclidean",
    prior: Calibration | None = None,
    clean: Sequence[Pair] | None = None,
    basis: str | None = None,
    strength: float = STRENGTH,
    splits: int = SPLITS,
    seed: int = 0,
) -> Fit:
    """Fit slope and midpoint, and test them on people who took no part.

    Args:
        pairs: what to fit on; include damaged pictures, or the slope will be too sure.
        encoder: whose distances these are.
        route: of the encoder.
        metric: of the distances.
        prior: the calibration to stay near to while pairs are few.
        clean: undamaged pairs for the genuine distribution (fidelity) and the impostor rate;
            by default all pairs.
        basis: the sentence on where it comes from; by default one is written.
        strength: weight of the prior, in pairs.
        splits: halvings of the people.
        seed: of the halvings.

    Raises:
        CannotFitError: too few pairs, one kind only, or distances that do not follow the labels.
    """
    distances, same = _columns(pairs)
    _check(distances, same)
    slope, midpoint = _logistic(distances, same, prior, strength)
    people = sorted({name for pair in pairs for name in (pair.one, pair.other)})
    halves = _held_out(pairs, people, prior, strength, splits, seed)
    made = Calibration(
        encoder=encoder,
        route=route,
        slope=slope,
        midpoint=midpoint,
        genuine_mean=0.0,
        genuine_deviation=1.0,
        impostor_rate=0.0,
        basis="",
        metric=metric,
    )
    made = _with_tails(made, clean if clean is not None else pairs, prior, strength)
    error = float(np.mean([ece(said, was) for said, was in halves])) if halves else None
    made = replace(made, basis=basis or _basis(len(pairs), len(people), error, made))
    if halves:
        said = np.concatenate([one for one, _ in halves])
        was = np.concatenate([one for _, one in halves])
    else:
        said, was = np.array([made.p_same(float(value)) for value in distances]), same
    return Fit(
        calibration=made,
        pairs=len(pairs),
        people=len(people),
        ece=error,
        auc=auc(distances, same),
        reliability=reliability(said, was),
        splits=len(halves),
    )


def _columns(pairs: Sequence[Pair]) -> tuple[Floats, Truths]:
    distances = np.array([pair.distance for pair in pairs], np.float64)
    return distances, np.array([pair.same for pair in pairs], bool)


def _check(distances: Floats, same: Truths) -> None:
    genuine, impostor = int(same.sum()), int((~same).sum())
    if min(genuine, impostor) < FEWEST:
        raise CannotFitError(
            f"There are {genuine} pairs of one person and {impostor} of two; {FEWEST} of each "
            "are needed."
        )
    if not np.isfinite(distances).all():
        raise CannotFitError("A distance is not a number.")


def _logistic(
    distances: Floats, same: Truths, prior: Calibration | None, strength: float
) -> tuple[float, float]:
    """Return slope and midpoint that minimise the weighted log loss plus the distance to the prior.

    Newton's method with halved steps on the standardised distance: two unknowns, a convex loss,
    one minimum. Without a prior the ridge pulls towards slope 0, which keeps separable pairs
    finite.
    """
    centre, scale = float(distances.mean()), float(distances.std()) or 1.0
    design = np.stack([np.ones(len(distances)), -(distances - centre) / scale], axis=1)
    weights = balance(same)
    target = np.zeros(2)
    if prior is None:
        strength *= RIDGE
    else:
        target = np.array([prior.slope * (prior.midpoint - centre), prior.slope * scale])
    at: Floats = target.copy()
    loss = _loss(at, design, same, weights, target, strength)
    for _ in range(STEPS):
        p = _sigmoid(design @ at)
        gradient = design.T @ (weights * (p - same)) + strength * (at - target)
        curve = (design * (weights * p * (1 - p))[:, None]).T @ design + strength * np.eye(2)
        step = np.linalg.solve(curve, gradient)
        share = 1.0
        while True:
            moved = np.asarray(at - share * step, np.float64)
            after = _loss(moved, design, same, weights, target, strength)
            if after <= loss or share < 1e-9:
                break
            share /= 2
        at, gained, loss = moved, loss - after, after
        if gained < 1e-10:
            break
    if at[1] <= 1e-6:
        raise CannotFitError("The labels do not follow the distances: nearer is not more alike.")
    return float(at[1] / scale), float(centre + scale * at[0] / at[1])


def _loss(
    at: Floats, design: Floats, same: Truths, weights: Floats, target: Floats, strength: float
) -> float:
    z = design @ at
    losses = np.logaddexp(0, np.where(same, -z, z))
    return float(weights @ losses + strength * ((at - target) ** 2).sum() / 2)


def _sigmoid(z: Floats) -> Floats:
    return np.exp(-np.logaddexp(0, -z))


def _held_out(
    pairs: Sequence[Pair],
    people: list[str],
    prior: Calibration | None,
    strength: float,
    splits: int,
    seed: int,
) -> list[tuple[Floats, Truths]]:
    """Return what was said of the people held out and what was so, for each halving.

    A pair with one person on each side of a halving takes no part in it.
    """
    if len(people) < FEWEST:
        return []
    distances, same = _columns(pairs)
    place = {name: at for at, name in enumerate(people)}
    one = np.array([place[pair.one] for pair in pairs])
    other = np.array([place[pair.other] for pair in pairs])
    random = np.random.default_rng(seed)
    found: list[tuple[Floats, Truths]] = []
    for _ in range(splits):
        held = np.zeros(len(people), bool)
        held[random.permutation(len(people))[: len(people) // 2]] = True
        tests, trains = held[one] & held[other], ~held[one] & ~held[other]
        if min(np.bincount(same[trains], minlength=2)) < FEWEST:
            continue
        if not same[tests].any() or same[tests].all():
            continue  # one kind alone shows no calibration at even odds
        try:
            slope, midpoint = _logistic(distances[trains], same[trains], prior, strength)
        except CannotFitError:
            continue
        found.append((_sigmoid(slope * (midpoint - distances[tests])), same[tests]))
    return found


def _with_tails(
    made: Calibration, pairs: Sequence[Pair], prior: Calibration | None, strength: float
) -> Calibration:
    """Add the genuine distribution and the share of strangers who pass."""
    distances, same = _columns(pairs)
    genuine, impostor = distances[same], distances[~same]
    if len(genuine) < 2 or not len(impostor):
        raise CannotFitError("The undamaged pairs are too few to tell how real pictures differ.")
    mean, variance = float(genuine.mean()), float(genuine.var())
    passed = int((impostor <= made.distance_at(SAME)).sum())
    # half a stranger more than was seen: none among a hundred does not mean never
    rate = (passed + 0.5) / (len(impostor) + 1)
    if prior is not None:
        share = len(genuine) / (len(genuine) + strength * FEWEST)
        mean = share * mean + (1 - share) * prior.genuine_mean
        variance = share * variance + (1 - share) * prior.genuine_deviation**2
    return replace(
        made,
        genuine_mean=mean,
        genuine_deviation=max(math.sqrt(variance), 1e-6),
        impostor_rate=rate,
    )


def _basis(pairs: int, people: int, error: float | None, made: Calibration) -> str:
    held = f"; error on people held out {error:.3f}" if error is not None else ""
    return (
        f"Calibrated on {pairs:,} pairs of {people} people{held}; at 90 % or more, about "
        f"1 in {round(1 / made.impostor_rate):,} strangers would pass."
    )
