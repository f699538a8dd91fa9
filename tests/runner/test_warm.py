"""How a pool looks after what it keeps warm: health, wear, rest, minimum, GPUs."""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from onmodel.functions.errors import PackagesUnreachableError
from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest, Warm
from onmodel.runner import keeper, places
from onmodel.runner.calls import CallEvent
from onmodel.runner.errors import CallFailed
from onmodel.runner.gpus import Ledger
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.runner.restarts import Restarts
from tests.runner.conftest import MakePool, MakeRequest, await_true, is_alive, toy
from tests.support.nvml import StandIn

SMALL, LARGE = "GPU-small", "GPU-large"


def pid_in(pool: Pool, make: MakeRequest, manifest: Manifest, *, vram_mb: int = 0) -> int:
    result = pool.call(manifest, replace(make(), vram_mb=vram_mb))
    report = result.outputs["report"]
    assert isinstance(report, dict)
    return int(str(report["pid"]))


def state_of(pool: Pool) -> list[tuple[str, str]]:
    return [(one.function.partition("@")[0], one.state) for one in pool.snapshot()]


def with_warm(manifest: Manifest, **terms: float) -> Manifest:
    return manifest.model_copy(update={"warm": Warm.model_validate(terms)})


# ---- health, wear, rest, minimum ----


