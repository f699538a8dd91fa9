"""A new function, made by doing what docs/functions.md says and nothing else."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_somebody_who_follows_the_guide_has_a_function() -> None:
    sdk = {path: path.stat().st_mtime_ns for path in everything(ROOT / "sdk" / "src")}
    with short_folder() as checkout:
        functions = checkout / "functions"
        environment = os.environ | {
            "ONMODEL_HOME": str(checkout / "home"),
            "ONMODEL_FUNCTIONS_DIR": str(functions),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        }
        environment.pop("VIRTUAL_ENV", None)
        said: list[str] = []
        for language, code in blocks(chapter("Make one")):
            if language == "python":
                (functions / "grey" / "src" / "onmodel_grey" / "handler.py").write_text(code)
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

        assert "It conforms." in "".join(said)
        assert (checkout / "made" / "grey.png").read_bytes().startswith(b"\x89PNG")
        outside = {
            path.relative_to(checkout).parts[0]
            for path in everything(checkout)
            if (functions / "grey") not in path.parents
        }
        # besides the function's own folder: its environment, and what the last command made
        assert outside == {"home", "made"}
    assert sdk == {
        path: path.stat().st_mtime_ns for path in everything(ROOT / "sdk" / "src") if path in sdk
    }


def test_a_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(BadNameError):
        create("../grey", tmp_path, ROOT / "sdk", print)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "grey").mkdir()
    with pytest.raises(FolderExistsError):
        create("grey", tmp_path, ROOT / "sdk", print)
    assert list((tmp_path / "grey").iterdir()) == []
