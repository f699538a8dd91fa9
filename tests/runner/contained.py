"""The toy functions in real containers."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.runner.container import RUNTIME_LABEL, ContainerRuntime
from onmodel.runner.engine import Engine
from tests.support.engine import OwnEngine
from tests.support.services import short_folder

ROOT = Path(__file__).resolve().parents[2]
TOYS = Path(__file__).parent / "toys"
DOCKERFILE = """
FROM {base}
COPY sdk /opt/sdk
COPY toys /opt/toys
ENV PYTHONPATH=/opt/sdk:/opt/toys PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["python", "-P", "-m", "onmodel_function"]
"""


@pytest.fixture(scope="session")
def image(engine: OwnEngine) -> str:
    """An image of the toy functions."""
    name = "onmodel-function/toys:test"
    engine.build(name, DOCKERFILE, {"sdk": ROOT / "sdk" / "src", "toys": TOYS})
    return name


@pytest.fixture
def own(engine: OwnEngine) -> Iterator[Engine]:
    """The test's own line to the engine."""
    with closing(Engine(engine.host)) as own:
        yield own


@pytest.fixture
def run_folder() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
def contained(image: str, tmp_path: Path) -> Prepared:
    """The toys' image, and weights as the store arranges them: links to files elsewhere."""
    store, weights = tmp_path / "store", tmp_path / "weights"
    store.mkdir()
    weights.mkdir()
    (store / "file").write_text("weights")
    (store / "file").chmod(0o444)
    (weights / "model.tflite").symlink_to(store / "file")
    return Prepared(None, weights, image=image)


@pytest.fixture
def containers(engine: OwnEngine, own: Engine, run_folder: Path) -> Iterator[ContainerRuntime]:
    """A runtime; whatever the test did, it leaves no container and no folder."""
    runtime = ContainerRuntime(run_folder, Engine(engine.host))
    yield runtime
    runtime.close()
    assert own.find(f"{RUNTIME_LABEL}={run_folder}") == []
    assert [path.name for path in run_folder.iterdir()] == ["lock"]
