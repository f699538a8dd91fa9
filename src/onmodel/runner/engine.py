"""The few things that we ask of a container engine. Only this module knows docker-py.

Docker's engine and Podman's Docker-compatible socket answer the same questions.
"""

import queue
import re
import socket
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

import docker
from docker.errors import APIError, BuildError, DockerException, NotFound
from docker.types import DeviceRequest, LogConfig, Mount, Ulimit
from requests.exceptions import RequestException

from onmodel.functions.patience import POLL_S, Patience

_MIB = 1024 * 1024
# The engine prints what went to standard error in red, word by word.
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
# Enough for the threads of the numerical libraries, and an end to a fork bomb.
_PROCESSES = 256
# CUDA starts threads of its own, several for every library that uses it.
_PROCESSES_WITH_GPU = 1024
_OPEN_FILES = 1024
# Processes of all containers together, since they share a user; unless it is told, Podman asks for
# more than some machines allow.
_OF_ONE_USER = 16_384
_ONE_CORE = 1_000_000_000
_SCRATCH_MB = 512
# Where a container may run what it wrote: compilers of kernels load their work as a library.
CACHE, _CACHE_MB = "/cache", 256
_ANSWER_S = 60
_RUNC, _NVIDIA = "runc", "nvidia"
# Kept for the next question; each warm container has one more, on which we wait for its end.
_CONNECTIONS = 16


class EngineError(OSError):
    """The container engine did not answer, or refused."""


