"""How a function did when it was last tried: the conformance suite's result, kept on the server."""

from datetime import datetime
from pathlib import Path

from pydantic import BaseModel, ValidationError

_FOLDER = "trials"


class Trial(BaseModel):
    """One run of the suite.

    Attributes:
        version: of the function that was tried.
        runtime: `process` or `docker`.
        passed, skipped: how many checks.
        failed: the names of those that failed.
    """

    version: str
    runtime: str
    at: datetime
    passed: int
    skipped: int
    failed: list[str]


def keep(home: Path, name: str, trial: Trial) -> None:
    """Keep the newest result of a function."""
    folder = home / _FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    new = folder / f".{name}.new"
    new.write_text(trial.model_dump_json())
    new.replace(folder / f"{name}.json")


def latest(home: Path, name: str) -> Trial | None:
    """Return the newest result; None for a function that was never tried here."""
    try:
        return Trial.model_validate_json((home / _FOLDER / f"{name}.json").read_bytes())
    except (OSError, ValidationError):
        return None
