"""Who of a cast a face is: one face alone, and all faces of a group picture."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from onmodel.identity.assignment import assign, solve
from onmodel.identity.calibration import DLIB
from onmodel.identity.openset import closest_other, identify, threshold
from onmodel.identity.scoring import Vectors
from tests.support.faces import embedding

SIZES = st.tuples(st.integers(1, 5), st.integers(0, 2)).map(lambda s: (s[0], s[0] + s[1]))
COSTS = SIZES.flatmap(lambda size: hnp.arrays(np.float64, size, elements=st.integers(-9, 9)))


def _face(person: int, picture: int) -> Vectors:
    return np.asarray(embedding(person, picture), np.float32)


def _cast(*people: int, pictures: int = 4) -> dict[int, Vectors]:
    return {who: np.stack([_face(who, n) for n in range(pictures)]) for who in people}


@given(COSTS)
def test_the_assignment_is_the_cheapest_of_all(cost: np.ndarray) -> None:  # type: ignore[type-arg]
    rows, columns = cost.shape
    chosen = solve(cost)
    assert len(set(chosen)) == rows
    cheapest = min(
        sum(cost[row, column] for row, column in enumerate(way))
        for way in itertools.permutations(range(columns), rows)
    )
    assert sum(cost[row, column] for row, column in enumerate(chosen)) == pytest.approx(cheapest)


def test_more_rows_than_columns_cannot_be_assigned() -> None:
    with pytest.raises(ValueError, match="column for each row"):
        solve(np.zeros((2, 1)))


@given(st.integers(1, 500), st.floats(0.001, 0.2))
def test_a_larger_cast_needs_a_nearer_face(cast: int, rate: float) -> None:
    assert threshold(DLIB, cast + 1, rate) <= threshold(DLIB, cast, rate)
    within = threshold(DLIB, cast, rate)
    false_names = 1 - (1 - DLIB.false_accepts(within)) ** cast
    assert false_names <= rate * 1.001


def test_the_right_one_of_the_cast_is_named_and_nobody_for_a_stranger() -> None:
    cast = _cast(1, 2, 3)
    found = identify(_face(2, 40), cast, DLIB)
    assert [one.key for one in found if one.named] == [2]
    assert found[0].key == 2
    assert not any(one.named for one in identify(_face(9, 40), cast, DLIB))
    assert closest_other(_face(9, 40), cast, DLIB) is None


def test_nobody_is_in_an_empty_cast() -> None:
    assert identify(_face(1, 1), {}, DLIB) == []
    assert identify(_face(1, 1), {1: np.zeros((0, 128), np.float32)}, DLIB) == []


@given(st.permutations([1, 2, 3, 9]))
def test_every_face_goes_to_its_own(order: list[int]) -> None:
    group = assign([_face(who, 40) for who in order], _cast(1, 2, 3, 4), DLIB)
    given_ = [one.character.key if one.character else None for one in group.faces]
    assert given_ == [who if who != 9 else None for who in order]
    assert group.missing == [4]
    assert all(one.bleed is None for one in group.faces)


def test_two_faces_of_one_person_are_that_person_once() -> None:
    group = assign([_face(1, 40), _face(1, 41)], _cast(1, 2), DLIB)
    given_ = [one.character.key for one in group.faces if one.character]
    assert given_ == [1]
    assert group.missing == [2]


def test_a_mixture_of_two_bleeds() -> None:
    cast = _cast(1, 2)
    middle = (cast[1].mean(axis=0) + cast[2].mean(axis=0)) / 2
    group = assign([middle.astype(np.float32)], cast, DLIB)
    (only,) = group.faces
    assert only.character is not None
    assert only.bleed is not None
    assert {only.character.key, only.bleed.key} == {1, 2}


def test_a_face_without_a_vector_is_nobody() -> None:
    group = assign([None, _face(1, 40)], _cast(1), DLIB, expected=[1])
    assert group.faces[0].character is None
    assert group.faces[1].character is not None
    assert group.missing == []
    assert assign([_face(1, 1)], {}, DLIB).faces[0].character is None
