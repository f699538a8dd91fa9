"""Functions in real containers, and functions that try to get out of them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.runner import client
from onmodel.runner.calls import CallRequest, CallResult
from onmodel.runner.client import ProtocolError
from onmodel.runner.container import RUNTIME_LABEL, ContainerInstance, ContainerRuntime
from onmodel.runner.conversation import converse
from onmodel.runner.engine import Engine, EngineError, Order
from onmodel.runner.errors import CallFailed
from onmodel.runner.gpus import Ledger
from onmodel.runner.outputs import BadOutputError, collect
from onmodel.runner.pool import Pool
from onmodel.runner.startup import start
from onmodel.runner.variables import variables_for
from tests.runner.conftest import ROOT, MakeRequest, await_true, toy
from tests.support.engine import OwnEngine
from tests.support.nvml import StandIn
from tests.support.services import short_folder

PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)


@pytest.fixture
def pool(containers: ContainerRuntime, contained: Prepared) -> Iterator[Pool]:
    pool = Pool(containers, lambda manifest, on_line, patience: contained)
    yield pool
    pool.close()


def walls(name: str, **limits: float) -> Manifest:
    """Describe one of the functions that look at their walls."""
    made = toy(name, **limits)
    return made.model_copy(update={"entry": f"walls:{name}"})


def report_of(result: CallResult) -> dict[str, object]:
    report = result.outputs["report"]
    assert isinstance(report, dict)
    return dict(report)


def test_files_go_in_and_come_out(pool: Pool, request_for: MakeRequest) -> None:
    request = request_for(picture={"path": "ref/a.png"}, text="hi")
    (request.input_dir / "ref").mkdir()
    (request.input_dir / "ref" / "a.png").write_bytes(PNG)
    # as `onmodel function run` and a careful administrator leave them: for us alone
    for path, mode in ((request.input_dir, 0o700), (request.input_dir / "ref" / "a.png", 0o600)):
        path.chmod(mode)

    result = pool.call(toy("Echo"), request)

    (file,) = result.files
    assert file.path == request.output_dir / "pictures" / "copy.png"
    assert file.path.read_bytes() == PNG
    assert report_of(result)["text"] == "hi"


def test_a_second_call_finds_the_container_warm(pool: Pool, request_for: MakeRequest) -> None:
    events: list[str] = []
    pool.call(toy("Echo"), request_for())
    pool.call(toy("Echo"), request_for(), on_event=lambda event: events.append(event.kind))

    assert "starting" not in events
    (status,) = pool.snapshot()
    assert status.calls == 2


def test_a_function_has_nothing_but_its_folders(
    pool: Pool, request_for: MakeRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONMODEL_SECRET_KEY", "do not tell")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        request = request_for(picture={"path": "a.png"}, port=port)
        (request.input_dir / "a.png").write_bytes(PNG)
        # the machine itself gets through, so that the walls are what stops the function
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
        report = report_of(pool.call(walls("Looks"), request))

    assert report["interfaces"] == ["lo"]
    assert report["reached"] is False
    assert report["capabilities"] == 0
    assert report["new_privileges"] is False
    assert report["user"] != 0
    assert report["weights"] == "weights"
    assert report["writable"] == ["/run/onmodel", "/tmp", "/cache", "/dev/shm"]
    # of its memory: what was compiled there can be loaded
    assert report["runs_from"] == ["/cache"]
    assert report["control_group"] == "/"
    environment = report["environment"]
    assert isinstance(environment, dict)
    assert "ONMODEL_SECRET_KEY" not in environment
    assert environment["OMP_NUM_THREADS"] == "1"
    assert environment["TRITON_CACHE_DIR"] == "/cache/triton"


def test_the_engine_was_told_of_every_control(
    containers: ContainerRuntime, contained: Prepared, own: Engine
) -> None:
    manifest = toy("Echo", memory_mb=300, output_mb=7)
    instance = containers.start(manifest, contained)
    seen = own.inspect(instance.container)
    instance.kill()

    host = seen["HostConfig"]
    mib = 1024 * 1024
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert (host["Memory"], host["MemorySwap"]) == (300 * mib, 300 * mib)
    assert host["NanoCpus"] == 1_000_000_000
    assert host["PidsLimit"] == 256
    assert not host["Privileged"]
    assert {one["Name"]: one["Hard"] for one in host["Ulimits"]}["fsize"] == 7 * mib
    assert host["Tmpfs"].keys() == {"/tmp", "/cache"}
    assert "noexec" in host["Tmpfs"]["/tmp"].split(",")
    assert "exec" in host["Tmpfs"]["/cache"].split(",")
    assert all({"nosuid", "nodev"} <= set(one.split(",")) for one in host["Tmpfs"].values())
    assert host["ShmSize"] == 150 * mib
    assert (host["CgroupnsMode"], host["IpcMode"]) == ("private", "private")
    assert host["Runtime"] == "runc"
    assert sorted(one["Destination"] for one in seen["Mounts"] if one["RW"]) == [
        "/out",
        "/run/onmodel",
    ]
    assert seen["Config"]["Labels"]["onmodel.function"] == "toy-echo@1"


def test_a_runtime_that_was_asked_for_is_used_or_refused(
    engine: OwnEngine, run_folder: Path, contained: Prepared
) -> None:
    runtime = ContainerRuntime(run_folder, Engine(engine.host, runtime="runsc-of-nobody"))
    try:
        with pytest.raises(EngineError, match="runsc-of-nobody"):
            runtime.start(toy("Echo"), contained)
    finally:
        runtime.close()


def test_too_much_memory_ends_the_call_and_is_told_as_such(
    pool: Pool, request_for: MakeRequest
) -> None:
    manifest = walls("Grows", memory_mb=96)
    assert report_of(pool.call(manifest, request_for(text="16"))) == {"megabytes": 16}

    with pytest.raises(CallFailed) as caught:
        pool.call(manifest, request_for(text="400"))

    assert caught.value.code == "out_of_memory"
    assert pool.snapshot() == []


@pytest.mark.parametrize(
    ("how", "code", "detail"),
    [("segfault", "crashed", "signal 11"), ("vanish", "crashed", "exit status 3")],
)
def test_a_crash_is_told_with_the_last_words(
    pool: Pool, request_for: MakeRequest, how: str, code: str, detail: str
) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("Fails"), request_for(text=how))
    assert (caught.value.code, caught.value.detail) == (code, detail)
    assert "these are my last words" in caught.value.log


def test_cancel_is_heard(pool: Pool, request_for: MakeRequest) -> None:
    running = threading.Event()
    with pytest.raises(CallFailed) as caught:
        pool.call(
            toy("Patient"),
            request_for(),
            on_event=lambda event: running.set() if event.kind == "progress" else None,
            cancelled=running.is_set,
        )
    assert caught.value.code == "cancelled"
    (status,) = pool.snapshot()
    assert status.state == "idle"


def test_who_does_not_listen_is_ended(pool: Pool, request_for: MakeRequest) -> None:
    running = threading.Event()
    begun: list[float] = []

    def cancelled() -> bool:
        if running.is_set():
            begun.append(time.monotonic())
        return running.is_set()

    with pytest.raises(CallFailed) as caught:
        pool.call(
            toy("Stubborn", cancel_grace_s=0.5),
            request_for(),
            on_event=lambda event: running.set() if event.kind == "progress" else None,
            cancelled=cancelled,
        )
    assert caught.value.code == "cancelled"
    assert caught.value.detail == "did not stop within 0.5 s of being asked"
    assert time.monotonic() - begun[0] < 10
    assert pool.snapshot() == []


def test_the_deadline_ends_it(pool: Pool, request_for: MakeRequest) -> None:
    with pytest.raises(CallFailed) as caught:
        pool.call(toy("Stubborn", run_s=0.5, cancel_grace_s=0.2), request_for())
    assert caught.value.code == "timed_out"
    assert pool.snapshot() == []


def test_a_swapped_socket_leads_nowhere(
    containers: ContainerRuntime, contained: Prepared, request_for: MakeRequest
) -> None:
    """A function puts a link to another socket of the machine in the place of its own.

    That could be the container engine's, which does whatever root asks.
    """
    with short_folder() as place, socket.socket(socket.AF_UNIX) as listener:
        victim = place / "victim"
        listener.bind(str(victim))
        listener.listen()
        manifest = walls("SwapsSocket")
        instance = start(containers, manifest, contained, cancelled=lambda: False).instance
        try:
            run_on(instance, manifest, request_for(text=str(victim)))
            assert instance.socket.is_symlink()

            # what a careless worker does: it is talking to the victim now
            with socket.socket(socket.AF_UNIX) as careless:
                careless.connect(str(instance.socket))
                listener.accept()[0].close()

            with pytest.raises(ProtocolError, match="is not a socket"):
                client.health(instance, timeout_s=5)
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.accept()
        finally:
            instance.kill()


def test_a_linked_output_is_not_read(
    containers: ContainerRuntime, contained: Prepared, request_for: MakeRequest, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(PNG + b"a key of the machine")
    manifest, request = walls("LinksOutput"), request_for(text=str(secret))
    ready = start(containers, manifest, contained, cancelled=lambda: False)
    try:
        with ready.instance.exchange(request) as exchange:
            ended = converse(
                *(ready.instance, manifest, request, exchange),
                on_event=lambda event: None,
                cancelled=lambda: False,
            )
            outputs = ended.snapshot.output
            assert outputs is not None
            assert outputs == {"image": {"path": "image.png", "media_type": "image/png"}}

            # what a careless worker does: it hands out the key
            assert (exchange.written / "image.png").read_bytes() == secret.read_bytes()

            with pytest.raises(BadOutputError, match="reached through a link"):
                collect(
                    *(exchange.written, outputs, ready.schema),
                    max_bytes=1024,
                    into=request.output_dir,
                )
        assert list(request.output_dir.iterdir()) == []
    finally:
        ready.instance.kill()


def test_what_was_checked_is_what_is_kept(pool: Pool, request_for: MakeRequest) -> None:
    request = request_for()
    (file,) = pool.call(walls("RewritesOutput"), request).files
    content = file.path.read_bytes()
    assert file.path.parent == request.output_dir
    assert file.bytes == len(content)
    assert content.startswith(PNG)


def test_the_engine_is_asked_for_exactly_the_one_gpu(contained: Prepared, own: Engine) -> None:
    order = Order(
        name="with-gpu",
        image=str(contained.image),
        command=(),
        variables=variables_for(contained, "/tmp"),
        labels={},
        binds=(),
        user="65534:65534",
        memory_mb=64,
        file_mb=1,
        gpu="GPU-large",
    )
    with_gpu, without = own.create(order), own.create(replace(order, name="without", gpu=None))
    try:
        (request,) = own.inspect(with_gpu)["HostConfig"]["DeviceRequests"]
        assert (request["DeviceIDs"], request["Count"]) == (["GPU-large"], 0)
        assert request["Capabilities"] == [["gpu", "compute", "utility"]]
        config = own.inspect(without)
        assert not config["HostConfig"]["DeviceRequests"]
        assert "NVIDIA_VISIBLE_DEVICES=void" in config["Config"]["Env"]
    finally:
        own.remove(with_gpu)
        own.remove(without)


def test_an_engine_that_has_no_gpus_says_so_and_nothing_stays_set_aside(
    containers: ContainerRuntime,
    contained: Prepared,
    request_for: MakeRequest,
    nvml: StandIn,
    tmp_path: Path,
) -> None:
    nvml.add("GPU-large", 24_000)
    ledger = Ledger(tmp_path / "gpus", nvml.meter())
    pool = Pool(
        containers, lambda manifest, on_line, patience: contained, ledger=ledger, owns=False
    )
    try:
        with pytest.raises(CallFailed) as caught:
            pool.call(toy("Echo"), replace(request_for(), vram_mb=8_000))
        assert caught.value.code == "start_failed"
        assert "gpu" in caught.value.detail
        assert [room.reserved_mb for room in ledger.rooms()] == [0]
    finally:
        pool.close()


def test_memory_is_measured_from_outside(containers: ContainerRuntime, contained: Prepared) -> None:
    instance = start(containers, toy("Echo"), contained, cancelled=lambda: False).instance
    memory = instance.memory_mb()
    assert memory is not None
    assert 5 < memory < 200
    instance.kill()
    assert instance.memory_mb() is None


def test_only_processes_of_the_container_may_answer(
    containers: ContainerRuntime, contained: Prepared
) -> None:
    instance = containers.start(toy("Echo"), contained)
    assert not instance.owns(os.getpid())
    instance.kill()


WORKER = """
import os, signal, sys
from pathlib import Path
from onmodel.functions.installation import Prepared
from onmodel.runner.container import ContainerRuntime
from onmodel.runner.engine import Engine, Order
from onmodel.runner.startup import start
from onmodel.runner.variables import variables_for
from tests.runner.conftest import toy

