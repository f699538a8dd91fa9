"""Functions in containers: no network, nothing to write but three folders, no privilege.

What a container may not do is in `engine.py`; what it is given is here. It may be hostile all the
same, so nothing that it can write is believed: its socket is checked by `client.py`, and what it
wrote is copied out of its reach while it is checked by `outputs.py`.
"""

import os
import shutil
import tempfile
import threading
import uuid
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest
from onmodel.runner.calls import CallRequest
from onmodel.runner.engine import CACHE, Bind, Closable, Engine, EngineError, Order
from onmodel.runner.errors import unwritten
from onmodel.runner.orphans import Claim, sweep
from onmodel.runner.process import LINE_BYTES, TAIL_LINES, memory_of
from onmodel.runner.runtime import Exchange
from onmodel.runner.variables import variables_for

# Where a function finds its folders.
INPUTS, OUTPUTS, WEIGHTS, SOCKETS = "/in", "/out", "/weights", "/run/onmodel"
ADAPTER = "/opt/onmodel"
# Whose containers they are: the folder of all workers, the folder of the one, the function.
RUNTIME_LABEL, WORKER_LABEL = "onmodel.runtime", "onmodel.worker"
FUNCTION_LABEL = "onmodel.function"
# Libraries that compile for the GPU put there what they load afterwards.
_CACHES = {
    "TRITON_CACHE_DIR": f"{CACHE}/triton",
    "TORCHINDUCTOR_CACHE_DIR": f"{CACHE}/inductor",
}
_NOBODY = 65534
_READABLE_BY_ALL = 0o004
_LOST = 255
_SIGNALLED = 128


@dataclass(frozen=True)
class _Folders:
    """An instance's folders. A folder that the container may write has no other use."""

    root: Path
    inputs: Path
    outputs: Path
    sockets: Path
    weights: Path

    @classmethod
    def make(cls, root: Path) -> "_Folders":
        made = cls(root, *(root / name for name in ("in", "out", "socket", "weights")))
        for folder in (made.inputs, made.outputs, made.sockets, made.weights):
            _make_open(folder)
        _give(made.sockets)
        return made


class ContainerInstance:
    """A function running as a container."""

    def __init__(
        self, name: str, engine: Engine, container: str, folders: _Folders, lifeline: Closable
    ) -> None:
        self._name = name
        self._engine = engine
        self._container = container
        self._folders = folders
        self._lifeline = lifeline
        self._ended = threading.Event()
        self._status = _LOST
        self._out_of_memory = False
        self._killing = threading.Lock()
        self._killed = False
        self._pid: int | None = None
        threading.Thread(target=self._watch, name=f"watch-{self.id}", daemon=True).start()

    @property
    def id(self) -> str:
        return f"{self._name}-{self._container[:12]}"

    @property
    def container(self) -> str:
        """The engine's name for it."""
        return self._container

    @property
    def socket(self) -> Path:
        return self._folders.sockets / "socket"

    def owns(self, pid: int) -> bool:
        # Pids of a container are its own inside; out here its control group tells whose they are.
        with suppress(OSError):
            return self._container in Path(f"/proc/{pid}/cgroup").read_text()
        return False

    def covers(self, pid: int) -> bool:
        return self.owns(pid)

    def memory_mb(self) -> float | None:
        # Not the engine's own figures, which it takes up to a second to answer with.
        if self._pid is None:
            with suppress(EngineError):
                self._pid = int(self._engine.inspect(self._container)["State"]["Pid"])
        # The engine says 0 for one that has ended.
        return memory_of(self._pid) if self._pid else None

    @contextmanager
    def exchange(self, request: CallRequest) -> Generator[Exchange]:
        name = uuid.uuid4().hex
        inputs, outputs = self._folders.inputs / name, self._folders.outputs / name
        try:
            try:
                _lend_folder(request.input_dir, inputs)
                outputs.mkdir(mode=0o700)
                _give(outputs)
            except OSError as error:
                raise unwritten(error, otherwise="start_failed") from error
            yield Exchange(f"{INPUTS}/{name}", f"{OUTPUTS}/{name}", outputs)
        finally:
            shutil.rmtree(inputs, ignore_errors=True)
            shutil.rmtree(outputs, ignore_errors=True)

    def wait(self, timeout_s: float) -> int | None:
        return self._status if self._ended.wait(timeout_s) else None

    def out_of_memory(self) -> bool:
        return self._out_of_memory

    def log_tail(self) -> str:
        try:
            text = self._engine.log(self._container, TAIL_LINES)
        except EngineError:
            return ""
        lines = text[-TAIL_LINES * LINE_BYTES :].splitlines()[-TAIL_LINES:]
        return "\n".join(line[:LINE_BYTES].decode("utf-8", "replace") for line in lines)

    def kill(self) -> None:
        with self._killing:
            if self._killed:
                return
            self._killed = True
            # An engine that does not answer leaves it to the next worker's sweep.
            with suppress(EngineError):
                self._engine.remove(self._container)
            self._lifeline.close()
            shutil.rmtree(self._folders.root, ignore_errors=True)

    def _watch(self) -> None:
        """Learn of the end, and why, while the engine still knows it."""
        with suppress(EngineError):
            status = self._engine.wait(self._container)
            self._status = _SIGNALLED - status if status > _SIGNALLED else status
            self._out_of_memory = bool(self._engine.inspect(self._container)["State"]["OOMKilled"])
        self._ended.set()


