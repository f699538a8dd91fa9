"""Calls through the pool, with real processes."""

import hashlib
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onmodel.functions.errors import PackagesUnreachableError
from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import Patience
from onmodel.runner.calls import CallEvent
from onmodel.runner.errors import CallFailed
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from tests.runner.conftest import MakePool, MakeRequest, await_true, is_alive, toy

# As much of a picture as the checks look at.
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24


def pid_of(pool: Pool, make: MakeRequest, manifest: Manifest) -> int:
    report = pool.call(manifest, make()).outputs["report"]
    assert isinstance(report, dict)
    pid = report["pid"]
    assert isinstance(pid, int)
    return pid


def test_files_come_back_with_their_hash(pool: Pool, request_for: MakeRequest) -> None:
    request = request_for(text="hi", picture={"path": "a/face.png"})
    (request.input_dir / "a").mkdir()
    (request.input_dir / "a" / "face.png").write_bytes(PNG)

    result = pool.call(toy("Echo"), request)

    (record,) = result.files
    assert (record.name, record.media_type, record.bytes) == ("copy", "image/png", len(PNG))
    assert record.path == request.output_dir / "pictures" / "copy.png"
    assert record.sha256 == hashlib.sha256(PNG).hexdigest()
    assert result.outputs["copy"] == {"path": "pictures/copy.png", "media_type": "image/png"}
    assert result.seconds > 0


def test_a_second_call_finds_the_process_warm(pool: Pool, request_for: MakeRequest) -> None:
    echo = toy("Echo")
    events: list[str] = []
    first = pid_of(pool, request_for, echo)
    result = pool.call(echo, request_for(), on_event=lambda event: events.append(event.kind))

    assert isinstance(result.outputs["report"], dict)
    assert result.outputs["report"]["pid"] == first
    assert "starting" not in events
    (status,) = pool.snapshot()
    assert (status.function, status.state, status.calls) == ("toy-echo@1", "idle", 2)


def test_the_process_gets_a_clean_environment(
    pool: Pool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONMODEL_SECRET_KEY", "do not tell")
    report = pool.call(toy("Echo"), request_for()).outputs["report"]

    assert isinstance(report, dict)
    environment = report["environment"]
    assert isinstance(environment, dict)
    assert "ONMODEL_SECRET_KEY" not in environment
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["HOME"] == report["cwd"]
    assert report["session"] == report["pid"]
    assert report["weights"] == ["model.tflite"]


def test_progress_and_log_arrive_in_order(pool: Pool, request_for: MakeRequest) -> None:
    events: list[CallEvent] = []
    pool.call(toy("Steps"), request_for(), on_event=events.append)

    kinds = [event.kind for event in events]
    assert kinds == ["starting", "running", *["progress"] * 4, "preview", "log", "log"]
    assert [event.fraction for event in events if event.kind == "progress"] == [0, 0.25, 0.5, 0.75]
    assert [event.stage for event in events if event.kind == "progress"][-1] == "step 3"
    assert [event.line for event in events if event.kind == "log"] == [
        "to the left",
        "to the right",
    ]


def test_wrong_inputs_are_named_and_the_process_stays(pool: Pool, request_for: MakeRequest) -> None:
    echo = toy("Echo")
    before = pid_of(pool, request_for, echo)
    with pytest.raises(CallFailed) as caught:
        pool.call(echo, request_for(text=7, picture={"path": "../secret.png"}, colour="red"))

    assert (caught.value.code, caught.value.fault) == ("invalid_input", "input")
    assert not caught.value.retry
    assert {(one["field"], one["code"]) for one in caught.value.fields} == {
        ("text", "wrong_type"),
        ("picture", "file_outside"),
        ("colour", "unknown_field"),
    }
    assert pid_of(pool, request_for, echo) == before


def test_an_authors_refusal_keeps_its_code_and_sentence(
    pool: Pool, request_for: MakeRequest
) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("Fails"), request_for(text="refuse"))
    failure = caught.value
    assert (failure.code, failure.fault, failure.retry) == ("cannot_do", "input", False)
    assert failure.message == "A drawing has no face to turn."
    assert failure.fields[0]["field"] == "text"


