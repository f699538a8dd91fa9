"""The real function with its real weights, and photographs that packages ship."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from onmodel_function import Context, InputFile
from onmodel_vision import images
from onmodel_vision.arrays import Image
from onmodel_vision.weights import collect
from skimage import data

from onmodel_puppet.handler import Inputs, Outputs, Puppet

MANIFEST = Path(__file__).parents[1] / "function.toml"
SIZE = 384


@dataclass(frozen=True)
class Played:
    """What one call gave."""

    png: bytes
    image: Image
    report: dict[str, object]

    def number(self, name: str) -> float:
        value = self.report[name]
        assert isinstance(value, int | float)
        return float(value)


Play = Callable[..., Played]


@pytest.fixture(scope="session")
def weights() -> Path:
    """The declared model files, fetched once per machine."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return collect(MANIFEST, cache / "onmodel-test-weights")


@pytest.fixture(scope="session")
def puppet(weights: Path) -> Puppet:
    function = Puppet()
    function.setup(weights)
    return function


def save(image: np.ndarray, path: Path) -> InputFile:
    path.write_bytes(images.encode_png(image.astype(np.uint8)))
    return InputFile(path, "image/png")


@pytest.fixture(scope="session")
def astronaut(tmp_path_factory: pytest.TempPathFactory) -> InputFile:
    """Portrait of Eileen Collins, NASA, public domain; a smile with teeth into the camera."""
    return save(np.asarray(data.astronaut()), tmp_path_factory.mktemp("in") / "astronaut.png")


@pytest.fixture
def play(puppet: Puppet, astronaut: InputFile, tmp_path: Path) -> Play:
    """Call the function as its server does."""

    def run(key: str, *, reference: InputFile = astronaut, seed: int = 0, size: int = SIZE,
            references: list[InputFile] | None = None) -> Played:  # fmt: skip
        folder = tmp_path / f"{key.replace('/', '-')}-{seed}-{len(list(tmp_path.iterdir()))}"
        inputs = Inputs(
            reference=reference, references=references or [], key=key, seed=seed, size=size
        )
        outputs: Outputs = puppet.run(inputs, Context(folder))
        path = outputs.image.path
        return Played(path.read_bytes(), images.read(path), outputs.report)

    return run
