"""``onmodel up``: the whole product, from nothing, stopped and started again."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import Running, run, start, up
from tests.support.services import short_folder
from tests.support.waiting import eventually


@pytest.fixture(scope="module")
def house() -> Iterator[Running]:
    """One OnModel for the tests that only look."""
    with short_folder() as folder, up(folder) as running:
        yield running


def test_it_says_where_it_is_and_how_to_sign_in(house: Running) -> None:
    assert house.ready["url"].startswith("http://127.0.0.1:")
    assert house.ready["sign_in_url"].startswith(f"{house.ready['url']}/api/v1/auth/link?token=")


def test_every_part_is_healthy(house: Running) -> None:
    house.wait_until_healthy()
    assert all(part["ok"] for part in house.health()["parts"].values())


def test_the_data_are_in_one_folder(house: Running) -> None:
    names = {path.name for path in house.home.iterdir()}
    assert {"postgres", "valkey", "workspace", "logs", "run"} <= names


def test_a_second_one_on_the_same_data_says_so(house: Running) -> None:
    second = run(house.home, "up", "--json")
    problem = json.loads(second.stdout)
    assert second.returncode == 1
    assert problem["code"] == "data_in_use"
    assert house.ready["url"] in problem["detail"]
    assert str(house.process.pid) in problem["detail"]


def test_commands_use_the_services_that_run(house: Running) -> None:
    added = run(house.home, "user", "add", "mara", "--name", "Mara", "--json")
    assert added.returncode == 0, added.stdout + added.stderr
    assert json.loads(added.stdout)["url"].startswith(house.ready["url"])
    listed = json.loads(run(house.home, "user", "list", "--json").stdout)
    assert {"admin", "mara"} <= {person["username"] for person in listed}


def test_health_is_told_on_the_command_line(house: Running) -> None:
    house.wait_until_healthy()
    told = run(house.home, "health", "--json")
    assert told.returncode == 0
    assert json.loads(told.stdout)["status"] == "ok"


@pytest.mark.parametrize(
    "name", ["web", "Producer", "worker", "processes of", "Valkey", "PostgreSQL"]
)
def test_a_killed_part_comes_back(house: Running, name: str) -> None:
    killed = house.part(name)
    assert killed is not None
    os.kill(killed.pid, signal.SIGKILL)
    eventually(lambda: house.part(name) not in (None, killed), what=f"{name} is back")
    house.wait_until_healthy()


def test_stop_and_second_start(home: Path) -> None:
    with up(home) as first:
        parts = first.parts()
        assert first.stop() == 0
        assert not any(part.alive() for part in parts)
        assert "crashed" not in first.last_words()
    with up(home) as second:
        assert second.stop() == 0


def test_ctrl_c_during_the_start_leaves_nothing(home: Path) -> None:
    with start(home) as running:
        eventually((home / "run" / "parts.json").exists, what="the first part is started")
        assert running.stop() == 0
    assert not (home / "postgres/data/postmaster.pid").exists()
    assert not (home / "run" / "parts.json").exists()


def test_nothing_outlives_a_killed_supervisor_and_the_next_start_works(home: Path) -> None:
    with up(home) as running:
        parts = running.parts()
        running.process.kill()
        running.process.wait()
    with up(home) as again:
        assert not any(part.alive() for part in parts)
        again.wait_until_healthy()


def test_it_starts_although_its_proxy_does_not_yet(home: Path) -> None:
    proxy = "https://onmodel.invalid"
    with up(home, ONMODEL_PUBLIC_URL=proxy) as running:
        assert running.ready["url"] == proxy
        assert run(home, "health", "--json", ONMODEL_PUBLIC_URL=proxy).returncode == 0


def test_a_port_in_use_is_told_with_its_holder(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        refused = run(home, "up", "--json", ONMODEL_PORT=str(port))
    problem = json.loads(refused.stdout)
    assert refused.returncode == 1
    assert problem["code"] == "port_in_use"
    assert f"process {os.getpid()}" in problem["detail"]
    assert f"ONMODEL_PORT={port + 1}" in problem["try"]
    assert not (home / "postgres").exists()


def test_data_of_another_major_version_are_told(home: Path) -> None:
    (home / "postgres" / "data").mkdir(parents=True)
    (home / "postgres" / "data" / "PG_VERSION").write_text("17\n")
    refused = run(home, "up", "--json")
    assert refused.returncode == 1
    problem = json.loads(refused.stdout.splitlines()[-1])
    assert problem["code"] == "database_other_version"
    assert "PostgreSQL 17" in problem["detail"]


def test_a_data_folder_that_cannot_be_made_is_told(home: Path) -> None:
    (home / "file").write_text("")
    refused = run(home / "file" / "data", "up", "--json")
    problem = json.loads(refused.stdout)
    assert refused.returncode == 1
    assert problem["code"] == "folder_not_usable"
    assert "ONMODEL_HOME" in problem["try"]


def test_a_person_reads_words(home: Path) -> None:
    (home / "file").write_text("")
    refused = run(home / "file" / "data", "up")
    assert "What to do:" in refused.stderr
    assert "Traceback" not in refused.stderr + refused.stdout


def test_commands_start_the_database_when_nothing_runs(home: Path) -> None:
    assert run(home, "migrate", "--json").returncode == 0
    made = run(home, "token", "create", "--json")
    assert json.loads(made.stdout)["token"].startswith("om_")
    lock = home / "postgres/data/postmaster.pid"
    assert not lock.exists()
