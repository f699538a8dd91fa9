"""The process ends with its parent, and for nobody's Ctrl-C."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HANDLER = """
from dataclasses import dataclass
from onmodel_function import Context, Function, field

@dataclass
class Nothing:
    word: str = field("A word.", default="")

class Quiet(Function[Nothing, Nothing]):
    def setup(self, weights):
        print("set up", flush=True)

    def run(self, inputs: Nothing, context: Context) -> Nothing:
        return inputs
"""
ORPHANED = 70


@pytest.fixture
def start(tmp_path: Path) -> Iterator["Start"]:
    (tmp_path / "quiet.py").write_text(HANDLER)
    starter = Start(tmp_path)
    yield starter
    for process in starter.started:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()


class Start:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.started: list[subprocess.Popen[str]] = []

    def __call__(self, parent_pid: int | None) -> "subprocess.Popen[str]":
        source = Path(__file__).parents[1] / "src"
        tie = ["--end-with-input"] if parent_pid is None else ["--parent-pid", str(parent_pid)]
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "onmodel_function", "--entry", "quiet:Quiet"),
                *("--socket", "socket", "--weights", ".", *tie),
            ],
            cwd=self._folder,
            env={"PYTHONPATH": f"{source}:{self._folder}"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process


def test_it_ends_when_its_parent_lets_go(start: Start) -> None:
    process = start(os.getpid())
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "set up\n"
    process.stdin.close()
    assert process.wait(120) == ORPHANED


def test_it_ends_with_its_input_whoever_its_parent_is(start: Start) -> None:
    process = start(None)
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == "set up\n"
    process.stdin.close()
    assert process.wait(120) == ORPHANED


def test_it_does_not_start_for_a_parent_that_is_gone(start: Start) -> None:
    assert start(parent_pid=1).wait(120) == ORPHANED


def test_an_interrupt_is_left_to_the_supervisor(start: Start) -> None:
    process = start(os.getpid())
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.stdin.close()
    assert process.wait(120) == ORPHANED
