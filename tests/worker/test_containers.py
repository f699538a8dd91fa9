"""A worker that runs its functions in containers, as the setting says."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from onmodel.dispatch.schemas import CallParams
from onmodel.kit.db.uow import Database
from onmodel.runner.choice import EngineUnreachableError
from onmodel.runner.container import RUNTIME_LABEL
from onmodel.runner.engine import Engine
from onmodel.settings import Settings
from onmodel.worker.app import make_pool
from onmodel.worker.producer import Producer
from tests.support.calls import submit
from tests.support.engine import OwnEngine
from tests.worker.conftest import ROOT, until_state

# the noun of the tests, and everything else as the product has it
WORKER = """
from onmodel.dispatch import handlers
from onmodel.settings import Settings
from onmodel.worker import app
from tests.support.calls import KIND
from tests.support.stand_in_worker import on_finished, on_started

handlers.register(KIND, on_finished=on_finished, on_started=on_started)
app.serve(Settings())
"""
GREETING = ROOT / "tests" / "functions" / "fixtures" / "greeting"


@pytest.fixture
def settings(home: Path, database_url: str, broker_url: str, engine: OwnEngine) -> Settings:
    checkout = home / "checkout"
    left_out = shutil.ignore_patterns("__pycache__", "tests", ".venv")
    shutil.copytree(ROOT / "sdk", checkout / "sdk", ignore=left_out)
    functions = checkout / "a" / "b" / "functions"  # as far from the SDK as the original
    shutil.copytree(GREETING, functions / "greeting")
    manifest = functions / "greeting" / "function.toml"
    manifest.write_text(manifest.read_text().replace("test.greet", "character.generate_variation"))
    return Settings(
        home=home,
        database_url=database_url,
        broker_url=broker_url,
        functions_dir=functions,
        runtime="docker",
        ONMODEL_DOCKER_HOST=engine.host,  # pyright: ignore[reportCallIssue]
        docker_base=engine.base,
        worker_slots=1,
    )


@pytest.fixture
def worker(settings: Settings) -> Iterator["subprocess.Popen[bytes]"]:
    environment = os.environ | {
        "ONMODEL_HOME": str(settings.home),
        "ONMODEL_DATABASE_URL": str(settings.database_url),
        "ONMODEL_BROKER_URL": str(settings.broker_url),
        "ONMODEL_FUNCTIONS_DIR": str(settings.functions_dir),
        "ONMODEL_WORKER_SLOTS": "1",
        "ONMODEL_RUNTIME": "docker",
        "DOCKER_HOST": settings.docker_host,
        "ONMODEL_DOCKER_BASE": str(settings.docker_base),
    }
    with (settings.home / "worker.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
    yield process
    process.kill()
    process.wait()
    process.kill()
    process.wait()


async def test_a_call_runs_in_a_container_made_from_the_functions_folder(
    database: Database,
    producer: Producer,
    settings: Settings,
    worker: "subprocess.Popen[bytes]",
) -> None:
    call_id = await submit(database, params=CallParams(values={"name": "Mira"}))
    call = await until_state(database, call_id, "succeeded")

    assert call.result is not None
    assert call.result["values"] == {"greeting": "Hello, Mira."}
    label = f"{RUNTIME_LABEL}={(settings.run / 'functions').absolute()}"
    with closing(Engine(settings.docker_host)) as own:
        (warm,) = own.find(label)
        assert warm.labels["onmodel.function"] == "greeting@1.0.0"
        worker.terminate()
        worker.wait()
        assert own.find(label) == []


def test_a_worker_without_an_engine_says_so(home: Path) -> None:
    settings = Settings(
        home=home,
        runtime="docker",
        ONMODEL_DOCKER_HOST=f"unix://{home}/nobody",  # pyright: ignore[reportCallIssue]
    )
    with pytest.raises(EngineUnreachableError) as caught:
        make_pool(settings, lambda: ())
    assert caught.value.detail == f"unix://{home}/nobody: there is no {home}/nobody"
    assert "ONMODEL_RUNTIME=process" in caught.value.try_
