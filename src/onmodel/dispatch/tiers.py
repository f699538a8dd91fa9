"""Quality tiers: what they need, which queue they travel on, and how a request steps down."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID


class Tier(StrEnum):
    """How good a result is asked for; the word is also the end of the queue's name."""

    LOW = "low"
    STANDARD = "standard"
    HIGH = "high"

    @property
    def queue(self) -> str:
        """The Celery queue of this tier (contracts, section 4)."""
        return f"character_{self.value}"

    def queue_of(self, worker_id: UUID) -> str:
        """The queue of this tier that one worker alone serves: what was dealt to it."""
        return f"{self.queue}.{worker_id}"


# MiB a worker's GPU must report: 12, 16 and 24 GB cards (contracts, section 4), less what
# drivers and ECC memory hold back from the number on the box.
VRAM_MB = {Tier.LOW: 11_000, Tier.STANDARD: 15_000, Tier.HIGH: 22_000}
ASCENDING = (Tier.LOW, Tier.STANDARD, Tier.HIGH)


def tiers_for_vram(vram_mb: int | None) -> tuple[Tier, ...]:
    """Return the tiers that a worker serves.

    Args:
        vram_mb: memory of its largest GPU in MiB; None for a worker without a GPU, which
            serves every tier with functions that run on the CPU.
    """
    if vram_mb is None:
        return ASCENDING
    return tuple(tier for tier in ASCENDING if vram_mb >= VRAM_MB[tier])


def step_down(asked: Tier, free: Collection[Tier]) -> Tier | None:
    """Return the nearest tier below ``asked`` that has a free worker, or None."""
    for tier in reversed(ASCENDING[: ASCENDING.index(asked)]):
        if tier in free:
            return tier
    return None
