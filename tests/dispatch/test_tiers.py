"""Tiers."""

import pytest

from onmodel.dispatch.tiers import ASCENDING, Tier, step_down, tiers_for_vram


@pytest.mark.parametrize(
    ("vram_mb", "tiers"),
    [
        (None, ASCENDING),
        (8_192, ()),
        (12_288, (Tier.LOW,)),
        (16_376, (Tier.LOW, Tier.STANDARD)),
        (22_731, ASCENDING),
        (81_559, ASCENDING),
    ],
)
def test_worker_serves_what_fits_its_memory(vram_mb: int | None, tiers: tuple[Tier, ...]) -> None:
    assert tiers_for_vram(vram_mb) == tiers


def test_steps_down_to_the_nearest_free_tier() -> None:
    assert step_down(Tier.HIGH, {Tier.LOW, Tier.STANDARD}) is Tier.STANDARD
    assert step_down(Tier.HIGH, {Tier.LOW}) is Tier.LOW
    assert step_down(Tier.LOW, {Tier.HIGH}) is None


def test_queue_names_are_the_contracts() -> None:
    assert [tier.queue for tier in ASCENDING] == [
        "character_low",
        "character_standard",
        "character_high",
    ]
