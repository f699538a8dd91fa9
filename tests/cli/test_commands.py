"""The command line itself: quick help, JSON everywhere, failures in words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from onmodel.cli.app import app
from tests.cli.running import run

_HEAVY = ("sqlalchemy", "fastapi", "pydantic", "celery", "asyncpg", "rich.console")


def _commands(group: Any, words: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found += _commands(command, (*words, name))
        else:
            found.append(((*words, name), command))
    return found


COMMANDS = _commands(typer.main.get_command(app))


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[" ".join(w) for w, _ in COMMANDS])
def test_every_command_takes_json_and_explains_itself(words: tuple[str, ...], command: Any) -> None:
    assert "--json" in {option for parameter in command.params for option in parameter.opts}
    assert command.help


def test_the_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from onmodel.cli.app import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "print('loaded', *sorted(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(said.stdout.splitlines()[-1].split())
    assert not loaded & set(_HEAVY)


def test_the_doctor_names_every_check_and_what_to_do(home: Path) -> None:
    report = json.loads(run(home, "doctor", "--json").stdout)
    names = {check["name"] for check in report["checks"]}
    assert {"git", "git-lfs", "ffmpeg", "GPU", "Docker", "Data folder", "Port"} <= names
    assert all(check["detail"] for check in report["checks"])
    assert all(check["try"] for check in report["checks"] if check["state"] == "fault")


def test_the_doctor_finds_a_fault(home: Path) -> None:
    (home / "postgres" / "data").mkdir(parents=True)
    (home / "postgres" / "data" / "PG_VERSION").write_text("15\n")
    told = run(home, "doctor", "--json")
    assert told.returncode == 1
    fault = next(c for c in json.loads(told.stdout)["checks"] if c["name"] == "Database")
    assert fault["state"] == "fault"
    assert "PostgreSQL 15" in fault["detail"]


def test_health_without_a_server_is_a_problem(home: Path) -> None:
    told = run(home, "health", "--json", ONMODEL_PORT="1")
    assert told.returncode == 1
    assert json.loads(told.stdout)["code"] == "not_running"


def test_an_unknown_command_is_a_usage_error(home: Path) -> None:
    assert run(home, "upp").returncode == 2


def test_the_global_option_works_too(home: Path) -> None:
    told = run(home, "--json", "function", "list", ONMODEL_FUNCTIONS_DIR=str(home))
    assert json.loads(told.stdout) == []


def test_a_database_that_does_not_answer_is_told(home: Path) -> None:
    told = run(
        home,
        "user",
        "list",
        "--json",
        ONMODEL_DATABASE_URL="postgresql+asyncpg://nobody@127.0.0.1:1/none",
        ONMODEL_BROKER_URL="redis://127.0.0.1:1/0",
    )
    assert told.returncode == 1
    assert json.loads(told.stdout)["code"] == "database_unreachable"


def test_clean_shows_first_and_removes_when_told(home: Path) -> None:
    functions = home / "functions"
    functions.mkdir()
    old = home / "envs" / "former-0123456789abcdef"
    old.mkdir(parents=True)
    (old / "large").write_bytes(bytes(100_000))

    def clean(*words: str) -> dict[str, Any]:
        told = run(
            home, "--json", "function", "clean", *words, ONMODEL_FUNCTIONS_DIR=str(functions)
        )
        return dict(json.loads(told.stdout))

    shown = clean()
    assert shown["removed"] is False
    assert [one["name"] for one in shown["leftovers"]] == [old.name]
    assert old.exists()
    removed = clean("--yes")
    assert (removed["removed"], removed["bytes"]) == (True, shown["bytes"])
    assert not old.exists()
    assert clean()["leftovers"] == []