class ContainerRuntime:
    """Starts functions as containers.

    Args:
        folder: where each instance gets its folders; several workers may share it. Containers and
            folders that workers left there when they were killed are removed.
        engine: the container engine, on this machine; closed with the runtime.

    Raises:
        EngineError: the engine does not answer.
    """

    def __init__(self, folder: Path, engine: Engine) -> None:
        self._engine = engine
        self._folder = folder.absolute()
        sweep(self._folder)
        try:
            self._remove_orphans()
        except BaseException:
            engine.close()
            raise
        self._claim = Claim(self._folder)

    def start(
        self, manifest: Manifest, prepared: Prepared, *, gpu: str | None = None
    ) -> ContainerInstance:
        folders = self._make_folders(manifest)
        try:
            order = self._order(manifest, prepared, folders, gpu=gpu)
            return self._launch(manifest, order, folders)
        except BaseException:
            shutil.rmtree(folders.root, ignore_errors=True)
            raise

    def probe(self, manifest: Manifest, prepared: Prepared, program: str) -> tuple[int, bool, str]:
        """Run a Python program in the place of the function, behind the same walls.

        Returns its exit status (negative for a signal), whether it ended for want of memory, and
        what it printed last.

        Raises:
            OSError: the engine refused, or the program did not end within `startup_s`.
        """
        folders = self._make_folders(manifest)
        try:
            ordered = self._order(manifest, prepared, folders)
            order = replace(ordered, entrypoint=("python", "-c"), command=(program,))
            instance = self._launch(manifest, order, folders)
        except BaseException:
            shutil.rmtree(folders.root, ignore_errors=True)
            raise
        try:
            status = instance.wait(manifest.limits.startup_s)
            if status is None:
                raise EngineError("the program did not end")
            return status, instance.out_of_memory(), instance.log_tail()
        finally:
            instance.kill()

    def close(self) -> None:
        self._claim.release()
        self._engine.close()

    def _make_folders(self, manifest: Manifest) -> _Folders:
        prefix = f"{manifest.name}-"
        return _Folders.make(Path(tempfile.mkdtemp(prefix=prefix, dir=self._claim.folder)))

    def _launch(self, manifest: Manifest, order: Order, folders: _Folders) -> ContainerInstance:
        container = self._engine.create(order)
        lifeline: Closable | None = None
        try:
            lifeline = self._engine.hold(container)
            self._engine.start(container)
        except BaseException:
            if lifeline is not None:
                lifeline.close()
            self._engine.remove(container)
            raise
        return ContainerInstance(manifest.name, self._engine, container, folders, lifeline)

    def _order(
        self, manifest: Manifest, prepared: Prepared, folders: _Folders, *, gpu: str | None = None
    ) -> Order:
        if prepared.image is None:
            raise EngineError(f"{manifest.name} has no image")
        return Order(
            name=f"onmodel-{folders.root.name}-{uuid.uuid4().hex[:8]}",
            image=prepared.image,
            # an image of somebody else's gets our adapter for its entry point
            entrypoint=("python", "-m", "onmodel_function") if prepared.adapter else None,
            command=(
                *("--entry", manifest.entry, "--weights", WEIGHTS),
                *("--socket", f"{SOCKETS}/socket", "--end-with-input"),
            ),
            variables={**_CACHES, **variables_for(prepared, "/tmp")},  # noqa: S108 - its own
            labels={
                RUNTIME_LABEL: str(self._folder),
                WORKER_LABEL: str(self._claim.folder),
                FUNCTION_LABEL: manifest.key,
            },
            binds=(
                Bind(folders.inputs, INPUTS),
                Bind(folders.outputs, OUTPUTS, writable=True),
                Bind(folders.sockets, SOCKETS, writable=True),
                Bind(folders.weights, WEIGHTS),
                *_weights(prepared.weights, folders.weights),
                *([Bind(prepared.adapter, ADAPTER)] if prepared.adapter else []),
            ),
            user=":".join(map(str, _account())),
            memory_mb=manifest.limits.memory_mb,
            file_mb=manifest.limits.output_mb,
            gpu=gpu,
        )

    def _remove_orphans(self) -> None:
        """Remove the containers whose worker is gone, and with it its folder."""
        for one in self._engine.find(f"{RUNTIME_LABEL}={self._folder}"):
            if not Path(one.labels.get(WORKER_LABEL, "")).is_dir():
                self._engine.remove(one.id)


