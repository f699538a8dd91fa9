"""Finding the right person among many, and nobody for a stranger."""

import numpy as np

from onmodel.identity.calibration import DIFFERENT, Calibration, Metric
from onmodel.identity.openset import RATE, threshold
from onmodel.identity.scoring import between, distances, score

ROUNDS = 40
ENROLLED = 3
FEWEST = 3
"""Pictures that make a set; with two nobody can say which is the stranger."""


def rank1(
    vectors: np.ndarray, people: list[str], k: int, metric: Metric = "euclidean"
) -> float | None:
    """Return how often the nearest of all people is the right one, with k references each.

    Averaged over forty draws of references; people without a picture more than k only stand in
    the gallery as far as they have k. None where nobody has enough.
    """
    who = np.array(people)
    known = [name for name in sorted(set(people)) if (who == name).sum() >= k]
    if len(known) < 2 or not any((who == name).sum() > k for name in known):
        return None
    apart = between(vectors, vectors, metric)
    random = np.random.default_rng(k)
    right = tried = 0
    for _ in range(ROUNDS):
        chosen = {n: random.choice(np.flatnonzero(who == n), k, replace=False) for n in known}
        means = np.stack([apart[:, chosen[name]].mean(axis=1) for name in known], axis=1)
        used = np.concatenate(list(chosen.values()))
        probes = [at for at in range(len(who)) if who[at] in chosen and at not in used]
        best = means[probes].argmin(axis=1)
        right += sum(known[b] == who[at] for b, at in zip(best, probes, strict=True))
        tried += len(probes)
    return round(right / tried, 4)


def open_set(
    clean: dict[int, np.ndarray],
    people: list[str],
    probes: list[tuple[str, np.ndarray, int]],
    calibration: Calibration,
) -> dict[str, float] | None:
    """Enrol half of the people; say how often they are named, and how often strangers are.

    The threshold is the one that the product computes for the stated rate and that cast. Probes
    are damaged and undamaged pictures that were not enrolled.
    """
    have = {name: [at for at in clean if people[at] == name] for name in set(people)}
    able = sorted(name for name, rows in have.items() if len(rows) > ENROLLED)
    if len(able) < 4:
        return None
    random = np.random.default_rng(0)
    named = own = strangers = taken = 0
    for _ in range(ROUNDS):
        cast = sorted(random.choice(able, len(able) // 2, replace=False))
        rows = {name: random.choice(have[name], ENROLLED, replace=False) for name in cast}
        within = threshold(calibration, len(cast))
        used = {int(at) for name in cast for at in rows[name]}
        asked = [probe for probe in probes if probe[2] not in used]
        faces = np.stack([vector for _, vector, _ in asked])
        means = np.stack(
            [
                between(faces, np.stack([clean[at] for at in rows[name]]), calibration.metric).mean(
                    axis=1
                )
                for name in cast
            ],
            axis=1,
        )
        best, nearest = means.argmin(axis=1), means.min(axis=1)
        for (name, _, _), at, distance in zip(asked, best, nearest, strict=True):
            if name in rows:
                own += 1
                named += distance <= within and cast[at] == name
            else:
                strangers += 1
                taken += distance <= within
    return {
        "stated_false_identification": RATE,
        "false_identification": round(taken / strangers, 5),
        "detection_and_identification": round(named / own, 4),
    }


def interval_holds(
    clean: dict[int, np.ndarray], people: list[str], k: int, calibration: Calibration
) -> float | None:
    """Return how often the interval of p_same from k references holds what the others say.

    For each picture: scored against k others of the same person, it should hold (in 95 % of all
    cases) the probability at the mean distance to the person's remaining pictures, three or more.
    """
    random = np.random.default_rng(k)
    held = tried = 0
    for at, vector in clean.items():
        rest = [one for one in clean if one != at and people[one] == people[at]]
        if len(rest) < k + 3:
            continue
        order = random.permutation(rest)
        found = score(vector, np.stack([clean[one] for one in order[:k]]), calibration)
        others = np.stack([clean[one] for one in order[k:]])
        p = calibration.p_same(float(distances(vector, others, calibration.metric).mean()))
        held += found.p_low <= p <= found.p_high
        tried += 1
    return round(held / tried, 4) if tried else None


def outliers(
    clean: dict[int, np.ndarray], people: list[str], calibration: Calibration
) -> dict[str, float] | None:
    """Say how often the reference doctor would call a picture somebody else's.

    Everybody's pictures are a set; ``own`` is the share of them that it would throw out,
    ``strangers`` the share of others' pictures that it finds when one of them gets in.
    """
    numbers = list(clean)
    who = np.array([people[at] for at in numbers])
    vectors = np.stack([clean[at] for at in numbers])
    apart = between(vectors, vectors, calibration.metric)
    named: dict[bool, list[bool]] = {True: [], False: []}
    for name in sorted(set(who)):
        members = np.flatnonzero(who == name)
        if len(members) < FEWEST:
            continue
        for at in range(len(who)):
            rest = members[members != at]
            middle = float(np.median(apart[at, rest]))
            named[who[at] == name].append(calibration.p_same(middle) <= DIFFERENT)
    if not (named[True] and named[False]):
        return None
    return {
        "own": round(float(np.mean(named[True])), 4),
        "strangers": round(float(np.mean(named[False])), 4),
    }
