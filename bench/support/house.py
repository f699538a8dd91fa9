"""The whole product in a temporary data folder, started the way a person starts it.

Used by the benches and by the browser tests. Nothing is mocked: `onmodel up` brings its own
PostgreSQL, Valkey, API, Producer and worker on a free port, and everything ends with it.
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

START_SECONDS = 300.0
STOP_SECONDS = 120.0


class House:
    """One running OnModel.

    Args:
        keep_caches: the folder of weights and function environments to share between houses, so
            that only the first one of a machine pays for downloading them; None starts empty.
        functions: the folder of functions to use; None takes ours.
    """

    def __init__(self, *, keep_caches: Path | None = None, functions: Path | None = None) -> None:
        # Short on purpose: Unix sockets live below it and may have 107 bytes.
        self.home = Path(tempfile.mkdtemp(prefix="onmodel-", dir="/tmp"))
        self.home.chmod(0o711)
        self.functions = functions
        self.port = 0  # any free one, told by the first start; later starts take the same
        self.log = self.home / "up.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.sign_in_url = ""
        self.start_seconds = 0.0
        if keep_caches:
            for name in ("weights", "envs"):
                (keep_caches / name).mkdir(parents=True, exist_ok=True)
                (self.home / name).symlink_to(keep_caches / name)

    def __enter__(self) -> "House":
        # Whoever ends us with SIGTERM wants everything to end that we started.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
        try:
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        chosen = {"ONMODEL_FUNCTIONS_DIR": str(self.functions)} if self.functions else {}
        return (
            os.environ
            | chosen
            | {
                "ONMODEL_HOME": str(self.home),
                "ONMODEL_PORT": str(self.port),
            }
        )

    def start(self) -> None:
        """Start everything; return when `onmodel up` says that it is ready."""
        offset = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                _onmodel("up", "--json"),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while not (ready := self._event("ready", offset)):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"onmodel up did not become healthy:\n{self.said()}")
            time.sleep(0.05)
        self.port = urlsplit(str(ready["url"])).port or 0
        self.sign_in_url = str(ready.get("sign_in_url") or "")
        self.start_seconds = float(ready["seconds"])

    def _event(self, name: str, offset: int) -> dict[str, Any] | None:
        """Return a line that `onmodel up` has printed since `offset`."""
        with self.log.open("rb") as log:
            log.seek(offset)
            for line in log.read().splitlines():
                with suppress(ValueError):
                    for said in _documents(line.decode()):
                        if said.get("event") == name:
                            return said
        return None

    def stop(self) -> None:
        """Press Ctrl-C and wait."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def health(self) -> dict[str, Any]:
        with urlopen(f"{self.url}/api/health", timeout=30) as answer:
            return json.load(answer)

    def command(self, *arguments: str) -> Any:
        """Run `onmodel ... --json` on this house and return what it prints."""
        result = subprocess.run(
            _onmodel(*arguments, "--json"),
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if result.returncode:
            raise RuntimeError(f"onmodel {' '.join(arguments)}: {result.stderr or result.stdout}")
        return _documents(result.stdout)[-1]

    def token(self) -> str:
        """Return a new API token of the first administrator."""
        return str(self.command("token", "create", "--name", "test")["token"])

    def said(self, *, lines: int = 40) -> str:
        """Return the end of everything that was printed and logged."""
        logs = [self.log, *sorted((self.home / "logs").glob("*.log"))]
        parts: list[str] = []
        for log in logs:
            with suppress(FileNotFoundError):
                end = log.read_text(errors="replace").splitlines()[-lines:]
                parts += [f"== {log.name}", *end]
        return "\n".join(parts)

    def call(self, method: str, path: str, token: str, body: object = None) -> Any:
        """Send one JSON request; failures raise urllib's HTTPError."""
        request = Request(
            f"{self.url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
        with urlopen(request, timeout=120) as answer:
            return json.loads(answer.read() or b"null")


def _documents(text: str) -> list[Any]:
    """Return the JSON documents that follow each other in what a command prints."""
    decoder = json.JSONDecoder()
    found: list[Any] = []
    rest = text.strip()
    while rest:
        document, end = decoder.raw_decode(rest)
        found.append(document)
        rest = rest[end:].lstrip()
    return found


def _onmodel(*words: str) -> list[str]:
    return [sys.executable, "-P", "-m", "onmodel", *words]


def free_port() -> int:
    """Return a port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shared_caches() -> Path:
    """Return the folder where weights and environments are kept between runs."""
    root = os.environ.get("ONMODEL_TEST_CACHE")
    base = Path(root) if root else Path(tempfile.gettempdir()) / f"onmodel-tests-{os.getuid()}"
    return base / "caches"