folder, host, image, weights = sys.argv[1:]
runtime = ContainerRuntime(Path(folder), Engine(host))
prepared = Prepared(None, Path(weights), image=image)
print(start(runtime, toy("Echo"), prepared, cancelled=lambda: False).instance.container, flush=True)
signal.pause()
"""


def test_a_killed_worker_leaves_nothing_to_the_next(
    engine: OwnEngine, own: Engine, run_folder: Path, contained: Prepared
) -> None:
    arguments = [str(run_folder), engine.host, str(contained.image), str(contained.weights)]
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    killed, living = workers
    assert killed.stdout is not None
    assert living.stdout is not None
    orphan, other = killed.stdout.readline().strip(), living.stdout.readline().strip()
    assert own.inspect(orphan)["State"]["Running"]

    killed.kill()
    killed.communicate()
    # it ends by itself, since nobody holds its standard input any more
    await_true(lambda: not own.inspect(orphan)["State"]["Running"], within_s=30)

    runtime = ContainerRuntime(run_folder, Engine(engine.host))
    left = [one.id for one in own.find(f"{RUNTIME_LABEL}={run_folder}")]
    runtime.close()
    assert left == [other]

    living.send_signal(signal.SIGKILL)
    living.communicate()
    ContainerRuntime(run_folder, Engine(engine.host)).close()
    assert own.find(f"{RUNTIME_LABEL}={run_folder}") == []


def test_a_container_that_ended_while_idle_is_replaced(
    pool: Pool, request_for: MakeRequest, own: Engine, run_folder: Path
) -> None:
    first = report_of(pool.call(toy("Echo"), request_for()))
    (container,) = own.find(f"{RUNTIME_LABEL}={run_folder}")
    own.remove(container.id)
    await_true(lambda: own.find(f"{RUNTIME_LABEL}={run_folder}") == [])

    assert report_of(pool.call(toy("Echo"), request_for()))["text"] == first["text"]


def run_on(instance: object, manifest: Manifest, request: CallRequest) -> None:
    """Run a call on an instance, past the pool."""
    assert isinstance(instance, ContainerInstance)
    with instance.exchange(request) as exchange:
        ended = converse(
            *(instance, manifest, request, exchange),
            on_event=lambda event: None,
            cancelled=lambda: False,
        )
    assert ended.snapshot.status == "succeeded"
