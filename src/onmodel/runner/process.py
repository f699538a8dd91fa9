"""The process runtime: a function in its own environment, session and scratch folder.

It keeps accidents apart, not attackers: the function runs as our user, sees our files and our
network. `docs/functions.md` lists what is isolated and what is not.
"""

import os
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import IO

import psutil

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.runner.calls import CallRequest
from onmodel.runner.orphans import Claim, sweep
from onmodel.runner.runtime import Exchange
from onmodel.runner.variables import variables_for

TAIL_LINES = 60
LINE_BYTES = 4_000
# More together than a pipe holds.
_READ_BYTES, _TAIL_READS = 65_536, 4


class ProcessInstance:
    """A function running as a child process."""

    def __init__(self, name: str, process: "subprocess.Popen[bytes]", folder: Path) -> None:
        self._name = name
        self._process = process
        self._folder = folder
        self._tail: deque[str] = deque(maxlen=TAIL_LINES)
        self._partial = b""
        self._at_end = False
        self._reading = threading.Lock()
        self._ending = threading.Lock()
        self._ended = False
        self._reader = threading.Thread(
            target=self._read_output, name=f"output-{self.id}", daemon=True
        )
        self._reader.start()

    @property
    def id(self) -> str:
        return f"{self._name}-{self._process.pid}"

    @property
    def socket(self) -> Path:
        return self._folder / "socket"

    def owns(self, pid: int) -> bool:
        return pid == self._process.pid

    def covers(self, pid: int) -> bool:
        with suppress(ProcessLookupError):
            return os.getsid(pid) == self._process.pid
        return False

    def memory_mb(self) -> float | None:
        return memory_of(self._process.pid)

    def exchange(self, request: CallRequest) -> AbstractContextManager[Exchange]:
        folders = str(request.input_dir), str(request.output_dir)
        return nullcontext(Exchange(*folders, request.output_dir))

    def wait(self, timeout_s: float) -> int | None:
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            return None

    def out_of_memory(self) -> bool:
        # The limit makes an allocation fail, and the function says so itself.
        return False

    def log_tail(self) -> str:
        # What it printed last may still be in the pipe. Not until the end of that: the function may
        # live, or a process that it started may hold it open.
        for _ in range(_TAIL_READS):
            if not self._read_some():
                break
        with self._reading:
            rest = [_text(self._partial)] if self._partial else []
            return "\n".join([*self._tail, *rest][-TAIL_LINES:])

    def kill(self) -> None:
        with self._ending:
            if self._ended:
                return
            # Once only: when the last of the group is gone, its number may become another's.
            self._ended = True
            # The whole group, since a function may have started processes of its own.
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdin is not None:
                self._process.stdin.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read_output(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            while not self._at_end:
                _readable(output, None)
                self._read_some()

    def _read_some(self) -> bool:
        """Take in what is in the pipe now; say whether there was anything."""
        output = self._process.stdout
        assert output is not None
        with self._reading:
            if self._at_end or not _readable(output, 0):
                return False
            taken = os.read(output.fileno(), _READ_BYTES)
            if not taken:
                self._at_end = True
                return False
            *lines, self._partial = (self._partial + taken).split(b"\n")
            self._partial = self._partial[-LINE_BYTES:]
            self._tail.extend(_text(line) for line in lines)
            return True


def memory_of(pid: int) -> float | None:
    """Return the MiB that a process and all that it started hold; None when it is gone."""
    try:
        own = psutil.Process(pid)
        held = [one.memory_info().rss for one in (own, *own.children(recursive=True))]
    except psutil.Error:
        return None
    return sum(held) / (1024 * 1024)


def _readable(output: IO[bytes], wait_ms: int | None) -> bool:
    """Say whether there is something to read, or the end; None waits for it."""
    ready = select.poll()
    ready.register(output, select.POLLIN)
    return bool(ready.poll(wait_ms))


def _text(line: bytes) -> str:
    return line[:LINE_BYTES].decode("utf-8", "replace")


class ProcessRuntime:
    """Starts functions as processes.

    Args:
        folder: where sockets and scratch folders go, each in a folder of its own; several
            workers may share it. What workers that were killed left there is cleared away.
    """

    def __init__(self, folder: Path) -> None:
        sweep(folder)
        self._claim = Claim(folder)
        # Linux sends the death signal when the *thread* that started the process ends, so one
        # thread that lives as long as we do starts them all.
        self._launcher = ThreadPoolExecutor(1, thread_name_prefix="launcher")

    def start(
        self, manifest: Manifest, prepared: Prepared, *, gpu: str | None = None
    ) -> ProcessInstance:
        try:
            return self._launcher.submit(self._start, manifest, prepared, gpu).result()
        except RuntimeError as error:
            raise OSError("the runtime is closed") from error

    def close(self) -> None:
        self._launcher.shutdown()
        self._claim.release()

    def _start(self, manifest: Manifest, prepared: Prepared, gpu: str | None) -> ProcessInstance:
        folder = Path(tempfile.mkdtemp(prefix=f"{manifest.name}-", dir=self._claim.folder))
        scratch = folder / "scratch"
        scratch.mkdir()
        if prepared.python is None:
            raise OSError(f"{manifest.name} has no environment")
        arguments = [
            str(prepared.python),
            # The scratch folder must not be where modules come from.
            *("-P", "-m", "onmodel_function"),
            *("--entry", manifest.entry, "--weights", str(prepared.weights.absolute())),
            # Relative: the full path may be longer than a socket's name can be.
            *("--socket", "../socket", "--parent-pid", str(os.getpid())),
        ]
        try:
            process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                cwd=scratch,
                env=_environment(prepared, prepared.python, scratch, gpu),
                start_new_session=True,
            )
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        _limit(process.pid, manifest)
        return ProcessInstance(manifest.name, process, folder)


def _environment(
    prepared: Prepared, python: Path, scratch: Path, gpu: str | None
) -> Mapping[str, str]:
    return {
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        # CUDA knows GPUs by their UUIDs, too, and shows this one alone; an empty list shows none.
        "CUDA_VISIBLE_DEVICES": gpu or "",
        **variables_for(prepared, str(scratch)),
    }


def _limit(pid: int, manifest: Manifest) -> None:
    """Bound what an accident can take.

    From outside, since code between fork and exec is not safe in a process with threads.
    """
    if sys.platform != "linux":
        return
    memory = manifest.limits.memory_mb * 1024 * 1024
    output = manifest.limits.output_mb * 1024 * 1024
    wanted = {
        # Writable private memory. RLIMIT_AS would count mapped weights and reserved addresses.
        resource.RLIMIT_DATA: memory,
        resource.RLIMIT_FSIZE: output,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 1024,
    }
    for kind, limit in wanted.items():
        try:
            _, hard = resource.prlimit(pid, kind)
            value = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.prlimit(pid, kind, (value, value))
        except ProcessLookupError:
            return
