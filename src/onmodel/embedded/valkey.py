"""An embedded Valkey server on a Unix socket, keeping what it was told."""

import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import quote

from onmodel.embedded import cluster, folders, process, programs, service
from onmodel.embedded.process import ProcessIdentity

_SOCKET = "valkey.sock"
_START_SECONDS = 30.0
_STOP_SECONDS = 5.0
_ANSWER_SECONDS = 10.0


class Valkey:
    """Start, stop and reach the embedded server.

    Args:
        folder: its data.
        run: gets a folder with its socket and its pid file.
        log: what it says.
        fast: keep nothing on disk; for tests.
    """

    restarts = True
    is_service = True  # others use it, so it is stopped last
    name = "Valkey"

    def __init__(self, folder: Path, *, run: Path, log: Path, fast: bool = False) -> None:
        self.folder = folder.absolute()
        self.log = log.absolute()
        self.fast = fast
        self.stop_signal = signal.SIGTERM
        self.stop_seconds = _STOP_SECONDS
        self.process: subprocess.Popen[bytes] | None = None
        self._run = run.absolute() / "valkey"

    @property
    def path(self) -> Path:
        """The socket."""
        return folders.socket_folder(self._run, longest_name=_SOCKET) / _SOCKET

    def url(self, database: int = 0) -> str:
        """Return the URL as Celery (kombu) spells it; ``onmodel.kit`` reads the same form."""
        return f"redis+socket://{quote(str(self.path), safe='/')}?virtual_host={database}"

    def start(self) -> None:
        """Start the server and return when it answers.

        Raises:
            FolderError, DiskFullError, ServiceStartError.
        """
        folders.make(self.folder)
        folders.make(self._run)
        self._end_orphan()
        self.path.unlink(missing_ok=True)
        settings = {
            "port": "0",
            "unixsocket": str(self.path),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "no" if self.fast else "yes",
            "save": "",
            "daemonize": "no",
            "databases": "16",
            # the broker must refuse rather than forget
            "maxmemory-policy": "noeviction",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        self.process = service.launch(
            [str(programs.valkey()), *options],
            log=self.log,
            folder=self.folder,
            environment=cluster.environment(),
        )
        service.wait_ready(
            self.process, self.answers, name=self.name, log=self.log, seconds=_START_SECONDS
        )
        if identity := ProcessIdentity.of(self.process.pid):
            identity.save(self._pid_file)

    def stop(self) -> None:
        """Stop it; what was written is on disk."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self._pid_file.unlink(missing_ok=True)

    def processes(self) -> dict[str, int]:
        """Return the server's process for the supervisor's list."""
        return {} if self.process is None else {self.name: self.process.pid}

    def answers(self) -> bool:
        """Say whether the server is up and has loaded its data."""
        return self.command("PING") == b"+PONG\r\n"

    def command(self, *words: str) -> bytes:
        """Send one command and return the (short) answer as it is; empty when nobody answers."""
        message = f"*{len(words)}\r\n" + "".join(f"${len(w.encode())}\r\n{w}\r\n" for w in words)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            try:
                connection.connect(str(self.path))
                connection.sendall(message.encode())
                return connection.recv(4096)
            except OSError:
                return b""

    @property
    def _pid_file(self) -> Path:
        return self._run / "server.pid"

    def _end_orphan(self) -> None:
        """End the server that a crashed supervisor left on these data."""
        if orphan := ProcessIdentity.load(self._pid_file):
            process.end(orphan, seconds=_STOP_SECONDS)