class Closable(Protocol):
    """Something that stays open until it is closed."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Bind:
    """A folder or file of ours that the container sees at `target`."""

    source: Path
    target: str
    writable: bool = False


@dataclass(frozen=True)
class Order:
    """A container to be made. What every container is denied is not for the order to say.

    Attributes:
        image: name of the image.
        command: added to the image's entry point.
        entrypoint: instead of the image's own.
        user: `UID:GID` inside.
        memory_mb: limit for all its processes, its scratch folder included; there is no swap.
        file_mb: limit for the size of one file.
        gpu: UUID of the one GPU that it gets; None for none.
    """

    name: str
    image: str
    command: Sequence[str]
    variables: Mapping[str, str]
    labels: Mapping[str, str]
    binds: Sequence[Bind]
    user: str
    memory_mb: int
    file_mb: int
    entrypoint: Sequence[str] | None = None
    gpu: str | None = None


@dataclass(frozen=True)
class Start:
    """What an image runs when nobody says otherwise, and in which folder."""

    command: Sequence[str]
    folder: str


@dataclass(frozen=True)
class Image:
    """An image that the engine has."""

    name: str
    bytes: int


@dataclass(frozen=True)
class Found:
    """A container that the engine knows."""

    id: str
    labels: Mapping[str, str]


class Engine:
    """Talks to the engine. Every method may be used from every thread, and raises `EngineError`.

    Args:
        host: the engine's socket, such as `unix:///var/run/docker.sock`. It has to be on this
            machine, since folders are shared with the containers.
        runtime: what containers run in, such as `runc` or gVisor's `runsc`; by default what the
            engine has for its default.
    """

    def __init__(self, host: str, *, runtime: str | None = None) -> None:
        self._host = host
        self._runtime = runtime
        self._default_runtime: str | None = None
        self._connected: Any = None
        self._connecting = threading.Lock()

    def close(self) -> None:
        """Hang up."""
        with self._connecting:
            if self._connected is not None:
                self._connected.close()
                self._connected = None

    def version(self) -> str:
        """Return the engine's version."""
        with _translated():
            return str(self._client().version()["Version"])

    def has_image(self, name: str) -> bool:
        """Whether an image is on this machine."""
        with _translated():
            try:
                self._client().inspect_image(name)
            except NotFound:
                return False
            return True

    def images(self, repository: str) -> list[Image]:
        """Return the images `REPOSITORY/NAME:TAG`, one for each tag."""
        with _translated():
            found = self._client().images(filters={"reference": f"{repository}/*"})
            named = [
                # Podman says of what was made here that it comes from localhost
                Image(str(name).removeprefix("localhost/"), int(one["Size"]))
                for one in found
                for name in one["RepoTags"] or []
            ]
            return [image for image in named if image.name.startswith(f"{repository}/")]

    def runs_from(self, image: str) -> bool:
        """Whether there is a container of an image, running or not."""
        with _translated():
            return bool(self._client().containers(all=True, filters={"ancestor": image}))

    def remove_image(self, name: str) -> None:
        """Remove an image; the engine refuses while a container is made of it."""
        with _translated(), suppress(NotFound):
            self._client().remove_image(name)

    def pull(self, name: str, patience: Patience) -> Generator[str]:
        """Fetch an image from its registry and yield what the engine tells.

        Raises:
            ProblemError: see `Patience.check`; the engine has been told to stop.
        """

        def ask(line: _Line) -> Iterator[dict[str, Any]]:
            parts: Iterator[dict[str, Any]] = line.pull(name, stream=True, decode=True)
            return parts

        for part in self._parts(ask, patience):
            if "progress" not in part and part.get("status"):
                yield str(part["status"])

    def start_of(self, name: str) -> Start:
        """Return how an image starts by itself."""
        with _translated():
            config = self._client().inspect_image(name)["Config"]
            return Start(
                command=[*(config.get("Entrypoint") or []), *(config.get("Cmd") or [])],
                folder=config.get("WorkingDir") or "/",
            )

    def build(
        self,
        context: IO[bytes],
        *,
        dockerfile: str,
        name: str,
        arguments: Mapping[str, str],
        patience: Patience,
    ) -> Generator[str]:
        """Build an image from a tar archive and yield what the engine prints.

        Raises:
            ProblemError: see `Patience.check`; the engine has been told to stop.
        """

        def ask(line: _Line) -> Iterator[dict[str, Any]]:
            parts: Iterator[dict[str, Any]] = line.build(
                fileobj=context,
                custom_context=True,
                dockerfile=dockerfile,
                tag=name,
                buildargs=dict(arguments),
                rm=True,
                forcerm=True,
                decode=True,
                timeout=None,
            )
            return parts

        rest = ""
        for part in self._parts(ask, patience):
            *lines, rest = (rest + _COLOURS.sub("", part.get("stream", ""))).split("\n")
            yield from filter(None, map(str.strip, lines))

    def _parts(
        self, ask: "Callable[[_Line], Iterator[dict[str, Any]]]", patience: Patience
    ) -> Generator[dict[str, Any]]:
        """Yield what the engine tells while it works.

        A thread listens, on a line of its own, so that silence keeps nobody from hearing that it is
        not wanted any more. Hanging up is how the engine is told to stop.
        """
        heard: queue.SimpleQueue[dict[str, Any] | Exception | None] = queue.SimpleQueue()
        with _translated():
            line = _Line(base_url=self._host, version=self._client().api_version)

        def listen() -> None:
            try:
                for part in ask(line):
                    heard.put(part)
                    if line.hung_up:
                        break
                heard.put(None)
            except Exception as error:  # noqa: BLE001 - told to whoever waits
                heard.put(error)
            finally:
                line.hang_up()

        threading.Thread(target=listen, name="engine", daemon=True).start()
        try:
            while True:
                patience.check()
                try:
                    part = heard.get(timeout=POLL_S)
                except queue.Empty:
                    continue
                if part is None:
                    return
                if isinstance(part, Exception):
                    with _translated():
                        raise part
                if "error" in part:
                    raise EngineError(str(part["error"]).strip())
                yield part
        finally:
            line.hang_up()

    def create(self, order: Order) -> str:
        """Make a container, with every control that we know; return its id."""
        with _translated():
            client = self._client()
            made = client.create_container(
                order.image,
                list(order.command),
                name=order.name,
                entrypoint=None if order.entrypoint is None else list(order.entrypoint),
                user=order.user,
                environment=dict(order.variables),
                labels=dict(order.labels),
                working_dir="/tmp",  # noqa: S108 - the container's own
                # Closed by the engine when whoever attached to it lets go, or ends.
                stdin_open=True,
                host_config=_host_config(client, order, self._runtime_for(order)),
            )
            return str(made["Id"])

    def _runtime_for(self, order: Order) -> str:
        """Name the low-level runtime, so that the container says itself what it runs in.

        NVIDIA's hands out what the image wishes for, and is for those that get a GPU.
        """
        if self._runtime is not None:
            return self._runtime
        if self._default_runtime is None:
            self._default_runtime = str(self._client().info()["DefaultRuntime"])
        plain = self._default_runtime == _NVIDIA and order.gpu is None
        return _RUNC if plain else self._default_runtime

    def start(self, container: str) -> None:
        """Start a container."""
        with _translated():
            self._client().start(container)

    def hold(self, container: str) -> Closable:
        """Attach to standard input, before the start; it closes when we do, however we end."""
        with _translated():
            client = self._client()
            return _Lifeline(client.attach_socket(container, params={"stdin": 1, "stream": 1}))

    def wait(self, container: str) -> int:
        """Wait for the end; return the exit status as the engine tells it."""
        with _translated():
            return int(self._client().wait(container, timeout=None)["StatusCode"])

    def inspect(self, container: str) -> dict[str, Any]:
        """Return everything that the engine knows about a container."""
        with _translated():
            return dict(self._client().inspect_container(container))

    def log(self, container: str, lines: int) -> bytes:
        """Return the last lines that a container printed."""
        with _translated():
            return bytes(self._client().logs(container, tail=lines))

    def remove(self, container: str) -> None:
        """End a container with SIGKILL and remove it; nothing happens if there is none."""
        with _translated():
            try:
                self._client().remove_container(container, force=True, v=True)
            except NotFound:
                return
            except APIError as error:
                # Somebody else is removing it at this moment.
                if error.status_code != 409:
                    raise

    def find(self, label: str) -> list[Found]:
        """Return the containers with a label `NAME=VALUE`, running or not."""
        with _translated():
            found = self._client().containers(all=True, filters={"label": label})
            return [Found(str(one["Id"]), dict(one["Labels"])) for one in found]

    def _client(self) -> Any:
        """Return the connections, of which each thread takes one for the length of a question."""
        with self._connecting:
            if self._connected is None:
                scheme, _, path = self._host.partition("://")
                if scheme == "unix" and not Path(path).exists():
                    raise EngineError(f"there is no {path}")
                self._connected = docker.APIClient(
                    base_url=self._host,
                    version="auto",
                    timeout=_ANSWER_S,
                    max_pool_size=_CONNECTIONS,
                )
            return self._connected


