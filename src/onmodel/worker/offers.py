"""What this machine can do, as the registry keeps it."""

from typing import Any

from onmodel.dispatch.tiers import ASCENDING, Tier
from onmodel.functions.manifest import Manifest
from onmodel.functions.manifest import Tier as FunctionTier
from onmodel.functions.registry import Registry


def offers_of(functions: Registry, largest_mb: int) -> list[dict[str, Any]]:
    """Return the functions that fit somewhere, with the tiers in which they do.

    Args:
        functions: those that are installed.
        largest_mb: memory of the largest GPU, MiB; 0 without one.
    """
    offers = (_offer(manifest, largest_mb) for manifest in functions)
    return [one for one in offers if one["pinned"]]


def _offer(manifest: Manifest, largest_mb: int) -> dict[str, Any]:
    fits = [tier for tier in ASCENDING if _needs_mb(manifest, tier) <= largest_mb]
    return {
        "name": manifest.name,
        "version": manifest.version,
        "tasks": list(manifest.tasks),
        "tiers": [tier.value for tier in fits if FunctionTier(tier.value) in manifest.tiers],
        "pinned": [tier.value for tier in fits],
        "preview": manifest.preview,
    }


def _needs_mb(manifest: Manifest, tier: Tier) -> int:
    needs = manifest.tiers.get(FunctionTier(tier.value))
    return manifest.least_vram_mb if needs is None else needs.vram_mb
