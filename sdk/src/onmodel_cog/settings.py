"""What the worker tells the adapter: how the image starts, and what its values are called."""

import json
import os
from dataclasses import dataclass
from typing import Any

VARIABLE = "ONMODEL_COG"


@dataclass(frozen=True)
class Settings:
    """How to run a Cog image.

    Attributes:
        command: what the image runs by itself.
        folder: where it runs it.
        inputs: our name for an input, by Cog's.
        output: what the one value is called that a model answers.
    """

    command: list[str]
    folder: str
    inputs: dict[str, str]
    output: str


def read() -> Settings:
    """Read them from the environment."""
    told: dict[str, Any] = json.loads(os.environ[VARIABLE])
    return Settings(**told)
