"""A worker that is killed takes its functions along, and the next one clears the rest away."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.runner.orphans import Claim, sweep
from onmodel.runner.process import ProcessRuntime
from tests.runner.conftest import ROOT, await_true, is_alive

# A worker with a call of a function that never ends and has started a process of its own.
WORKER = """
import json, sys
from pathlib import Path
from onmodel.functions.installation import Prepared
from onmodel.runner.calls import CallRequest
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from tests.runner.conftest import toy

root, python_path = Path(sys.argv[1]), sys.argv[2]
prepared = Prepared(Path(sys.executable), root / "weights", {"PYTHONPATH": python_path})
pool = Pool(ProcessRuntime(root / "run"), lambda manifest, on_line, patience: prepared)
for name in ("in", "out"):
    (root / name).mkdir()

def on_event(event):
    if event.kind == "progress":
        function = pool.snapshot()[0].instance.rpartition("-")[2]
        print(json.dumps({"function": int(function), "child": int(event.stage)}), flush=True)

pool.call(toy("Stubborn"), CallRequest("c", {}, root / "in", root / "out"), on_event=on_event)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the death signal is Linux's")
def test_a_killed_worker_leaves_nothing(prepared: Prepared, tmp_path: Path) -> None:
    path = prepared.variables["PYTHONPATH"]
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path), path], cwd=ROOT, stdout=subprocess.PIPE
    ) as worker:
        assert worker.stdout is not None
        pids = json.loads(worker.stdout.readline())
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    await_true(lambda: not is_alive(pids["function"]))
    assert is_alive(pids["child"])

    ProcessRuntime(tmp_path / "run").close()

    await_true(lambda: not is_alive(pids["child"]))
    assert [one.name for one in (tmp_path / "run").iterdir()] == ["lock"]


def test_the_living_are_left_alone(tmp_path: Path) -> None:
    claim = Claim(tmp_path)
    environment = {"HOME": str(claim.folder / "scratch")}
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], env=environment, stdin=subprocess.PIPE
    ) as process:
        assert sweep(tmp_path) == []
        assert process.poll() is None
        process.kill()
    claim.release()
    assert not claim.folder.exists()


def test_strangers_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "worker-gone").mkdir()
    assert sweep(tmp_path) == []
    assert [one.name for one in tmp_path.iterdir()] == ["lock"]
