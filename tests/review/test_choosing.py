"""Which pair is shown next: balanced, never twice, without a pattern."""

import random
from uuid import UUID

import pytest

from onmodel.review.choosing import Candidate, choose, dice, pair_of, wants_same
from onmodel.review.pair_tokens import Kind, Shown

PERSON = UUID(int=9)


def _pictures(*, characters: int, references: int = 2, variations: int = 2) -> list[Candidate]:
    def one(kind: Kind, character: int, number: int) -> Candidate:
        offset = 0 if kind == "reference" else 50
        return Candidate(
            shown=Shown(kind=kind, id=UUID(int=1000 * character + offset + number)),
            character_id=UUID(int=character),
            encoders=frozenset({"faces"} if character < 90 else {"figures"}),
        )

    return [
        picture
        for character in range(1, characters + 1)
        for picture in (
            *(one("reference", character, number) for number in range(references)),
            *(one("variation", character, number) for number in range(variations)),
        )
    ]


def test_every_block_of_six_is_balanced_and_blocks_differ() -> None:
    order = [wants_same(b"secret", PERSON, number) for number in range(120)]
    blocks = [tuple(order[start : start + 6]) for start in range(0, 120, 6)]
    assert {sum(block) for block in blocks} == {3}
    assert len(set(blocks)) > 5


def test_a_pair_is_never_shown_twice_and_all_of_them_come() -> None:
    pictures = _pictures(characters=3)
    of = {picture.shown.id: picture for picture in pictures}
    seen: set[tuple[UUID, UUID]] = set()
    sorts: list[bool] = []
    while True:
        wish = wants_same(b"s", PERSON, len(seen))
        chosen = choose(pictures, seen, same=wish, dice=dice(b"s", PERSON, len(seen)))
        if chosen is None:
            break
        pair = pair_of(chosen[0].shown, chosen[1].shown)
        assert pair not in seen
        seen.add(pair)
        sorts.append(of[pair[0]].character_id == of[pair[1]].character_id)
    # all pairs of 12 pictures without those of two references: 66 - 15
    assert len(seen) == 51
    assert sum(sorts) == 3 * 5
    # while both sorts last, they come in balance
    assert sum(sorts[:24]) == 12


def test_two_uploaded_pictures_are_no_pair() -> None:
    pictures = _pictures(characters=2, variations=0)
    assert choose(pictures, set(), same=True, dice=random.Random(1)) is None
    assert choose([], set(), same=True, dice=random.Random(1)) is None


def test_asking_again_shows_the_same_pair_whatever_the_order_of_the_pictures() -> None:
    pictures = _pictures(characters=4)
    first = choose(pictures, set(), same=False, dice=dice(b"s", 1))
    again = choose(pictures[::-1], set(), same=False, dice=dice(b"s", 1))
    assert first == again


@pytest.mark.parametrize("same", [True, False])
def test_sides_follow_chance(same: bool) -> None:
    pictures = _pictures(characters=3, references=1, variations=1)
    sides = [
        chosen[0].shown.kind
        for number in range(200)
        if (chosen := choose(pictures, set(), same=same, dice=dice(b"s", number)))
        and {one.shown.kind for one in chosen} == {"reference", "variation"}
    ]
    share = sides.count("reference") / len(sides)
    assert 0.35 < share < 0.65


def test_what_no_encoder_has_seen_together_is_no_pair() -> None:
    faces, figures = (
        [one for one in _pictures(characters=91) if one.character_id == UUID(int=number)]
        for number in (1, 91)
    )
    # no pair of two characters can be measured, so one of the other sort comes
    only_same = choose(faces + figures, set(), same=False, dice=dice(b"s", 1))
    assert only_same is not None
    assert only_same[0].character_id == only_same[1].character_id
