"""The real function with its real weights."""

import os
from pathlib import Path

import pytest
from onmodel_vision.weights import collect

from onmodel_identity_profile.handler import IdentityProfile

MANIFEST = Path(__file__).parents[1] / "function.toml"


@pytest.fixture(scope="session")
def function() -> IdentityProfile:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    profile = IdentityProfile()
    profile.setup(collect(MANIFEST, cache / "onmodel-test-weights"))
    return profile