def _weights(source: Path, target: Path) -> Sequence[Bind]:
    """Bind each file to its name; the folder holds links, which lead nowhere in a container."""
    binds: list[Bind] = []
    for path in sorted(source.rglob("*")):
        place = target / path.relative_to(source)
        if path.is_dir():
            place.mkdir(parents=True, exist_ok=True)
        elif path.is_file():
            # Something to mount on, since the folder is read-only by then.
            place.parent.mkdir(parents=True, exist_ok=True)
            place.touch()
            inside = f"{WEIGHTS}/{path.relative_to(source).as_posix()}"
            binds.append(Bind(path.resolve(), inside))
    return binds


def _account() -> tuple[int, int]:
    """Return who a function is inside: nobody, or whoever we are, if we are not root."""
    return (_NOBODY, _NOBODY) if os.getuid() == 0 else (os.getuid(), os.getgid())


def _give(folder: Path) -> None:
    if os.getuid() == 0:
        os.chown(folder, *_account())


def _make_open(folder: Path) -> None:
    """Make a folder that a container may look into, whatever our umask says."""
    folder.mkdir()
    folder.chmod(0o755)


def _lend_folder(source: Path, target: Path) -> None:
    """Bring a folder to where the container reads it; its own modes may keep others out."""
    _make_open(target)
    for path in source.iterdir():
        if path.is_dir():
            _lend_folder(path, target / path.name)
        else:
            _lend(path, target / path.name)


def _lend(source: Path, target: Path) -> None:
    """Bring a file to where the container reads it, without a copy where that is possible."""
    if source.stat().st_mode & _READABLE_BY_ALL:
        with suppress(OSError):
            target.hardlink_to(source)
            return
    shutil.copyfile(source, target)
    target.chmod(0o444)