@pytest.mark.parametrize(
    ("how", "code", "fault", "survives"),
    [
        ("raise", "function_failed", "function", True),
        ("exit", "function_failed", "function", False),
        ("vanish", "crashed", "function", False),
        ("segfault", "crashed", "function", False),
        ("memory", "out_of_memory", "function", False),
        ("kill", "killed", "machine", False),
    ],
)
def test_each_death_has_its_code_and_a_successor(
    pool: Pool, request_for: MakeRequest, how: str, code: str, fault: str, survives: bool
) -> None:
    fails = toy("Fails")
    before = pid_of(pool, request_for, fails)
    with pytest.raises(CallFailed) as caught:
        pool.call(fails, request_for(text=how))

    assert (caught.value.code, caught.value.fault) == (code, fault)
    assert "these are my last words" in caught.value.log
    assert (pid_of(pool, request_for, fails) == before) is survives
    assert is_alive(before) is survives


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        ("missing", "never written"),
        ("link", "link"),
        ("outside", "outside"),
        ("wrong type", "is not image/png"),
        ("other type", "image/webp"),
        ("extra", "forgotten.txt"),
        ("too big", "more than it may"),
    ],
)
def test_bad_output_is_refused(pool: Pool, request_for: MakeRequest, how: str, reason: str) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("WritesBadly", output_mb=2), request_for(text=how))
    assert (caught.value.code, caught.value.fault) == ("bad_output", "function")
    assert reason in caught.value.detail


def test_cancel_is_heard(pool: Pool, request_for: MakeRequest) -> None:
    patient = toy("Patient")
    asked = threading.Event()

    def on_event(event: CallEvent) -> None:
        if event.kind == "progress":
            asked.set()

    with pytest.raises(CallFailed) as caught:
        pool.call(patient, request_for(), on_event=on_event, cancelled=asked.is_set)
    assert (caught.value.code, caught.value.retry) == ("cancelled", False)
    (status,) = pool.snapshot()
    assert status.state == "idle"


def test_who_ignores_a_cancel_is_ended_with_its_children(
    pool: Pool, request_for: MakeRequest
) -> None:
    children: list[int] = []

    def on_event(event: CallEvent) -> None:
        if event.kind == "progress":
            children.append(int(event.stage))

    with pytest.raises(CallFailed) as caught:
        pool.call(
            toy("Stubborn", cancel_grace_s=0.2),
            request_for(),
            on_event=on_event,
            cancelled=lambda: bool(children),
        )
    assert caught.value.code == "cancelled"
    assert "did not stop" in caught.value.detail
    await_true(lambda: not is_alive(children[0]))
    assert pool.snapshot() == []


@pytest.mark.parametrize("what", ["headers for ever", "body for ever"])
def test_who_answers_a_cancel_byte_by_byte_is_ended_all_the_same(
    pool: Pool, request_for: MakeRequest, what: str
) -> None:
    dripping = threading.Event()
    with ThreadPoolExecutor(1) as threads, pytest.raises(CallFailed) as caught:
        threads.submit(
            pool.call,
            toy("Drips", cancel_grace_s=0.3),
            request_for(text=what),
            on_event=lambda event: dripping.set() if event.kind == "progress" else None,
            cancelled=dripping.is_set,
        ).result(60)
    assert caught.value.code == "cancelled"
    assert caught.value.detail == "did not stop within 0.3 s of being asked"
    assert pool.snapshot() == []


def test_a_setup_that_drips_is_stopped(pool: Pool, request_for: MakeRequest) -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(CallFailed) as caught:
        threads.submit(pool.call, toy("DripsAtSetup", startup_s=1.5), request_for()).result(60)
    assert caught.value.code == "startup_timed_out"


def test_a_deadline_ends_the_call(pool: Pool, request_for: MakeRequest) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("Patient"), request_for(deadline_s=0.3))
    assert (caught.value.code, caught.value.fault) == ("timed_out", "function")


