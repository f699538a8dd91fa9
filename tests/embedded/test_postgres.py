"""The embedded PostgreSQL: first start, restart, crashes, and data that are not ours."""

import asyncio
import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from onmodel.embedded import programs
from onmodel.embedded.errors import DataVersionError, DiskFullError, FolderError, ServiceStartError
from onmodel.embedded.folders import require_room
from onmodel.embedded.postgres import Postgres
from onmodel.embedded.process import ProcessIdentity
from tests.support.waiting import eventually


@pytest.fixture
def postgres(home: Path) -> Iterator[Postgres]:
    server = _server(home)
    yield server
    server.stop()


def _server(home: Path) -> Postgres:
    return Postgres(
        home / "postgres", run=home / "run", log=home / "logs" / "postgres.log", fast=True
    )


async def _connect(server: Postgres) -> asyncpg.Connection:
    return await asyncpg.connect(server.url().replace("+asyncpg", ""))


def _pid(server: Postgres) -> int:
    assert server.process is not None
    return server.process.pid


async def test_a_new_folder_becomes_a_database_with_the_extensions(postgres: Postgres) -> None:
    postgres.start()
    connection = await _connect(postgres)
    names = {row["extname"] for row in await connection.fetch("SELECT extname FROM pg_extension")}
    provider = await connection.fetchval(
        "SELECT datlocprovider FROM pg_database WHERE datname = current_database()"
    )
    superuser = await connection.fetchval(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    )
    await connection.close()
    assert {"vector", "pg_trgm"} <= names
    assert provider == b"b"
    assert superuser is False


async def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    postgres.start()
    url = postgres.url().replace("+asyncpg", "").replace(postgres.password, "wrong")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(url)


async def test_nobody_signs_in_as_the_superuser(postgres: Postgres) -> None:
    postgres.start()
    url = postgres.url().replace("+asyncpg", "").replace("onmodel:", "postgres:")
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError):
        await asyncpg.connect(url)


async def test_data_survive_a_restart(home: Path, postgres: Postgres) -> None:
    postgres.start()
    connection = await _connect(postgres)
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    await connection.close()
    postgres.stop()
    again = _server(home)
    again.start()
    try:
        connection = await _connect(again)
        assert await connection.fetchval("SELECT answer FROM kept") == 42
        await connection.close()
    finally:
        again.stop()


def test_stop_leaves_no_process(postgres: Postgres) -> None:
    postgres.start()
    identity = ProcessIdentity.of(_pid(postgres))
    assert identity is not None
    postgres.stop()
    assert not identity.alive()
    assert not postgres.answers()


def test_it_starts_again_after_a_kill(home: Path, postgres: Postgres) -> None:
    postgres.start()
    os.kill(_pid(postgres), signal.SIGKILL)
    assert postgres.process is not None
    postgres.process.wait()
    assert (home / "postgres/data/postmaster.pid").exists()
    again = _server(home)
    again.start()
    assert again.answers()
    again.stop()


async def test_it_waits_for_what_a_killed_server_left_running(
    home: Path, postgres: Postgres
) -> None:
    def was_refused() -> bool:
        return "pre-existing shared memory block" in postgres.log.read_text()

    postgres.start()
    connection = await _connect(postgres)
    slow = connection.get_server_pid()
    os.kill(slow, signal.SIGSTOP)
    os.kill(_pid(postgres), signal.SIGKILL)
    assert postgres.process is not None
    postgres.process.wait()
    again = _server(home)
    starting = asyncio.create_task(asyncio.to_thread(again.start))
    try:
        await asyncio.to_thread(eventually, was_refused)
    finally:
        os.kill(slow, signal.SIGCONT)
    await starting
    connection.terminate()
    assert again.answers()
    again.stop()


