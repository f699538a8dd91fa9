"""An installation that nobody waits for any more ends, and so does what it had started."""

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from onmodel.functions.errors import DownloadStoppedError, InstallTimedOutError
from onmodel.functions.locks import NamedLocks, locked
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.functions.uv import run_uv

SECONDS = 60


class SilentIndex:
    """A package index that takes a question and never answers it."""

    def __init__(self, server: socket.socket) -> None:
        self.asked = threading.Event()
        self.url = f"http://127.0.0.1:{server.getsockname()[1]}/simple"
        self._held: list[socket.socket] = []
        self._server = server
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        try:
            while True:
                self._held.append(self._server.accept()[0])
                self.asked.set()
        except OSError:
            for peer in self._held:
                peer.close()

    def close(self) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._thread.join()


@pytest.fixture
def index() -> Iterator[SilentIndex]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        index = SilentIndex(server)
        yield index
        index.close()


@pytest.fixture
def install(
    index: SilentIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Patience], None]:
    for name in ("UV_NO_INDEX", "UV_FIND_LINKS", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    target = str(tmp_path / "target")
    words = ["pip", "install", "--no-cache", "--target", target, "--index-url", index.url, "nobody"]
    return lambda patience: run_uv(words, on_line=print, patience=patience)


def installers() -> list[psutil.Process]:
    return [one for one in psutil.Process().children(recursive=True) if one.name() == "uv"]


def test_the_installer_ends_when_it_is_stopped(
    index: SilentIndex, install: Callable[[Patience], None]
) -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(DownloadStoppedError):
        threads.submit(install, Patience(stopped=index.asked.is_set)).result(SECONDS)
    assert installers() == []


def test_the_installer_ends_when_its_time_is_over(install: Callable[[Patience], None]) -> None:
    with ThreadPoolExecutor(1) as threads, pytest.raises(InstallTimedOutError, match=r"0\.3 s"):
        threads.submit(install, Patience(0.3)).result(SECONDS)
    assert installers() == []


def test_who_waits_for_a_lock_can_stop_waiting(tmp_path: Path) -> None:
    with (
        locked(tmp_path / "lock"),
        pytest.raises(InstallTimedOutError),
        locked(tmp_path / "lock", Patience(0.2)),
    ):
        pytest.fail("two held it")
    with locked(tmp_path / "lock", Patience(SECONDS)):
        pass


def test_a_lock_of_one_name_holds_up_no_other() -> None:
    locks = NamedLocks()
    with locks.hold("a", ENDLESS):
        with locks.hold("b", Patience(SECONDS)):
            pass
        with pytest.raises(InstallTimedOutError), locks.hold("a", Patience(0.2)):
            pytest.fail("two held it")
    with locks.hold("a", Patience(SECONDS)):
        pass