def test_a_broken_setup_says_why(pool: Pool, request_for: MakeRequest) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("NoSetup"), request_for())
    assert caught.value.code == "setup_failed"
    assert "model.tflite" in caught.value.detail
    assert "Traceback" in caught.value.log
    assert pool.snapshot() == []


def test_a_setup_without_end_is_stopped(pool: Pool, request_for: MakeRequest) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("NeverReady", startup_s=0.5), request_for())
    assert (caught.value.code, caught.value.retry) == ("startup_timed_out", True)


def test_a_stream_that_goes_on_after_the_end_is_left(pool: Pool, request_for: MakeRequest) -> None:
    pool.call(toy("GoesOn"), request_for())
    await_true(lambda: "call" not in [one.name for one in threading.enumerate()])
    (status,) = pool.snapshot()
    assert status.state == "idle"


def test_a_flood_of_lines_is_cut(pool: Pool, request_for: MakeRequest) -> None:
    lines: list[str] = []
    result = pool.call(
        toy("Chatty"), request_for(), on_event=lambda event: lines.append(event.line)
    )
    assert result.outputs["report"] == {"done": True}
    assert len(lines) < 2_010
    assert "left out" in lines[-1]


def test_calls_side_by_side_have_their_own_process(
    make_pool: MakePool, request_for: MakeRequest
) -> None:
    pool = make_pool(max_per_function=2)
    both = threading.Barrier(2)

    def call(_: int) -> int:
        def on_event(event: CallEvent) -> None:
            if event.kind == "running":
                both.wait(60)

        report = pool.call(toy("Echo"), request_for(), on_event=on_event).outputs["report"]
        assert isinstance(report, dict)
        return int(str(report["pid"]))

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.map(call, range(2))
    assert first != second


def test_calls_over_the_limit_wait_for_a_place(
    make_pool: MakePool, request_for: MakeRequest
) -> None:
    pool = make_pool(max_per_function=1)
    with ThreadPoolExecutor(4) as threads:
        calls = [threads.submit(pid_of, pool, request_for, toy("Echo")) for _ in range(4)]
    assert len({call.result() for call in calls}) == 1


def test_room_is_made_by_ending_who_was_idle_longest(
    make_pool: MakePool, request_for: MakeRequest
) -> None:
    pool = make_pool(max_total=1)
    echo = pid_of(pool, request_for, toy("Echo"))
    pool.call(toy("Steps"), request_for())
    assert [status.function for status in pool.snapshot()] == ["toy-steps@1"]
    assert not is_alive(echo)


def test_idle_processes_end(pool: Pool, request_for: MakeRequest) -> None:
    pid = pid_of(pool, request_for, toy("Echo"))
    assert pool.end_idle(older_than_s=3600) == 0
    assert pool.end_idle(older_than_s=0) == 1
    assert not is_alive(pid)


def test_the_reaper_ends_idle_processes_by_itself(
    make_pool: MakePool, request_for: MakeRequest
) -> None:
    pool = make_pool(idle_s=0.05)
    pid = pid_of(pool, request_for, toy("Echo"))
    await_true(lambda: pool.snapshot() == [])
    assert not is_alive(pid)


def test_who_died_while_idle_is_replaced(pool: Pool, request_for: MakeRequest) -> None:
    before = pid_of(pool, request_for, toy("Echo"))
    os.kill(before, 9)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)
    assert pid_of(pool, request_for, toy("Echo")) != before


def test_close_ends_running_calls(make_pool: MakePool, request_for: MakeRequest) -> None:
    pool = make_pool()
    running = threading.Event()

    def on_event(event: CallEvent) -> None:
        if event.kind == "running":
            running.set()

    def call() -> CallFailed:
        with pytest.raises(CallFailed) as caught:
            pool.call(toy("Patient"), request_for(), on_event=on_event)
        return caught.value

    with ThreadPoolExecutor(1) as threads:
        failure = threads.submit(call)
        assert running.wait(60)
        pool.close()
        assert (failure.result(60).code, failure.result().retry) == ("runner_closed", True)
    with pytest.raises(CallFailed, match="runner_closed"):
        pool.call(toy("Echo"), request_for())


