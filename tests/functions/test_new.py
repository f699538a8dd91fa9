"""A new function, made by doing what docs/functions.md says and nothing else."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from onmodel.functions.new import BadNameError, FolderExistsError, create
from tests.support.services import short_folder

ROOT = Path(__file__).parents[2]


def chapter(title: str) -> str:
    """Return a chapter of the guide."""
    guide = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    return guide.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the code in a text, each with its language, in order."""
    return re.findall(r"```(\w+)\n(.*?)```", text, flags=re.DOTALL)


def everything(folder: Path) -> set[Path]:
    """Return all files below a folder."""
    return {path for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Followed:
    """What came of doing what a chapter says."""

    checkout: Path
    said: str

    def outside(self, name: str) -> set[str]:
        """Name what lies beside the function's own folder."""
        own = self.checkout / "functions" / name
        return {
            path.relative_to(self.checkout).parts[0]
            for path in everything(self.checkout)
            if own not in path.parents
        }


@contextmanager
def followed(title: str, name: str) -> Generator[Followed]:
    """Do what a chapter says, in an empty checkout; the SDK stays as it is."""
    sdk = {path: path.stat().st_mtime_ns for path in everything(ROOT / "sdk" / "src")}
    with short_folder() as checkout:
        functions = checkout / "functions"
        environment = os.environ | {
            "ONMODEL_HOME": str(checkout / "home"),
            "ONMODEL_FUNCTIONS_DIR": str(functions),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        environment.pop("VIRTUAL_ENV", None)
        # a machine with wheels of its own says so to pip
        if wheels := os.environ.get("PIP_FIND_LINKS"):
            environment.setdefault("UV_FIND_LINKS", wheels)
        said: list[str] = []
        for language, code in blocks(chapter(title)):
            if language == "python":
                (functions / name / "src" / f"onmodel_{name}" / "handler.py").write_text(code)
            if language == "sh":
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", code],
                    cwd=checkout,
                    env=environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, done.stdout
                said.append(done.stdout)
        yield Followed(checkout, "".join(said))
    assert sdk == {
        path: path.stat().st_mtime_ns for path in everything(ROOT / "sdk" / "src") if path in sdk
    }


def test_somebody_who_follows_the_guide_has_a_function() -> None:
    with followed("Make one", "grey") as done:
        assert "It conforms." in done.said
        assert (done.checkout / "made" / "grey.png").read_bytes().startswith(b"\x89PNG")
        # besides the function's own folder: its environment, and what the last command made
        assert done.outside("grey") == {"home", "made"}


@pytest.mark.functions
def test_a_model_of_torch_is_added_the_same_way() -> None:
    with followed("A model of torch", "grain") as done:
        assert "It conforms." in done.said
        assert "the same seed makes the same" in done.said
        with Image.open(done.checkout / "softened" / "image.png") as made:
            assert made.size == (64, 64)
        lock = (done.checkout / "functions" / "grain" / "uv.lock").read_text()
        assert "+cpu" in lock
        assert "nvidia" not in lock
        assert done.outside("grain") == {"home", "softened"}


def test_a_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(BadNameError):
        create("../grey", tmp_path, ROOT / "sdk", print)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "grey").mkdir()
    with pytest.raises(FolderExistsError):
        create("grey", tmp_path, ROOT / "sdk", print)
    assert list((tmp_path / "grey").iterdir()) == []
