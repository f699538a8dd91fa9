"""A function as its page shows it: its folder, what lies on disk, how its calls went."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from onmodel.api.functions.chances import Chances
from onmodel.api.functions.schemas import (
    FunctionHealth,
    FunctionRead,
    FunctionTierRead,
    FunctionUnfit,
    FunctionWarm,
    FunctionWeightRead,
    LicenceAcceptanceRead,
)
from onmodel.dispatch.models import Worker
from onmodel.dispatch.runs import Runs
from onmodel.functions.installation import Installation
from onmodel.functions.licences import InForce, may_run
from onmodel.functions.manifest import Manifest
from onmodel.functions.pulls import Pull, Pulls
from onmodel.functions.registry import Broken, load
from onmodel.functions.terms import restricted
from onmodel.functions.trials import FunctionTrial, latest
from onmodel.kit.errors import ProblemError
from onmodel.runner.fitness import Fitness
from onmodel.settings import Settings


@dataclass(frozen=True)
class OnDisk:
    """What is known of a function without asking the database."""

    manifest: Manifest | None
    name: str
    installed: bool = False
    present: frozenset[str] = frozenset()
    problem: str | None = None
    pull: Pull | None = None
    tested: FunctionTrial | None = None
    unfit: dict[str, str] = field(default_factory=dict[str, str])


def on_disk(settings: Settings) -> list[OnDisk]:
    """Read every function folder, by name. Blocks: it looks at many files."""
    registry = load(settings.functions_dir)
    installation = Installation(settings.home, tokens=settings.tokens)
    usable = [
        replace(
            _usable(manifest, installation, settings.weights),
            tested=latest(settings.home, manifest.name),
            unfit=Fitness(settings.home).unfit(manifest),
        )
        for manifest in registry
    ]
    broken = [_broken(one) for one in registry.broken]
    return sorted([*usable, *broken], key=lambda one: one.name)


def _usable(manifest: Manifest, installation: Installation, weights: Path) -> OnDisk:
    present = {one.name for one in manifest.weights if installation.weights.has(one)}
    installed, problem = False, None
    try:
        installed = installation.is_ready(manifest)
    except ProblemError as error:
        problem = _without_paths(error, manifest.folder)
    pull = Pulls(weights).of(manifest.name)
    return OnDisk(manifest, manifest.name, installed, frozenset(present), problem, pull)


def _broken(one: Broken) -> OnDisk:
    return OnDisk(None, one.folder.name, problem=_without_paths(one.error, one.folder))


def _without_paths(error: ProblemError, folder: Path) -> str:
    """Leave out where on the server a file lies, which is nobody's business."""
    return error.detail.replace(f"{folder}/", "")


# What a worker of an older version does not tell.
_UNTOLD: dict[str, object] = {
    "instance": "",
    "seconds": 0.0,
    "memory_mb": None,
    "gpu": None,
    "vram_mb": 0,
    "vram_used_mb": None,
}


def warm_on(workers: Sequence[Worker]) -> dict[str, list[FunctionWarm]]:
    """Return what the workers keep of each function, by its name."""
    warm: dict[str, list[FunctionWarm]] = {}
    for worker in workers:
        for kept in worker.warm:
            told = FunctionWarm.model_validate({**_UNTOLD, **kept, "worker": worker.name})
            warm.setdefault(kept["function"], []).append(told)
    return warm


def read(
    found: OnDisk, runs: Runs, warm: list[FunctionWarm], accepted: InForce, chances: Chances
) -> FunctionRead:
    """Put it together."""
    manifest = found.manifest
    wanted = restricted("function", manifest.name, manifest.terms) if manifest else None
    agreed = accepted.get(wanted) if wanted else None
    return FunctionRead(
        name=found.name,
        version=manifest.version if manifest else "",
        title=manifest.title if manifest else found.name,
        summary=manifest.summary if manifest else "",
        tasks=list(manifest.tasks) if manifest else [],
        preview=manifest.preview if manifest else False,
        licence=manifest.licence if manifest else "",
        licence_url=manifest.licence_url if manifest else None,
        commercial=manifest.commercial if manifest else False,
        terms=list(manifest.terms) if manifest else [],
        acceptance=(
            LicenceAcceptanceRead(by=agreed.accepted_by_name, at=agreed.accepted_at)
            if agreed
            else None
        ),
        enabled=may_run(manifest, accepted) if manifest else False,
        installed=found.installed,
        install=_install(found),
        pull=found.pull,
        problem=found.problem,
        tiers=_tiers(manifest, runs, chances) if manifest else [],
        weights=_weights(manifest, found.present) if manifest else [],
        memory_mb=manifest.limits.memory_mb if manifest else 0,
        run_seconds=manifest.limits.run_s if manifest else 0,
        warm=warm,
        health=_health(runs),
        tested=found.tested,
        unfit=[FunctionUnfit(task=task, reason=why) for task, why in found.unfit.items()],
    )


def _install(found: OnDisk) -> str | None:
    if found.installed or found.problem:
        return None
    return f"onmodel function install {found.name}"


def _tiers(manifest: Manifest, runs: Runs, chances: Chances) -> list[FunctionTierRead]:
    measured = {one.tier.value: one for one in runs.tiers}
    listed: list[FunctionTierRead] = []
    for tier, needs in manifest.tiers.items():
        past = measured.get(tier.value)
        listed.append(
            FunctionTierRead(
                tier=tier.value,
                vram_mb=needs.vram_mb,
                median_seconds=past.median_seconds if past else None,
                runs=past.count if past else 0,
                chance=chances.of(manifest, tier),
            )
        )
    return listed


def _weights(manifest: Manifest, present: frozenset[str]) -> list[FunctionWeightRead]:
    return [
        FunctionWeightRead(
            name=one.name,
            bytes=one.bytes,
            licence=one.licence,
            licence_url=one.licence_url,
            commercial=one.commercial,
            present=one.name in present,
        )
        for one in manifest.weights
    ]


def _health(runs: Runs) -> FunctionHealth:
    return FunctionHealth(
        succeeded=runs.succeeded,
        refused=runs.refused,
        failed=runs.failed,
        running=runs.running,
        last_at=runs.last_at,
        last_failure_at=runs.last_failure_at,
        last_failure_code=runs.last_failure_code,
    )
