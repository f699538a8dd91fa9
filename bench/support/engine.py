"""A container engine of our own, beside whatever the machine runs: Debian's, with one image.

Used by the tests and by bench-runner. It needs root, `dockerd` and, the first time, `debootstrap`;
the image and the engine's data are kept between runs in the folder of shared caches.
"""

import contextlib
import fcntl
import hashlib
import inspect
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import docker
from docker.errors import APIError, DockerException
from requests.exceptions import RequestException
from uv import find_uv_bin

SUITE = "bookworm"
IMAGE = "onmodel-test-base"
_PATIENCE_S = 60.0
# No bridge: nothing here has a network, and a machine's own firewall rules stay as they are.
_OPTIONS = ("--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false")


class NoEngineError(Exception):
    """No engine can run here; the sentence says what is missing."""


@contextmanager
def own_engine(caches: Path) -> Generator[tuple[str, str]]:
    """Run an engine; yield its address and the name of an image with Python and uv.

    Whoever comes second on the same machine waits for the first to end.

    Raises:
        NoEngineError: not root, something is not installed, or the kernel refuses.
    """
    if os.getuid() != 0:
        raise NoEngineError("dockerd needs root")
    if shutil.which("dockerd") is None:
        raise NoEngineError("dockerd is not installed (apt-get install docker.io)")
    home = caches / "engine"
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _daemon(home) as (host, client):
            name = f"{IMAGE}:{_recipe()}"
            if not client.images.list(name=name):
                _import(client, home, name)
            _try_out(client, name)
            yield host, name
            _clear(client)


@contextmanager
def _daemon(home: Path) -> Generator[tuple[str, docker.DockerClient]]:
    with tempfile.TemporaryDirectory(prefix="onmodel-engine-", dir="/tmp") as short:
        run = Path(short)
        host = f"unix://{run / 'socket'}"
        arguments = [
            # ends with us, however we end
            *("setpriv", "--pdeathsig", "TERM"),
            *("dockerd", "--host", host, "--data-root", str(home / "data")),
            *("--exec-root", str(run / "exec"), "--pidfile", str(run / "pid")),
            *("--config-file", str(run / "none.json"), *_OPTIONS),
        ]
        (run / "none.json").write_text("{}")
        log = home / "dockerd.log"
        with log.open("wb") as output:
            daemon = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
            )
            client = docker.DockerClient(base_url=host, version="1.41", timeout=120)
            try:
                _await(run / "socket", client, daemon, log)
                yield host, client
            finally:
                client.close()
                daemon.terminate()
                daemon.wait()


def _await(
    socket: Path, client: docker.DockerClient, daemon: "subprocess.Popen[bytes]", log: Path
) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        # not before, since docker-py leaves a socket open when nobody listens
        if socket.exists():
            with contextlib.suppress(DockerException, RequestException):
                client.ping()
                return
        if daemon.poll() is not None or time.monotonic() > deadline:
            last = log.read_text(errors="replace").strip().splitlines()[-1:]
            raise NoEngineError(f"dockerd does not start here: {' '.join(last)}")
        time.sleep(0.05)


def _import(client: docker.DockerClient, home: Path, name: str) -> None:
    """Make the image from Debian's packages, which is all that this machine may reach."""
    if shutil.which("debootstrap") is None:
        raise NoEngineError("debootstrap is not installed (apt-get install debootstrap)")
    with tempfile.TemporaryDirectory(dir=home) as scratch:
        root, archive = Path(scratch) / "root", Path(scratch) / "root.tar"
        made = subprocess.run(
            ["debootstrap", "--variant=minbase", "--include=python3", SUITE, str(root)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise NoEngineError(f"debootstrap: {made.stdout.strip().splitlines()[-1:]}")
        for leftover in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale"):
            shutil.rmtree(root / leftover, ignore_errors=True)
        shutil.copy(find_uv_bin(), root / "usr/local/bin/uv")
        (root / "usr/local/bin/python").symlink_to("/usr/bin/python3")
        subprocess.run(["tar", "-C", str(root), "-cf", str(archive), "."], check=True)
        repository, _, tag = name.partition(":")
        client.api.import_image_from_file(
            str(archive), repository=repository, tag=tag, changes=['CMD ["python3"]']
        )


def _try_out(client: docker.DockerClient, name: str) -> None:
    """An engine may answer where the kernel lets it run nothing."""
    try:
        client.containers.run(
            name, ["true"], network_mode="none", mem_limit="64m", pids_limit=16, remove=True
        )
    except DockerException as error:
        raise NoEngineError(f"dockerd starts, but runs no container: {error}") from error


def _recipe() -> str:
    """Name the image after what goes into it."""
    version = subprocess.run([find_uv_bin(), "--version"], capture_output=True, check=True).stdout
    recipe = inspect.getsource(_import).encode() + SUITE.encode() + version
    return hashlib.sha256(recipe).hexdigest()[:12]


def _clear(client: docker.DockerClient) -> None:
    """Remove what was built, and the images of older recipes with it."""
    newest = f"{IMAGE}:{_recipe()}"
    for container in client.containers.list(all=True):
        container.remove(force=True)
    for image in client.images.list():
        if newest not in image.tags:
            with contextlib.suppress(APIError):
                client.api.remove_image(str(image.id), force=True)
