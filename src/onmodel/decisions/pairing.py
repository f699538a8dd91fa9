"""What a person is shown blind: in which order, and which two next."""

import hashlib
import hmac
import random
from collections.abc import Sequence
from itertools import combinations
from uuid import UUID

from onmodel.decisions.ranking import Ranking

Pair = tuple[UUID, UUID]

# two comparisons for each picture beyond the first, or all there are, order a dozen well
_FOR_EACH = 2


def enough(count: int) -> int:
    """Return after how many pairs somebody has voted, for ``count`` pictures."""
    return min(count * (count - 1) // 2, max(_FOR_EACH * (count - 1), count))


def dice(secret: bytes, *words: object) -> random.Random:
    """Return random numbers that are the same for the same words, and unknown outside."""
    message = "\n".join(("onmodel decision order 1", *map(str, words)))
    return random.Random(hmac.digest(secret, message.encode(), hashlib.sha256))  # noqa: S311


def order(candidates: Sequence[UUID], secret: bytes, voter: UUID) -> list[UUID]:
    """Return the candidates in an order of the voter's own, always the same one."""
    shown = sorted(candidates)
    dice(secret, voter).shuffle(shown)
    return shown


def pair_of(one: UUID, other: UUID) -> Pair:
    """Return a pair in the order in which it is kept."""
    return (one, other) if one < other else (other, one)


def draw(
    candidates: Sequence[UUID],
    ranking: Ranking,
    seen: set[Pair],
    secret: bytes,
    voter: UUID,
    *,
    most: int,
) -> list[Pair]:
    """Return the next pairs of a voter, each as if those before it were answered by then.

    The first is the one that tells most; the others are for a page that cannot ask again, and
    know nothing of the answers between.
    """
    drawn: list[Pair] = []
    known = set(seen)
    while len(drawn) < most:
        pair = next_pair(candidates, ranking, known, dice(secret, voter, len(known)))
        if pair is None:
            break
        drawn.append(pair)
        known.add(pair_of(*pair))
    return drawn


def next_pair(
    candidates: Sequence[UUID], ranking: Ranking, seen: set[Pair], dice: random.Random
) -> Pair | None:
    """Return the pair, left and right, that tells most; None when the voter has seen all.

    Args:
        candidates: in the order of the ranking's strengths.
        ranking: what is known so far.
        seen: pairs that the voter answered.
        dice: decides between equals, and which picture is on the left.
    """
    left = [
        (one, other)
        for one, other in combinations(range(len(candidates)), 2)
        if pair_of(candidates[one], candidates[other]) not in seen
    ]
    if not left:
        return None
    dice.shuffle(left)
    best = list(max(left, key=lambda pair: round(ranking.information(*pair), 9)))
    dice.shuffle(best)
    return candidates[best[0]], candidates[best[1]]
