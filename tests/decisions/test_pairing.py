"""What a person is shown blind."""

from uuid import UUID

import pytest

from onmodel.decisions import pairing
from onmodel.decisions.ranking import rank

FOUR = [UUID(int=number) for number in range(1, 5)]


def test_everybody_has_an_order_of_their_own_that_stays() -> None:
    orders = {tuple(pairing.order(FOUR, b"secret", UUID(int=person))) for person in range(100, 140)}
    assert len(orders) > 10
    assert pairing.order(FOUR, b"secret", UUID(int=9)) == pairing.order(
        FOUR[::-1], b"secret", UUID(int=9)
    )


def test_every_pair_comes_once_and_then_none() -> None:
    seen: set[pairing.Pair] = set()
    while (
        pair := pairing.next_pair(FOUR, rank(4, []), seen, pairing.dice(b"s", len(seen)))
    ) is not None:
        kept = pairing.pair_of(*pair)
        assert kept not in seen
        seen.add(kept)
    assert len(seen) == 6


def test_sides_are_fair() -> None:
    first = [
        pairing.next_pair(FOUR[:2], rank(2, []), set(), pairing.dice(b"s", person))
        for person in range(400)
    ]
    left = sum(pair == (FOUR[0], FOUR[1]) for pair in first)
    assert 150 < left < 250


@pytest.mark.parametrize(("count", "pairs"), [(0, 0), (1, 0), (2, 1), (3, 3), (4, 6), (12, 22)])
def test_how_many_pairs_are_enough(count: int, pairs: int) -> None:
    assert pairing.enough(count) == pairs
