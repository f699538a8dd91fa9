"""Leases of video memory: by UUID, best fit, seen by every worker, gone with their owner."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from onmodel.runner.gpus import NO_GPUS, Ledger
from tests.runner.conftest import ROOT
from tests.support.nvml import StandIn, environment

SMALL, LARGE = "GPU-small", "GPU-large"


@pytest.fixture
def ledger(nvml: StandIn, tmp_path: Path) -> Iterator[Ledger]:
    nvml.add(LARGE, 24_000)
    nvml.add(SMALL, 12_000)
    ledger = Ledger(tmp_path / "gpus", nvml.meter())
    yield ledger
    ledger.close()


def free(ledger: Ledger) -> dict[str, int]:
    return {room.gpu.uuid: room.free_mb for room in ledger.rooms()}


def test_takes_the_gpu_where_the_least_is_left_over(ledger: Ledger) -> None:
    gpus = [lease.gpu.uuid for mb in (8_000, 8_000, 15_000) if (lease := ledger.reserve(mb))]
    assert gpus == [SMALL, LARGE, LARGE]
    assert free(ledger) == {LARGE: 1_000, SMALL: 4_000}
    assert ledger.reserve(5_000) is None


def test_given_back_is_free_again(ledger: Ledger) -> None:
    lease = ledger.reserve(20_000)
    assert lease is not None
    assert ledger.reserve(20_000) is None
    lease.release()
    lease.release()
    assert free(ledger)[LARGE] == 24_000


def test_what_others_use_is_not_given(ledger: Ledger, nvml: StandIn) -> None:
    nvml.use(LARGE, 1, 10_000)
    lease = ledger.reserve(13_000)
    assert lease is not None
    assert lease.gpu.uuid == LARGE
    assert free(ledger)[LARGE] == 1_000


def test_our_own_use_is_not_counted_twice(ledger: Ledger, nvml: StandIn) -> None:
    lease = ledger.reserve(13_000)
    assert lease is not None
    lease.owns = lambda pid: pid == 77
    nvml.use(LARGE, 77, 6_000)
    assert free(ledger)[LARGE] == 11_000
    nvml.use(LARGE, 78, 2_000)
    assert free(ledger)[LARGE] == 9_000
    assert lease.used_mb == 6_000


def test_where_nobody_tells_whose_it_is_the_larger_counts(ledger: Ledger, nvml: StandIn) -> None:
    assert ledger.reserve(13_000) is not None
    nvml.add(LARGE, 24_000, used_mb=9_000)
    assert free(ledger)[LARGE] == 11_000
    nvml.add(LARGE, 24_000, used_mb=15_000)
    assert free(ledger)[LARGE] == 9_000


def test_who_uses_more_than_its_own_is_told(ledger: Ledger, nvml: StandIn) -> None:
    modest, greedy = ledger.reserve(4_000), ledger.reserve(4_000)
    assert modest is not None
    assert greedy is not None
    modest.owns, greedy.owns = (lambda pid: pid == 1), (lambda pid: pid == 2)
    nvml.use(SMALL, 1, 4_000)
    nvml.use(SMALL, 2, 4_001)
    assert ledger.measure() == [greedy]


OTHER_WORKER = """
import sys
from pathlib import Path
from onmodel.runner.gpus import Ledger
from onmodel.runner.nvml import Nvml

lease = Ledger(Path(sys.argv[1]), Nvml()).reserve(20_000)
print(lease.gpu.uuid, flush=True)
sys.stdin.read()
"""


def test_leases_of_other_workers_count_and_die_with_them(
    ledger: Ledger, nvml: StandIn, tmp_path: Path
) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", OTHER_WORKER, str(tmp_path / "gpus")],
        cwd=ROOT,
        env=environment(nvml),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    assert other.stdout.readline().strip() == LARGE
    assert free(ledger)[LARGE] == 4_000
    assert ledger.reserve(20_000) is None

    other.kill()
    other.communicate()

    assert free(ledger)[LARGE] == 24_000
    assert list((tmp_path / "gpus" / LARGE).iterdir()) == []


def test_a_machine_without_a_gpu_writes_nothing() -> None:
    assert NO_GPUS.rooms() == []
    assert NO_GPUS.reserve(1) is None
    assert not Path("nowhere").exists()
