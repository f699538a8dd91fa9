"""What deploy/ says of the product is so: its variables, commands, paths and secrets."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from onmodel.cli.app import app
from onmodel.dispatch.tiers import Tier
from onmodel.settings import Settings
from tests.deploy.chart import FOLDER, VARIANTS, pods, variant
from tests.deploy.compose import FILES, SECRETS, compose
from tests.support.house import House

# Of other programs, where the files set them for these: uvicorn, NVIDIA's toolkit, Python, uv.
OTHERS = {
    *("FORWARDED_ALLOW_IPS", "NVIDIA_DRIVER_CAPABILITIES", "PATH", "HOME", "UV_CACHE_DIR"),
    *("PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"),
}


def _settings() -> set[str]:
    names: set[str] = set()
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        choices = getattr(alias, "choices", [alias] if alias else [f"ONMODEL_{name.upper()}"])
        names |= {str(one) for one in choices}
    return names


def _containers() -> Iterator[tuple[list[str], dict[str, Any]]]:
    """Yield the command and the variables of each of our containers, here and there."""
    for files in FILES:
        for service in compose(*files)["services"].values():
            if service.get("image") == "onmodel:local":
                yield service["command"], service["environment"]
    for name in VARIANTS:
        for pod in pods(variant(name)).values():
            for container in pod["spec"]["containers"]:
                yield container["args"], {one["name"]: one["value"] for one in container["env"]}


def test_every_variable_is_a_setting() -> None:
    settings = _settings()
    assert "ONMODEL_SECRET_KEY" in settings
    assert "ONMODEL_WORKER_TIERS" in settings
    for _, variables in _containers():
        assert set(variables) - OTHERS <= settings
    image = (FOLDER / "Dockerfile").read_text()
    (block,) = re.findall(r"^ENV (PATH=(?:.*\\\n)*.*)$", image, re.MULTILINE)
    assert {pair.partition("=")[0] for pair in block.replace("\\", "").split()} - OTHERS <= settings


def test_every_value_of_a_variable_can_be_used(tmp_path: Path) -> None:
    for _, variables in _containers():
        values: dict[str, Any] = {
            name.removeprefix("ONMODEL_").lower(): value
            for name, value in variables.items()
            if name.startswith("ONMODEL_")
        }
        values["secrets_dir"] = tmp_path
        read = Settings(**values)
        assert set(read.worker_tiers) <= {tier.value for tier in Tier}


def test_every_secret_is_a_setting_or_a_servers_own() -> None:
    names = {name.upper() for name in SECRETS if name.startswith("onmodel_")}
    assert names <= _settings()
    assert {name for name in SECRETS if not name.startswith("onmodel_")} == {
        "postgres_password",
        "valkey_password",
    }


def test_every_command_exists() -> None:
    group: Any = typer.main.get_command(app)
    commands = {tuple(command) for command, _ in _containers()}
    assert {("serve",), ("producer",), ("worker",), ("migrate",)} <= commands
    probes = {
        tuple(container[probe]["exec"]["command"][1:])
        for name in VARIANTS
        for pod in pods(variant(name)).values()
        for container in pod["spec"]["containers"]
        for probe in ("startupProbe", "livenessProbe")
        if "exec" in container.get(probe, {})
    }
    assert probes == {("alive", "producer"), ("alive", "worker")}
    for first, *rest in commands | probes:
        found = group.commands[first]
        if rest and hasattr(found, "commands"):
            assert rest[0] in found.commands


@pytest.mark.usefixtures("house")
async def test_every_page_that_a_probe_asks_for_answers(house: House) -> None:
    (container,) = pods(variant("plain"))["film-onmodel-api"]["spec"]["containers"]
    asked = {container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness")}
    assert asked == {"/api/health/live"}
    (line,) = re.findall(r"health_uri (\S+)", (FOLDER / "compose" / "Caddyfile").read_text())
    ready = container["readinessProbe"]["httpGet"]["path"]
    async with house.client() as client:
        for path in {*asked, line, ready}:
            answer = await client.get(path)
            assert answer.status_code == 200
            assert answer.headers["content-type"] == "application/json"
        # a restart would not bring the broker back
        await house.resources.bus.close()
        assert (await client.get("/api/health/live")).status_code == 200


def test_the_image_gets_every_folder_that_the_code_asks_for() -> None:
    image = (FOLDER / "Dockerfile").read_text()
    copied = set(re.findall(r"^COPY (?:--from=\w+ )?\S+ (\S+)$", image, re.MULTILINE))
    assert {"src", "migrations", "functions", "sdk", "vision", "web/build"} <= copied
    root = Path(__file__).resolve().parents[2]
    allowed = {line[1:] for line in (root / ".dockerignore").read_text().split() if line[0] == "!"}
    assert {"src", "migrations", "functions", "sdk", "vision", "web"} <= allowed
    assert all((root / one).exists() for one in allowed)


def test_the_example_of_variables_is_whole() -> None:
    example = (FOLDER / "compose" / ".env.example").read_text()
    told = set(re.findall(r"^([A-Z_0-9]+)=", example, re.MULTILINE))
    used: set[str] = set()
    for file in (FOLDER / "compose").glob("compose*.yaml"):
        used |= set(re.findall(r"(?<!\$)\$\{([A-Z_0-9]+)", file.read_text()))
    assert used | {"COMPOSE_PROFILES"} == told


def test_scripts_are_sound() -> None:
    script = FOLDER / "compose" / "make-secrets"
    assert script.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", script], check=True)
    for file in FOLDER.rglob("*.yaml"):
        if "templates" not in file.parts:
            assert yaml.compose(file.read_text().replace("!reset", "").replace("!override", ""))
