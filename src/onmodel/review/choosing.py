"""Which two pictures somebody is shown next, without looking at names or scores.

Half of the pairs show one character and half show two, in blocks of six whose order nobody can
foretell, so that the answer never follows from the answers before it.
"""

import hashlib
import hmac
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from onmodel.review.pair_tokens import Shown

BLOCK = (True, False) * 3
TRIES = 200

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A picture that may be shown, whose it is, and which encoders have seen it."""

    shown: Shown
    character_id: UUID
    encoders: frozenset[str]


def dice(secret: bytes, *words: object) -> random.Random:
    """Return random numbers that are the same for the same words, and unknown outside."""
    message = "\n".join(("onmodel blind pair order 1", *map(str, words)))
    return random.Random(hmac.digest(secret, message.encode(), hashlib.sha256))  # noqa: S311


def wants_same(secret: bytes, person_id: UUID, answered: int) -> bool:
    """Tell whether the next pair is to show one character, given how many were answered."""
    block, place = divmod(answered, len(BLOCK))
    order = list(BLOCK)
    dice(secret, person_id, "block", block).shuffle(order)
    return order[place]


def pair_of(one: Shown, other: Shown) -> Pair:
    """Return the ids of a pair in the order in which they are kept."""
    return (one.id, other.id) if one.id < other.id else (other.id, one.id)


def choose(
    pictures: list[Candidate], seen: set[Pair], *, same: bool, dice: random.Random
) -> tuple[Candidate, Candidate] | None:
    """Return a pair that was not seen, of one character or of two; None when none is left.

    At least one of the two is a generated picture: two uploaded ones say nothing of a generator.
    Of the wished sort first, else of the other one.
    """
    ordered = sorted(pictures, key=lambda picture: picture.shown)
    for kind in (same, not same):
        found = _draw(ordered, seen, kind, dice) or _search(ordered, seen, kind, dice)
        if found is not None:
            return found if dice.random() < 0.5 else (found[1], found[0])
    return None


def _fits(one: Candidate, other: Candidate, seen: set[Pair], same: bool) -> bool:
    return (
        one.shown.id != other.shown.id
        and "variation" in (one.shown.kind, other.shown.kind)
        # an answer is worth something only if the two can be measured against each other
        and bool(one.encoders & other.encoders)
        and (one.character_id == other.character_id) is same
        and pair_of(one.shown, other.shown) not in seen
    )


def _by_character(pictures: list[Candidate]) -> list[list[Candidate]]:
    of: dict[UUID, list[Candidate]] = {}
    for picture in pictures:
        of.setdefault(picture.character_id, []).append(picture)
    return list(of.values())


def _draw(
    pictures: list[Candidate], seen: set[Pair], same: bool, dice: random.Random
) -> tuple[Candidate, Candidate] | None:
    """Try at random, character first: one with many pictures is not shown more often."""
    characters = _by_character(pictures)
    if not characters or (not same and len(characters) == 1):
        return None
    for _ in range(TRIES):
        first = dice.choice(characters)
        second = first if same else dice.choice(characters)
        one, other = dice.choice(first), dice.choice(second)
        if _fits(one, other, seen, same):
            return one, other
    return None


def _search(
    pictures: list[Candidate], seen: set[Pair], same: bool, dice: random.Random
) -> tuple[Candidate, Candidate] | None:
    """Look at every pair: what chance did not find in many tries is rare, or not there."""
    if all(picture.shown.kind == "reference" for picture in pictures):
        return None
    shuffled = dice.sample(pictures, len(pictures))
    for group in _by_character(shuffled) if same else [shuffled]:
        found = next(_unseen(group, seen, same), None)
        if found is not None:
            return found
    return None


def _unseen(
    pictures: list[Candidate], seen: set[Pair], same: bool
) -> Iterator[tuple[Candidate, Candidate]]:
    for number, one in enumerate(pictures):
        for other in pictures[:number]:
            if _fits(one, other, seen, same):
                yield one, other
