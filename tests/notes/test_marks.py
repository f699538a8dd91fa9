"""Marks: what counts as one, and lines by hand without points that nobody would miss."""

import itertools
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from onmodel.notes import marks
from onmodel.notes.marks import FreehandMark, mark_adapter, simplify, tidy

share = st.floats(0, 1, allow_nan=False)
line = st.lists(st.tuples(share, share), min_size=2, max_size=60)


@given(line, st.floats(0.0001, 0.2))
def test_what_is_left_out_lies_near_what_is_kept(
    points: list[tuple[float, float]], within: float
) -> None:
    kept = simplify(points, within=within)
    assert kept[0] == points[0]
    assert kept[-1] == points[-1]
    for point in points:
        nearest = min(_distance(point, a, b) for a, b in itertools.pairwise(kept))
        assert nearest <= within + 1e-9


def _distance(
    point: tuple[float, float], start: tuple[float, float], end: tuple[float, float]
) -> float:
    steps = [n / 200 for n in range(201)]
    return (
        min(
            math.dist(
                point, (start[0] + t * (end[0] - start[0]), start[1] + t * (end[1] - start[1]))
            )
            for t in steps
        )
        - math.dist(start, end) / 400
    )  # the steps may straddle the nearest place


def test_a_straight_line_is_two_points_and_a_corner_three() -> None:
    straight = [(n / 100, n / 100) for n in range(101)]
    assert simplify(straight, within=0.001) == [straight[0], straight[-1]]
    corner = [(n / 10, 0.0) for n in range(11)] + [(1.0, n / 10) for n in range(1, 11)]
    assert simplify(corner, within=0.001) == [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0)]


def test_thousands_of_points_do_not_exhaust_the_stack() -> None:
    zigzag = [(n / 2000, float(n % 2)) for n in range(2000)]
    mark = FreehandMark(kind="freehand", points=zigzag)
    kept = tidy(mark)
    assert isinstance(kept, FreehandMark)
    assert len(kept.points) > 1990


def test_a_zigzag_is_looked_at_once_for_each_point(monkeypatch: pytest.MonkeyPatch) -> None:
    measure = marks.distances
    passes: list[object] = []

    def counted(*at: Any) -> Any:
        passes.append(at)
        return measure(*at)

    monkeypatch.setattr(marks, "distances", counted)
    zigzag = [(n / 1999, (n % 2) * (1 - n / 2000)) for n in range(2000)]
    simplify(zigzag, within=0.0015)
    assert len(passes) <= len(zigzag)


@pytest.mark.parametrize(
    "mark",
    [
        {"kind": "point", "at": [1.2, 0.5]},
        {"kind": "point", "at": [float("nan"), 0.5]},
        {"kind": "point", "at": [0.5]},
        {"kind": "point", "at": [0.5, 0.5], "href": "x"},
        {"kind": "box", "start": [0, 0]},
        {"kind": "freehand", "points": [[0.5, 0.5]]},
        {"kind": "freehand", "points": [[0.5, 0.5]] * 100_000},
        {"kind": "text", "at": [0.5, 0.5]},
    ],
)
def test_what_is_no_mark_is_refused(mark: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        mark_adapter.validate_python(mark)
