"""The real function with its real weights."""

import os
from pathlib import Path

import pytest
from onmodel_vision.weights import collect

from onmodel_identity_measure.handler import IdentityMeasure

MANIFEST = Path(__file__).parents[1] / "function.toml"


@pytest.fixture(scope="session")
def function() -> IdentityMeasure:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    measure = IdentityMeasure()
    measure.setup(collect(MANIFEST, cache / "onmodel-test-weights"))
    return measure
