"""The embedded Valkey: what it was told survives, and crashes leave nothing behind."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from onmodel.embedded.process import ProcessIdentity
from onmodel.embedded.valkey import Valkey


@pytest.fixture
def valkey(home: Path) -> Iterator[Valkey]:
    server = _server(home)
    yield server
    server.stop()


def _server(home: Path) -> Valkey:
    return Valkey(home / "valkey", run=home / "run", log=home / "logs" / "valkey.log")


def _identity(server: Valkey) -> ProcessIdentity:
    assert server.process is not None
    identity = ProcessIdentity.of(server.process.pid)
    assert identity is not None
    return identity


def test_it_answers_on_its_socket_only(valkey: Valkey) -> None:
    valkey.start()
    assert valkey.answers()
    assert valkey.url().startswith("redis+socket:///")
    assert b"$4\r\nport\r\n$1\r\n0\r\n" in valkey.command("CONFIG", "GET", "port")


def test_what_was_written_survives_a_kill(home: Path, valkey: Valkey) -> None:
    valkey.start()
    assert valkey.command("SET", "kept", "yes") == b"+OK\r\n"
    # the append-only file is written before the answer; SIGKILL loses no acknowledged write
    os.kill(_identity(valkey).pid, signal.SIGKILL)
    assert valkey.process is not None
    valkey.process.wait()
    again = _server(home)
    again.start()
    assert again.command("EXISTS", "kept") == b":1\r\n"
    again.stop()


def test_an_orphan_is_replaced(home: Path, valkey: Valkey) -> None:
    valkey.start()
    orphan = _identity(valkey)
    again = _server(home)
    again.start()
    assert not orphan.alive()
    assert again.answers()
    again.stop()


def test_a_pid_file_of_a_stranger_harms_nobody(home: Path, valkey: Valkey) -> None:
    (home / "run" / "valkey").mkdir(parents=True)
    ProcessIdentity(os.getpid(), "another start").save(home / "run" / "valkey" / "server.pid")
    valkey.start()
    assert valkey.answers()


def test_stop_leaves_no_process(valkey: Valkey) -> None:
    valkey.start()
    identity = _identity(valkey)
    valkey.stop()
    assert not identity.alive()
    assert not valkey.answers()
