"""Doing what docs/functions.md says, and nothing else."""

import os
import re
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.services import short_folder

ROOT = Path(__file__).parents[2]


def chapter(title: str) -> str:
    """Return a chapter of the guide."""
    guide = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    return guide.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@dataclass(frozen=True)
class Block:
    """A piece of code in the guide, and the file that the words before it name."""

    language: str
    code: str
    file: str | None


def blocks(text: str) -> list[Block]:
    """Return the code in a text, in order."""
    found: list[Block] = []
    before = 0
    for match in re.finditer(r"```(\w+)\n(.*?)```", text, flags=re.DOTALL):
        names = re.findall(r"`([\w/]+\.(?:py|json))`", text[before : match.start()])
        found.append(Block(match[1], match[2], names[-1] if names else None))
        before = match.end()
    return found


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
        for block in blocks(chapter(title)):
            if block.language in {"python", "json"}:
                assert block.file, block.code
                (functions / name / block.file).write_text(block.code)
            if block.language == "sh":
                done = subprocess.run(
                    ["bash", "-euo", "pipefail", "-c", block.code],
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
