"""An embedded PostgreSQL server: a data folder, a Unix socket, one child process."""

import signal
import socket
import struct
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from onmodel.embedded import cluster as clusters
from onmodel.embedded import folders, process, service
from onmodel.embedded.cluster import DATABASE, ROLE, Cluster
from onmodel.embedded.errors import DataInUseError, ServiceStartError
from onmodel.embedded.process import ProcessIdentity

_SOCKET = ".s.PGSQL.5432"
_START_SECONDS = 60.0  # crash recovery replays the write-ahead log before it answers
_STOP_SECONDS = 10.0
_ANSWER_SECONDS = 10.0
_AGAIN_SECONDS = 0.1
_OTHERS_STILL_THERE = b"FATAL:  pre-existing shared memory block"
_PROTOCOL_3_0 = 196608
_FREE_MEGABYTES = 50

# Small on purpose: a laptop runs it beside a browser and a model.
_SETTINGS = {
    "listen_addresses": "",
    "port": "5432",  # only names the socket
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "random_page_cost": "1.1",  # everybody has an SSD
    "jit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "logging_collector": "off",
}
# For tests only: a crash of the machine may lose everything, which tests do not mind.
_FAST_SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
}


class Postgres:
    """Start, stop and reach the embedded server.

    Args:
        folder: its data, password and pid; the folder is all there is to back up.
        run: where its socket goes.
        log: what it says.
        fast: no syncing to disk; for tests.
    """

    restarts = True
    is_service = True  # others use it, so it is stopped last
    name = "PostgreSQL"

    def __init__(self, folder: Path, *, run: Path, log: Path, fast: bool = False) -> None:
        self.folder = folder.absolute()
        self.log = log.absolute()
        self.fast = fast
        self.stop_signal = signal.SIGINT
        self.stop_seconds = _STOP_SECONDS
        self.process: subprocess.Popen[bytes] | None = None
        self._run = run.absolute()
        self._cluster: Cluster | None = None
        self._sockets: Path | None = None

    def url(self, database: str = DATABASE) -> str:
        """Return the SQLAlchemy URL of a database of this server."""
        password = quote(self.password, safe="")
        host = quote(str(self.socket_folder), safe="/")
        return f"postgresql+asyncpg://{ROLE}:{password}@/{database}?host={host}"

    def start(self) -> None:
        """Make the data when they are new, start the server, return when it takes connections.

        Raises:
            DataVersionError, DataInUseError, FolderError, DiskFullError, ServiceStartError.
        """
        cluster = self._cluster = clusters.open_cluster(self.folder, fast=self.fast)
        folders.require_room(self.folder, megabytes=_FREE_MEGABYTES)
        self._clear_stale_lock(cluster)
        self._sockets = None  # whoever asked before the data were made did not know their owner
        sockets = self.socket_folder
        if cluster.account.uid is not None:
            clusters.accounts.open_way(sockets, cluster.account)
        settings = _SETTINGS | (_FAST_SETTINGS if self.fast else {})
        settings["unix_socket_directories"] = str(sockets)
        options = [f"--{name}={value}" for name, value in settings.items()]
        deadline = time.monotonic() + _START_SECONDS
        while not self._launch(cluster, options, may_wait=time.monotonic() < deadline):
            time.sleep(_AGAIN_SECONDS)

    def _launch(self, cluster: Cluster, options: list[str], *, may_wait: bool) -> bool:
        """Start the server; False when a killed one's children have not all ended yet.

        They notice its death by themselves, a moment later, and until then PostgreSQL refuses to
        start beside them.
        """
        offset = self.log.stat().st_size if self.log.exists() else 0
        self.process = service.launch(
            [str(cluster.programs / "postgres"), "-D", str(cluster.data), *options],
            log=self.log,
            folder=cluster.data,
            environment=clusters.environment(),
            account=cluster.account,
        )
        try:
            service.wait_ready(
                self.process, self.answers, name=self.name, log=self.log, seconds=_START_SECONDS
            )
        except ServiceStartError:
            if may_wait and _OTHERS_STILL_THERE in self.log.read_bytes()[offset:]:
                return False
            raise
        return True

    def stop(self) -> None:
        """Shut down fast: open transactions are rolled back, everything committed is safe."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)  # no checkpoint; the next start recovers
            try:
                self.process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def processes(self) -> dict[str, int]:
        """Return the server's process for the supervisor's list."""
        return {} if self.process is None else {self.name: self.process.pid}

    def answers(self) -> bool:
        """Say whether the server takes connections, as ``pg_isready`` does."""
        parameters = f"user\0{ROLE}\0database\0{DATABASE}\0\0".encode()
        message = struct.pack("!II", len(parameters) + 8, _PROTOCOL_3_0) + parameters
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_ANSWER_SECONDS)
            try:
                connection.connect(str(self.socket_folder / _SOCKET))
                connection.sendall(message)
                return connection.recv(1) == b"R"  # it asks for the password
            except OSError:
                return False

    @property
    def is_new(self) -> bool:
        """Whether the first start is yet to come, which makes the data and the password."""
        return not (self.folder / "password").exists()

    @property
    def password(self) -> str:
        """The application role's password, known to whoever may read the folder."""
        return (self.folder / "password").read_text()

    @property
    def socket_folder(self) -> Path:
        """Where the socket is (libpq's ``host``)."""
        if self._sockets is None:
            data = self.folder / "data"
            owner = self._cluster.account.uid if self._cluster else None
            if owner is None and data.exists():
                owner = clusters.accounts.choose(data).uid
            self._sockets = folders.socket_folder(
                self._run / "postgres", longest_name=_SOCKET, owner=owner
            )
        return self._sockets

    def _clear_stale_lock(self, cluster: Cluster) -> None:
        """Deal with what a crash left: a server without a supervisor, or only its lock file.

        PostgreSQL looks at the number in ``postmaster.pid`` alone. When another process got
        that number meanwhile, it would refuse to start for ever.
        """
        lock = cluster.data / "postmaster.pid"
        try:
            pid = int(lock.read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return
        identity = ProcessIdentity.of(pid)
        if identity is None:
            return  # PostgreSQL sees that itself
        if not _serves(pid, cluster.data):
            lock.unlink(missing_ok=True)
            return
        if not process.end(identity, sig=signal.SIGINT, seconds=_STOP_SECONDS):
            raise DataInUseError(
                f"Another PostgreSQL (process {pid}) still uses {cluster.data}.",
                try_=f"Stop it with `kill -INT {pid}` and start again.",
            )


def _serves(pid: int, data: Path) -> bool:
    """Say whether a process is a PostgreSQL server on this data folder."""
    result = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return "postgres" in result.stdout and str(data) in result.stdout
