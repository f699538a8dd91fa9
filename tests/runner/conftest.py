"""A pool whose functions run in the interpreter of the tests: nothing is installed."""

import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Limits, Manifest, Tier, TierNeeds
from onmodel.runner.calls import CallRequest
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from tests.runner.contained import ROOT, TOYS, contained, containers, image, own, run_folder

__all__ = ["ROOT", "TOYS", "contained", "containers", "image", "own", "run_folder"]


def toy(name: str, **limits: float) -> Manifest:
    """Describe one of the toy functions."""
    settings = {"startup_s": 60.0, "run_s": 60.0, "cancel_grace_s": 60.0, "memory_mb": 1024}
    return Manifest(
        folder=TOYS,
        name=f"toy-{name.lower()}",
        version="1",
        tasks=("toy",),
        title=name,
        summary="A function for tests.",
        licence="Apache-2.0",
        entry=f"handlers:{name}",
        tiers={Tier.LOW: TierNeeds()},
        limits=Limits.model_validate(settings | limits),
    )


@pytest.fixture
def prepared(tmp_path: Path) -> Prepared:
    weights = tmp_path / "weights"
    weights.mkdir()
    (weights / "model.tflite").write_bytes(b"weights")
    path = f"{ROOT / 'sdk' / 'src'}:{TOYS}"
    return Prepared(Path(sys.executable), weights, {"PYTHONPATH": path})


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[ProcessRuntime]:
    runtime = ProcessRuntime(tmp_path / "run")
    yield runtime
    runtime.close()


MakePool = Callable[..., Pool]


@pytest.fixture
def make_pool(runtime: ProcessRuntime, prepared: Prepared) -> Iterator[MakePool]:
    pools: list[Pool] = []

    def make(**options: float) -> Pool:
        pool = Pool(runtime, lambda manifest, on_line, patience: prepared, **options)  # pyright: ignore[reportArgumentType]
        pools.append(pool)
        return pool

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def pool(make_pool: MakePool) -> Pool:
    return make_pool()


MakeRequest = Callable[..., CallRequest]


@pytest.fixture
def request_for(tmp_path: Path) -> MakeRequest:
    """Make requests, each with fresh folders."""

    def make(*, deadline_s: float | None = None, **inputs: object) -> CallRequest:
        folder = tmp_path / uuid.uuid4().hex
        (folder / "in").mkdir(parents=True)
        (folder / "out").mkdir()
        return CallRequest("call-1", dict(inputs), folder / "in", folder / "out", deadline_s)  # pyright: ignore[reportArgumentType]

    return make


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def await_true(condition: Callable[[], bool], *, within_s: float = 120.0) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "the condition never came true"
        pause.wait(0.01)
