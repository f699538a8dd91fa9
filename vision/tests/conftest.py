"""Model files and photographs that the tests share."""

import os
from pathlib import Path

import numpy as np
import pytest
from skimage import data

from onmodel_vision.arrays import Image
from onmodel_vision.faces import FaceFinder
from onmodel_vision.measure import Measurer
from onmodel_vision.weights import collect

MANIFEST = Path(__file__).parents[2] / "functions" / "identity-measure" / "function.toml"


@pytest.fixture(scope="session")
def weights() -> Path:
    """The declared model files, fetched once per machine."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return collect(MANIFEST, cache / "onmodel-test-weights")


@pytest.fixture(scope="session")
def finder(weights: Path) -> FaceFinder:
    return FaceFinder(weights)


@pytest.fixture(scope="session")
def measurer(weights: Path) -> Measurer:
    return Measurer(weights)


@pytest.fixture(scope="session")
def astronaut() -> Image:
    """Portrait of Eileen Collins, NASA, public domain, 512 x 512; she smiles into the camera."""
    return np.asarray(data.astronaut(), np.uint8)


@pytest.fixture(scope="session")
def cat() -> Image:
    """The face of a cat, 300 x 451."""
    return np.asarray(data.chelsea(), np.uint8)