def test_nothing_is_left_on_disk(
    make_pool: MakePool, request_for: MakeRequest, tmp_path: Path
) -> None:
    pool = make_pool()
    pool.call(toy("Echo"), request_for())
    pool.close()
    assert [path.name for path in (tmp_path / "run").iterdir()] == ["lock"]


def test_a_listener_that_raises_ends_the_call(pool: Pool, request_for: MakeRequest) -> None:
    def on_event(event: CallEvent) -> None:
        if event.kind == "running":
            raise KeyError("listener")

    with pytest.raises(KeyError):
        pool.call(toy("Patient"), request_for(), on_event=on_event)
    assert pool.snapshot() == []


def test_a_used_output_folder_is_a_mistake(pool: Pool, request_for: MakeRequest) -> None:
    request = request_for()
    (request.output_dir / "old.png").write_bytes(PNG)
    with pytest.raises(ValueError, match="not empty"):
        pool.call(toy("Echo"), request)


def test_a_function_is_installed_once_and_tells_of_it(
    runtime: ProcessRuntime, prepared: Prepared, request_for: MakeRequest
) -> None:
    def prepare(manifest: Manifest, on_line: Callable[[str], None], patience: Patience) -> Prepared:
        on_line(f"Installing {manifest.name}")
        return prepared

    pool = Pool(runtime, prepare)
    events: list[CallEvent] = []
    for _ in range(2):
        pool.call(toy("Echo"), request_for(), on_event=events.append)
    pool.close()
    lines = [event.line for event in events if event.kind == "preparing"]
    assert lines == ["Installing toy-echo"]


def test_an_installation_that_fails_is_the_machines_fault(
    runtime: ProcessRuntime, request_for: MakeRequest
) -> None:
    def prepare(manifest: Manifest, on_line: object, patience: object) -> Prepared:
        raise PackagesUnreachableError("No route.")

    pool = Pool(runtime, prepare)
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("Echo"), request_for())
    pool.close()
    assert (caught.value.code, caught.value.retry) == ("packages_unreachable", True)
    assert caught.value.detail == "No route."


class Slowly:
    """An installation without end, of which one can know that it has begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()

    def __call__(self, manifest: Manifest, on_line: object, patience: Patience) -> Prepared:
        self.begun.set()
        while True:
            patience.pause(0.01)


@pytest.mark.parametrize("how", ["cancelled", "runner_closed", "install_timed_out"])
def test_an_installation_ends_when_nobody_waits_for_it_any_more(
    runtime: ProcessRuntime, request_for: MakeRequest, how: str
) -> None:
    slowly = Slowly()
    pool = Pool(runtime, slowly, owns=False)
    limits = {"install_s": 0.2} if how == "install_timed_out" else {}
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(
            pool.call,
            toy("Echo", **limits),
            request_for(),
            cancelled=lambda: how == "cancelled" and slowly.begun.is_set(),
        )
        assert slowly.begun.wait(60)
        if how == "runner_closed":
            pool.close()
        with pytest.raises(CallFailed) as caught:
            call.result(60)
    pool.close()
    assert caught.value.code == how


def test_an_installation_holds_up_no_other_function(
    runtime: ProcessRuntime, prepared: Prepared, request_for: MakeRequest
) -> None:
    slowly, stop = Slowly(), threading.Event()

    def prepare(manifest: Manifest, on_line: object, patience: Patience) -> Prepared:
        return prepared if manifest.name == "toy-echo" else slowly(manifest, on_line, patience)

    pool = Pool(runtime, prepare, owns=False)
    with ThreadPoolExecutor(1) as threads:
        call = threads.submit(pool.call, toy("Steps"), request_for(), cancelled=stop.is_set)
        assert slowly.begun.wait(60)
        assert is_alive(pid_of(pool, request_for, toy("Echo")))
        stop.set()
        with pytest.raises(CallFailed, match="cancelled"):
            call.result(60)
    pool.close()
