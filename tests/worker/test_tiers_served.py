"""Which tiers a worker serves: what it was told, of what its machine can do."""

from typing import Literal

import pytest

from onmodel.runner.nvml import Gpu
from onmodel.settings import Settings
from onmodel.worker.app import TiersBeyondError, capabilities_of


def _served(*tiers: Literal["low", "standard", "high"], vram_mb: int | None) -> list[str]:
    gpus = [] if vram_mb is None else [Gpu("GPU-1", "a card", vram_mb)]
    return [tier.value for tier in capabilities_of(Settings(worker_tiers=tiers), gpus).tiers]


def test_a_worker_that_was_told_nothing_serves_what_it_can() -> None:
    assert _served(vram_mb=16_000) == ["low", "standard"]
    assert _served(vram_mb=None) == ["low", "standard", "high"]


def test_a_worker_for_one_tier_takes_no_other() -> None:
    assert _served("high", vram_mb=24_000) == ["high"]
    assert _served("standard", "high", vram_mb=16_000) == ["standard"]
    assert _served("low", vram_mb=None) == ["low"]


def test_a_machine_that_is_too_small_says_so() -> None:
    with pytest.raises(TiersBeyondError, match="serve high; its GPU is large enough for low"):
        _served("high", vram_mb=12_000)