def test_one_that_hangs_while_idle_is_ended_before_anybody_needs_it(
    make_pool: MakePool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_ANSWER_S", 0.2)
    pool = make_pool(beat_s=0.02, health_s=0.05)
    hung = pid_in(pool, request_for, toy("Echo"))
    os.kill(hung, signal.SIGSTOP)
    await_true(lambda: pool.snapshot() == [])
    assert not is_alive(hung)
    assert pid_in(pool, request_for, toy("Echo")) != hung


def test_one_that_drips_while_idle_is_ended(
    make_pool: MakePool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_ANSWER_S", 0.2)
    pool = make_pool(beat_s=0.02, health_s=0.05)
    pid_in(pool, request_for, toy("Drips"))
    await_true(lambda: pool.snapshot() == [])


def test_one_that_takes_its_time_to_answer_holds_up_nobody(
    make_pool: MakePool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "_ANSWER_S", 600)
    pool = make_pool(beat_s=0.02, health_s=0.02)
    pid_in(pool, request_for, toy("Drips"))
    pid_in(pool, request_for, with_warm(toy("Echo"), idle_s=0.5))
    await_true(lambda: state_of(pool) == [("toy-drips", "idle")])


def test_one_that_was_killed_while_idle_is_noticed(
    make_pool: MakePool, request_for: MakeRequest
) -> None:
    pool = make_pool(beat_s=0.02, health_s=0.05)
    os.kill(pid_in(pool, request_for, toy("Echo")), signal.SIGKILL)
    await_true(lambda: pool.snapshot() == [])


def test_a_fresh_one_takes_over_after_so_many_calls(pool: Pool, request_for: MakeRequest) -> None:
    echo = with_warm(toy("Echo"), calls=2)
    pids = [pid_in(pool, request_for, echo) for _ in range(5)]
    assert pids[0] == pids[1] != pids[2] == pids[3] != pids[4]
    assert not is_alive(pids[0])


def test_a_fresh_one_takes_over_when_memory_grew(
    pool: Pool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "_MEASURED_EVERY", 1)
    leaks = with_warm(toy("Leaks"), growth_mb=60)

    def leak(megabytes: int) -> int:
        report = pool.call(leaks, request_for(text=str(megabytes))).outputs["report"]
        assert isinstance(report, dict)
        return int(str(report["pid"]))

    first = leak(40)
    (kept,) = pool.snapshot()
    assert kept.memory_mb is not None
    assert kept.memory_mb > 40
    assert leak(40) == first
    assert leak(40) == first
    assert leak(1) != first


def test_what_keeps_dying_rests_before_it_is_started_again(
    pool: Pool, request_for: MakeRequest
) -> None:
    broken = toy("NoSetup")
    for _ in range(2):
        with pytest.raises(CallFailed, match="setup_failed"):
            pool.call(broken, request_for())
    (resting,) = pool.snapshot()
    assert (resting.function, resting.state, resting.instance) == (broken.key, "resting", "")
    assert 0 < resting.seconds <= 1

    waits: list[bool] = []

    def cancelled() -> bool:
        waits.append(True)
        return len(waits) > 3

    # the third waits for its turn; whoever gives up meanwhile can
    with pytest.raises(CallFailed, match="cancelled"):
        pool.call(broken, request_for(), cancelled=cancelled)
    # others are not held up
    pool.call(toy("Echo"), request_for())


def test_the_rest_doubles_and_a_success_forgives() -> None:
    restarts = Restarts()
    restarts.died("a")
    assert restarts.pause_s("a") == 0
    rests: list[float] = []
    for _ in range(9):
        restarts.died("a")
        rests.append(restarts.pause_s("a"))
    for number, rest in enumerate(rests):
        full = min(60, 2**number)
        assert full / 2 - 0.1 < rest <= full
    assert restarts.resting().keys() == {"a"}
    restarts.lived("a")
    assert restarts.pause_s("a") == 0
    assert restarts.resting() == {}


def test_a_minimum_is_kept_warm_though_nobody_asks(
    runtime: ProcessRuntime, prepared: Prepared, request_for: MakeRequest
) -> None:
    echo = with_warm(toy("Echo"), minimum=1)
    pool = Pool(
        runtime,
        lambda manifest, on_line, patience: prepared,
        wanted=lambda: [echo, toy("Steps")],
        idle_s=0.05,
        beat_s=0.02,
        health_s=0.05,
        owns=False,
    )
    try:
        await_true(lambda: state_of(pool) == [("toy-echo", "idle")])
        events: list[CallEvent] = []
        pool.call(echo, request_for(), on_event=events.append)
        assert "starting" not in [event.kind for event in events]
        # what is more than the minimum goes again, the minimum stays
        pool.call(toy("Steps"), request_for())
        await_true(lambda: state_of(pool) == [("toy-echo", "idle")])
        # and when it dies, another takes its place
        killed = int(pool.snapshot()[0].instance.rpartition("-")[2])
        os.kill(killed, signal.SIGKILL)
        await_true(
            lambda: (
                [(one.state, one.instance != f"toy-echo-{killed}") for one in pool.snapshot()]
                == [("idle", True)]
            )
        )
    finally:
        pool.close()


def test_what_cannot_be_installed_rests_before_it_is_tried_again(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    tried: list[float] = []

    def prepare(manifest: Manifest, on_line: object, patience: object) -> Prepared:
        if manifest.name == "toy-echo":
            return prepared
        tried.append(time.monotonic())
        raise PackagesUnreachableError("No route.")

    broken, echo = (with_warm(toy(name), minimum=1) for name in ("Steps", "Echo"))
    broken = broken.model_copy(update={"version": "2"})  # another installation than the other's
    pool = Pool(runtime, prepare, wanted=lambda: [broken, echo], health_s=0.02, beat_s=0.01)
    try:
        await_true(lambda: len(tried) >= 4)
        # the first costs nothing; then half a second to one, and one to two
        assert tried[2] - tried[1] > 0.4
        assert tried[3] - tried[2] > 0.9
        assert ("toy-echo", "idle") in state_of(pool)
        assert ("toy-steps", "resting") in state_of(pool)
    finally:
        pool.close()


def test_a_minimum_goes_when_it_is_not_wanted_any_more(
    runtime: ProcessRuntime, prepared: Prepared
) -> None:
    wanted = [with_warm(toy("Echo"), minimum=1)]
    pool = Pool(
        runtime,
        lambda manifest, on_line, patience: prepared,
        wanted=lambda: list(wanted),
        idle_s=0.05,
        beat_s=0.02,
        health_s=0.05,
        owns=False,
    )
    try:
        await_true(lambda: state_of(pool) == [("toy-echo", "idle")])
        wanted.clear()
        await_true(lambda: state_of(pool) == [])
    finally:
        pool.close()


# ---- GPUs ----


@pytest.fixture
def ledger(nvml: StandIn, tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "gpus", nvml.meter())


@pytest.fixture
def gpu_pool(make_pool: Callable[..., Pool], ledger: Ledger) -> Pool:
    return make_pool(ledger=ledger, beat_s=0.02)


def reserved(pool: Pool) -> dict[str, int]:
    return {room.gpu.uuid: room.reserved_mb for room in pool.gpus()}


@contextmanager
def running(
    pool: Pool, make: MakeRequest, manifest: Manifest, *, vram_mb: int
) -> Generator[tuple[Callable[[], CallFailed], Callable[[], None]]]:
    """Run a call that only ends when it is stopped; yields its failure, and the stop."""
    begun, stop = threading.Event(), threading.Event()

    def on_event(event: CallEvent) -> None:
        if event.kind == "progress":
            begun.set()

    def call() -> CallFailed:
        request = replace(make(), vram_mb=vram_mb)
        with pytest.raises(CallFailed) as caught:
            pool.call(manifest, request, on_event=on_event, cancelled=stop.is_set)
        return caught.value

    with ThreadPoolExecutor(1) as threads:
        failure = threads.submit(call)
        assert begun.wait(60)
        try:
            yield (lambda: failure.result(60)), stop.set
        finally:
            stop.set()


def test_a_function_sees_its_gpu_and_no_other(
    make_pool: Callable[..., Pool], ledger: Ledger, request_for: MakeRequest, nvml: StandIn
) -> None:
    gpu_pool = make_pool(ledger=ledger, max_per_function=3)
    nvml.add(LARGE, 24_000)
    nvml.add(SMALL, 12_000)

    def seen(vram_mb: int) -> object:
        result = gpu_pool.call(toy("Echo"), replace(request_for(), vram_mb=vram_mb))
        report = result.outputs["report"]
        assert isinstance(report, dict)
        environment = report["environment"]
        assert isinstance(environment, dict)
        return environment["CUDA_VISIBLE_DEVICES"]

    assert [seen(0), seen(8_000), seen(20_000)] == ["", SMALL, LARGE]
    assert reserved(gpu_pool) == {LARGE: 20_000, SMALL: 8_000}
    assert sorted((one.gpu or "", one.vram_mb) for one in gpu_pool.snapshot()) == [
        ("", 0),
        (LARGE, 20_000),
        (SMALL, 8_000),
    ]


def test_a_smaller_need_finds_the_larger_one_warm(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    pid = pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=8_000)
    assert pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=4_000) == pid
    assert pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=0) != pid


def test_room_on_a_gpu_is_made_by_ending_who_was_idle_longest(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    old = pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=5_000)
    gpu_pool.call(toy("Steps"), replace(request_for(), vram_mb=5_000))
    assert gpu_pool.room_mb() == 12_000
    gpu_pool.call(toy("Leaks"), replace(request_for(text="1"), vram_mb=7_000))
    assert not is_alive(old)
    assert state_of(gpu_pool) == [("toy-steps", "idle"), ("toy-leaks", "idle")]
    assert reserved(gpu_pool) == {SMALL: 12_000}


def test_one_that_runs_is_never_ended_for_another(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    patient = toy("Patient")
    with running(gpu_pool, request_for, patient, vram_mb=8_000) as (failure, stop):
        assert gpu_pool.room_mb() == 4_000
        with ThreadPoolExecutor(1) as threads:
            other = threads.submit(pid_in, gpu_pool, request_for, toy("Echo"), vram_mb=8_000)
            assert state_of(gpu_pool) == [("toy-patient", "busy")]
            stop()
            assert failure().code == "cancelled"
            assert is_alive(other.result(60))
    assert state_of(gpu_pool) == [("toy-echo", "idle")]


def test_using_more_than_was_set_aside_ends_the_call_and_says_so(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    with running(gpu_pool, request_for, toy("Patient"), vram_mb=8_000) as (failure, _):
        pid = int(gpu_pool.snapshot()[0].instance.rpartition("-")[2])
        nvml.use(SMALL, pid, 7_900)
        await_true(lambda: gpu_pool.snapshot()[0].vram_used_mb == 7_900)
        nvml.use(SMALL, pid, 8_100)
        told = failure()
    assert (told.code, told.fault, told.retry) == ("vram_exceeded", "function", False)
    assert told.detail == f"used 8100 MiB of 8000 set aside on {SMALL}"
    assert not is_alive(pid)
    assert reserved(gpu_pool) == {SMALL: 0}


def test_a_killed_child_leaves_no_lease(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    with running(gpu_pool, request_for, toy("Patient"), vram_mb=8_000) as (failure, _):
        assert reserved(gpu_pool) == {SMALL: 8_000}
        os.kill(int(gpu_pool.snapshot()[0].instance.rpartition("-")[2]), signal.SIGKILL)
        assert failure().code == "killed"
    assert reserved(gpu_pool) == {SMALL: 0}
    assert gpu_pool.snapshot() == []


def test_more_than_any_gpu_has_is_said_at_once(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    with pytest.raises(CallFailed, match="16000 MiB wanted, the largest has 12000") as caught:
        pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=16_000)
    assert (caught.value.code, caught.value.retry) == ("gpu_too_small", False)


def test_memory_that_others_keep_is_waited_for_only_so_long(
    gpu_pool: Pool, request_for: MakeRequest, nvml: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "GPU_PATIENCE_S", 0.2)
    nvml.add(SMALL, 12_000, used_mb=9_000)
    with pytest.raises(CallFailed, match=f"3000 MiB free on {SMALL}") as caught:
        pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=8_000)
    assert (caught.value.code, caught.value.retry) == ("gpu_busy", True)


def test_a_closed_pool_leaves_no_lease(
    gpu_pool: Pool, ledger: Ledger, request_for: MakeRequest, nvml: StandIn
) -> None:
    nvml.add(SMALL, 12_000)
    pid_in(gpu_pool, request_for, toy("Echo"), vram_mb=8_000)
    gpu_pool.close()
    assert [room.reserved_mb for room in ledger.rooms()] == [0]
