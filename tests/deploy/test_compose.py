"""The compose files: understood by Docker Compose, and their servers started for real."""

import os
import subprocess
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
import redis

from onmodel.composition import compose as put_together
from onmodel.embedded import programs
from onmodel.settings import Settings
from tests.deploy.compose import FILES, FOLDER, SECRETS, compose, run
from tests.support.waiting import eventually
from tests.support.weed import free_ports, weed_program

OURS = "onmodel:local"


@pytest.mark.parametrize("files", FILES, ids=[" ".join(files) or "alone" for files in FILES])
def test_docker_compose_understands_them(files: tuple[str, ...]) -> None:
    services = compose(*files)["services"]
    assert {"postgres", "valkey", "s3", "api", "producer", "worker"} <= set(services)
    for service in services.values():
        if service["image"] != OURS:
            continue
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        named = {volume["target"] for volume in service["volumes"]}
        home = service["environment"].get("ONMODEL_HOME", "/data")
        assert home in named


def test_whoever_serves_for_ever_is_watched() -> None:
    for name, service in compose("gpu", "tls", "comfyui")["services"].items():
        if service["restart"] == "unless-stopped" and name != "proxy":
            assert service["healthcheck"]["test"], name


def test_only_the_page_is_open_to_the_machine() -> None:
    services = compose("comfyui")["services"]
    assert {name for name, one in services.items() if one.get("ports")} == {"api"}
    (port,) = services["api"]["ports"]
    assert port["host_ip"] == "127.0.0.1"
    for name in ("postgres", "valkey", "s3", "comfyui", "producer"):
        assert set(services[name]["networks"]) == {"data"}
    assert compose()["networks"]["data"]["internal"] is True


def test_behind_the_proxy_only_the_proxy_is_open() -> None:
    services = compose("tls")["services"]
    assert {name for name, one in services.items() if one.get("ports")} == {"proxy"}
    assert services["api"]["environment"]["ONMODEL_PUBLIC_URL"] == "https://onmodel.example.org"


def test_each_tier_has_a_gpu_of_its_own() -> None:
    services = compose("gpu")["services"]
    for tier in ("low", "standard", "high"):
        worker = services[f"worker-{tier}"]
        (device,) = worker["deploy"]["resources"]["reservations"]["devices"]
        assert device["capabilities"] == ["gpu"]
        assert device["device_ids"] == ["0"]
        assert worker["environment"]["ONMODEL_WORKER_TIERS"] == tier
        assert worker["environment"]["ONMODEL_SECRETS_DIR"] == "/run/secrets"


def test_a_worker_of_containers_has_its_folder_at_one_path() -> None:
    worker = compose("containers")["services"]["worker"]
    places = {volume["source"]: volume["target"] for volume in worker["volumes"]}
    assert places[worker["environment"]["ONMODEL_HOME"]] == worker["environment"]["ONMODEL_HOME"]
    # everything that it writes lies there, since the rest can only be read
    assert worker["environment"]["HOME"] == worker["environment"]["ONMODEL_HOME"]
    assert worker["environment"]["UV_CACHE_DIR"].startswith(worker["environment"]["ONMODEL_HOME"])
    assert worker["environment"]["ONMODEL_RUNTIME"] == "docker"
    assert worker["pid"] == "host"


def test_what_has_to_be_said_is_asked_for() -> None:
    for overlay, name in (("tls", "ONMODEL_DOMAIN"), ("containers", "DOCKER_GROUP")):
        told = run("--file=compose.yaml", f"--file=compose.{overlay}.yaml", "config")
        assert told.returncode != 0
        assert name in told.stderr


def test_nothing_secret_stands_in_an_environment() -> None:
    for service in compose("gpu", "containers", "tls", "comfyui")["services"].values():
        for name in service.get("environment") or {}:
            assert not any(word in name for word in ("SECRET_", "_KEY", "DATABASE_URL", "BROKER"))


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    """Make a team's secrets with the script."""
    folder = tmp_path / "secrets"
    subprocess.run([FOLDER / "make-secrets", folder], check=True, capture_output=True)
    return folder