def test_a_server_whose_supervisor_died_is_replaced(home: Path, postgres: Postgres) -> None:
    postgres.start()
    orphan = ProcessIdentity.of(_pid(postgres))
    assert orphan is not None
    again = _server(home)
    again.start()
    assert not orphan.alive()
    assert again.answers()
    again.stop()


def test_a_lock_with_the_number_of_a_stranger_is_stale(home: Path, postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    with subprocess.Popen(["sleep", "600"]) as stranger:
        (home / "postgres/data/postmaster.pid").write_text(f"{stranger.pid}\n/elsewhere\n")
        again = _server(home)
        again.start()
        assert stranger.poll() is None
        again.stop()
        stranger.kill()


def test_data_of_another_major_version_are_left_alone(home: Path, postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    version = home / "postgres/data/PG_VERSION"
    version.write_text("16\n")
    with pytest.raises(DataVersionError) as caught:
        _server(home).start()
    assert "PostgreSQL 16" in caught.value.detail
    assert "pg_dump" in caught.value.try_
    assert version.read_text() == "16\n"


def test_a_lost_password_is_told(home: Path, postgres: Postgres) -> None:
    postgres.start()
    postgres.stop()
    (home / "postgres" / "password").unlink()
    with pytest.raises(ServiceStartError, match="password"):
        _server(home).start()


def test_an_interrupted_first_start_leaves_no_half_database(home: Path) -> None:
    (home / "postgres" / ".new-left" / "data").mkdir(parents=True)
    (home / "postgres" / ".new-left" / "data" / "PG_VERSION").write_text("18\n")
    server = _server(home)
    server.start()
    assert server.answers()
    server.stop()
    assert not (home / "postgres" / ".new-left").exists()


def test_secrets_are_closed_to_others(home: Path, postgres: Postgres) -> None:
    postgres.start()
    assert stat.S_IMODE((home / "postgres/password").stat().st_mode) == 0o600
    assert stat.S_IMODE((home / "postgres/data").stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "run/postgres").stat().st_mode) == 0o700


def test_a_deep_data_folder_still_gets_a_socket(home: Path) -> None:
    server = _server(home / ("deep" * 20) / ("deeper" * 15))
    server.start()
    try:
        assert server.answers()
        assert len(str(server.socket_folder)) < 90
    finally:
        server.stop()
        server.socket_folder.rmdir()


def test_a_file_in_the_way_is_told(home: Path) -> None:
    (home / "postgres").write_text("not a folder")
    with pytest.raises(FolderError) as caught:
        _server(home).start()
    assert "ONMODEL_HOME" in caught.value.try_


def test_too_little_room_is_told_before_anything_is_written(home: Path) -> None:
    with pytest.raises(DiskFullError, match="MB left; at least"):
        require_room(home, megabytes=10**9)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_is_told(home: Path) -> None:
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(home)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("this machine lets nobody mount")
    try:
        with pytest.raises(DiskFullError, match="MB left"):
            _server(home).start()
    finally:
        subprocess.run(["umount", str(home)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_lends_an_account_and_opens_the_way_for_it_alone(home: Path) -> None:
    closed = home / "closed"
    closed.mkdir(mode=0o700)
    server = _server(closed / "data")
    server.start()
    try:
        owner = (closed / "data/postgres/data").stat().st_uid
        assert owner != 0
        assert Path(f"/proc/{_pid(server)}").stat().st_uid == owner
        listed = subprocess.run(["ls", str(closed)], user=owner, capture_output=True, check=False)
        assert listed.returncode != 0
        assert closed.stat().st_mode & stat.S_IRWXO == 0
    finally:
        server.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another account")
def test_root_copies_programs_that_the_account_cannot_reach(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed_to_others(program: Path) -> bool:
        return home in program.parents

    monkeypatch.setattr(programs, "_open_to_everybody", closed_to_others)
    server = _server(home)
    server.start()
    try:
        program = Path(f"/proc/{_pid(server)}/exe").readlink()
        assert home in program.parents
    finally:
        server.stop()