class _Line(docker.APIClient):
    """A connection for one long answer, which can be cut in the middle of it."""

    hung_up = False
    _answer: Any = None

    def _stream_helper(self, response: Any, decode: bool = False) -> Any:
        self._answer = response
        client: Any = super()
        return client._stream_helper(response, decode)

    def hang_up(self) -> None:
        """End the connection, even while somebody reads from it."""
        self.hung_up = True
        answer, self._answer = self._answer, None
        if answer is not None:
            # closing alone would wait for the reader
            with suppress(OSError, AttributeError):
                answer.raw._fp.fp.raw._sock.shutdown(socket.SHUT_RDWR)
            answer.close()
        self.close()


class _Lifeline:
    """Standard input of a container, held open."""

    def __init__(self, attached: Any) -> None:
        # docker-py hands out a file around the socket, and closing that leaves the socket open.
        self._socket, self._response = attached._sock, attached._response

    def close(self) -> None:
        self._response.close()
        self._socket.close()


def _host_config(client: Any, order: Order, runtime: str) -> Any:
    return client.create_host_config(
        network_mode="none",
        read_only=True,
        cap_drop=["ALL"],
        security_opt=["no-new-privileges:true"],
        init=True,
        ipc_mode="private",
        cgroupns="private",
        runtime=runtime,
        # counted as its memory, like every tmpfs of it
        shm_size=order.memory_mb // 2 * _MIB,
        pids_limit=_PROCESSES if order.gpu is None else _PROCESSES_WITH_GPU,
        device_requests=None if order.gpu is None else [_the_gpu(order.gpu)],
        mem_limit=order.memory_mb * _MIB,
        memswap_limit=order.memory_mb * _MIB,
        nano_cpus=_ONE_CORE,
        ulimits=[
            Ulimit(name="nofile", soft=_OPEN_FILES, hard=_OPEN_FILES),
            Ulimit(name="fsize", soft=order.file_mb * _MIB, hard=order.file_mb * _MIB),
            Ulimit(name="core", soft=0, hard=0),
            Ulimit(name="nproc", soft=_OF_ONE_USER, hard=_OF_ONE_USER),
        ],
        tmpfs={
            "/tmp": f"rw,noexec,nosuid,nodev,mode=1777,size={_SCRATCH_MB}m",  # noqa: S108
            CACHE: f"rw,exec,nosuid,nodev,mode=1777,size={_CACHE_MB}m",
        },
        mounts=[
            Mount(one.target, str(one.source), type="bind", read_only=not one.writable)
            for one in order.binds
        ],
        log_config=LogConfig(type="json-file", config={"max-size": "10m", "max-file": "2"}),
        restart_policy={"Name": "no"},
    )


def _the_gpu(uuid: str) -> DeviceRequest:
    """Ask for one GPU by the name that never changes, unlike its number."""
    return DeviceRequest(device_ids=[uuid], capabilities=[["gpu", "compute", "utility"]])


@contextmanager
def _translated() -> Generator[None]:
    try:
        yield
    except APIError as error:
        raise EngineError(str(error.explanation or error)) from error
    except (DockerException, BuildError, RequestException) as error:
        raise EngineError(str(error)) from error