def test_secrets_are_made_once_and_closed_to_others(secrets: Path) -> None:
    assert {path.name for path in secrets.iterdir()} == set(SECRETS)
    assert secrets.stat().st_mode & 0o777 == 0o700
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    assert len(set(before.values())) == len(before)
    (secrets / "valkey_password").unlink()
    subprocess.run([FOLDER / "make-secrets", secrets], check=True, capture_output=True)
    after = {path.name: path.read_text() for path in secrets.iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"valkey_password"}


def test_the_product_reads_the_secrets(secrets: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONMODEL_SECRETS_DIR", str(secrets))
    settings = Settings()
    password = (secrets / "postgres_password").read_text()
    assert settings.database_url == f"postgresql+asyncpg://onmodel:{password}@postgres/onmodel"
    assert settings.broker_url
    assert settings.broker_url.endswith("@valkey:6379/0")
    assert settings.secret_key == (secrets / "onmodel_secret_key").read_bytes()
    monkeypatch.setenv("ONMODEL_BROKER_URL", "redis://elsewhere")
    assert Settings().broker_url == "redis://elsewhere"


@contextmanager
def _started(
    service: dict[str, Any], replaced: dict[str, str], path: Path, log: Path
) -> Generator[None]:
    """Run a service's own command line here, with some of its words replaced."""
    (line,) = service["command"]
    for word, other in replaced.items():
        assert word in line
        line = line.replace(word, other)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*service["entrypoint"], line.replace("$$", "$")],
            env={"PATH": f"{path}:{os.defpath}"},
            cwd=log.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield
        finally:
            process.kill()
            process.wait()


def test_the_broker_starts_with_its_password(secrets: Path, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    replaced = {
        "/run/secrets": str(secrets),
        "valkey-server - ": f"valkey-server - --port {port} --bind 127.0.0.1 ",
        "--dir /tmp": f"--dir {tmp_path}",
    }
    valkey = compose()["services"]["valkey"]
    with _started(valkey, replaced, programs.valkey().parent, tmp_path / "valkey.log"):
        password = (secrets / "valkey_password").read_text()
        with redis.Redis(port=port, password=password) as known, redis.Redis(port=port) as stranger:

            def answers() -> bool:
                try:
                    return bool(known.ping())
                except redis.ConnectionError:
                    return False

            eventually(answers, what="Valkey answers")
            with pytest.raises(redis.AuthenticationError):
                stranger.ping()
            assert known.config_get("save") == {"save": ""}


@pytest.mark.s3
async def test_the_store_starts_with_its_keys_and_its_bucket(
    secrets: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, *others = free_ports(5)
    ports = zip(("master", "volume", "filer", "admin"), others, strict=True)
    replaced = {
        "/run/secrets": str(secrets),
        "-dir=/data": f"-dir={tmp_path}",
        "-ip.bind=0.0.0.0": "-ip=127.0.0.1 -ip.bind=127.0.0.1",
        "-s3.port=8333": " ".join(
            [f"-s3.port={port}", *(f"-{name}.port={number}" for name, number in ports)]
        ),
    }
    endpoint = f"http://127.0.0.1:{port}"
    service = compose()["services"]["s3"]
    with _started(service, replaced, weed_program().parent, tmp_path / "weed.log"):
        deadline = time.monotonic() + 120

        def refuses_strangers() -> bool:
            assert time.monotonic() < deadline, (tmp_path / "weed.log").read_text()[-2000:]
            try:
                return httpx2.get(f"{endpoint}/onmodel", timeout=5).status_code == 403
            except httpx2.TransportError:
                return False

        eventually(refuses_strangers, what="the store answers")
        monkeypatch.setenv("ONMODEL_SECRETS_DIR", str(secrets))
        url = compose()["services"]["api"]["environment"]["ONMODEL_STORAGE_URL"]
        resources = put_together(Settings(storage_url=url.replace("http://s3:8333", endpoint)))
        blob = await resources.store.put_bytes(b"a character sheet")
        assert await resources.store.get_bytes(blob.key) == b"a character sheet"
        await resources.close()
