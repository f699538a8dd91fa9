"""What changed in how pictures were made, on both sides of a change point."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from onmodel.review.drift import Circumstances, given_reference, over, what_changed
from onmodel.review.schemas import WhatChanged
from onmodel.variations.models import Variation

START = datetime(2026, 1, 1, tzinfo=UTC)
ONE, OTHER = UUID(int=501), UUID(int=502)
CIRCUMSTANCES = Circumstances(
    references={str(ONE): "front.jpg", str(OTHER): "side.jpg"},
    adapters=[(1, START + timedelta(hours=5)), (2, START + timedelta(hours=9))],
)


def _row(hour: int, *, distance: float = 0.4, **changes: Any) -> Variation:
    recipe = {
        "function": "puppet",
        "version": "1",
        "parameters": {"key": f"angle/{hour}", "seed": hour, "size": 768},
        "seed": hour,
        "inputs": [{"name": "reference", "reference_id": str(ONE)}],
    }
    return Variation(
        id=UUID(int=hour + 1),
        key="angle/front",
        tier=changes.pop("tier", "low"),
        measurable="measured",
        similarity=distance,
        p_same=0.9,
        fidelity=50.0,
        recipe=recipe | changes,
        created_at=START + timedelta(hours=hour),
    )


def test_each_part_of_the_recipe_is_told_apart() -> None:
    before = [_row(hour) for hour in range(3)]
    after = [
        _row(
            hour,
            tier="high",
            version="2",
            parameters={"key": "angle/front", "seed": 1, "size": 1024},
            inputs=[{"name": "reference", "reference_id": str(OTHER)}],
        )
        for hour in range(6, 9)
    ]
    assert what_changed(before, after, CIRCUMSTANCES) == [
        WhatChanged(part="function", before="puppet 1", after="puppet 2"),
        WhatChanged(part="adapter", before="none", after="number 1"),
        WhatChanged(part="tier", before="low", after="high"),
        WhatChanged(part="parameters", before="size 768", after="size 1024"),
        WhatChanged(part="references", before="front.jpg", after="side.jpg"),
    ]
    assert what_changed(before, before, CIRCUMSTANCES) == []


def test_seed_and_key_are_no_change_and_one_stray_picture_is_none() -> None:
    before = [_row(hour) for hour in range(3)]
    after = [_row(3), _row(4), _row(4, version="2")]
    assert what_changed(before, after, CIRCUMSTANCES) == []


def test_a_series_is_split_where_it_moved_and_pictures_without_a_score_keep_their_place() -> None:
    near = [_row(hour, distance=0.40 + hour / 100) for hour in range(6)]
    far = [_row(hour, distance=0.60 + hour / 100) for hour in range(6, 12)]
    dark = _row(20)
    rows = [*near, dark, *far]
    found = over("time", rows, {row.id for row in [*near, *far]}, CIRCUMSTANCES)
    assert found.variation_ids == [row.id for row in rows]
    (change,) = found.changes
    assert change.variation_id == far[0].id
    flat = [_row(hour, distance=0.4) for hour in range(12)]
    assert over("story", flat, {row.id for row in flat}, CIRCUMSTANCES).changes == []


def test_the_reference_that_a_picture_started_from() -> None:
    assert given_reference(_row(1)) == ONE
    assert given_reference(_row(1, inputs=[{"name": "references"}])) is None
    assert given_reference(_row(1, inputs=[])) is None
