"""The suite that every function is put through, and functions that do not pass it."""

from pathlib import Path

import pytest

from onmodel.functions.installation import Prepared
from onmodel.functions.manifest import Manifest, Tier, TierNeeds
from onmodel.runner.conformance import Check, examine
from onmodel.runner.container import ContainerRuntime
from onmodel.runner.process import ProcessRuntime
from tests.runner.conftest import toy
