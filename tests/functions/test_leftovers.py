"""What no function needs any more is found, and what anybody may come back to is not."""

import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from onmodel.functions.additions import Additions
from onmodel.functions.environments import Environments
from onmodel.functions.installation import Installation
from onmodel.functions.leftovers import Leftovers
from onmodel.functions.manifest import read
from onmodel.functions.uses import Uses
from tests.functions.conftest import MODEL, Wheel, manifest_text, write_function

PROJECT = '[project]\nname = "toy"\nversion = "1"\n'
WEIGHT = """
[[weights]]
name = "{name}"
source = "{source}"
sha256 = "{sha256}"
package_sha256 = "{package_sha256}"
bytes = {bytes}
licence = "CC0-1.0"
commercial = true
"""


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    folder = write_function(tmp_path / "functions", "toy", manifest_text("toy"))
    (folder / "pyproject.toml").write_text(PROJECT)
    return tmp_path / "functions"


def environment(home: Path, name: str) -> Path:
    """Put something in the place of an environment."""
    place = home / "envs" / name
    (place / "lib").mkdir(parents=True)
    (place / "lib" / "large").write_bytes(bytes(100_000))
    return place


def names(functions: Path, home: Path) -> list[str]:
    return sorted(one.name for one in Leftovers(functions, home).find())


def test_only_what_has_our_name_and_nobody_needs_goes(functions: Path, home: Path) -> None:
    wanted = Environments(home / "envs").path(read(functions / "toy")).name
    environment(home, wanted)
    old = environment(home, "toy-0123456789abcdef")
    gone = environment(home, "former-0123456789abcdef")
    foreign = environment(home, "somebody-elses")

    leftovers = Leftovers(functions, home)
    found = leftovers.find()
    assert {one.name for one in found} == {old.name, gone.name}
    assert all(one.bytes >= 100_000 for one in found)
    assert old.exists()  # to look changes nothing

    assert leftovers.remove(found) == found
    assert not old.exists()
    assert not gone.exists()
    assert foreign.exists()
    assert (home / "envs" / wanted).exists()
    assert [one.name for one in (home / "envs").iterdir() if one.name.startswith(".rem")] == []


@contextmanager
def user_of(folder: Path, name: str) -> Generator["subprocess.Popen[str]"]:
    """Let another process use something until it is killed."""
    program = (
        "import sys; from pathlib import Path; from onmodel.functions.uses import Uses; "
        "uses = Uses(Path(sys.argv[1])); uses.take(sys.argv[2]); "
        "print('taken', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder), name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "taken\n"
        yield process
        process.kill()


def test_what_a_living_process_uses_stays_until_it_is_gone(functions: Path, home: Path) -> None:
    old = environment(home, "toy-0123456789abcdef")
    leftovers = Leftovers(functions, home)
    found = leftovers.find()
    with user_of(home / "envs" / ".uses", old.name) as process:
        assert leftovers.find() == []
        assert leftovers.remove(found) == []  # it was found before somebody came
        assert old.exists()
        process.kill()
        process.wait()
        assert leftovers.find() == found
    assert leftovers.remove(found) == found


def test_whoever_comes_while_it_is_removed_waits_and_makes_it_anew(tmp_path: Path) -> None:
    uses = Uses(tmp_path)
    with uses.alone("a") as alone:
        assert alone
        assert Uses(tmp_path).is_taken("a")
    uses.take("a")
    with Uses(tmp_path).alone("a") as alone:
        assert not alone
    del uses
    gc.collect()
    assert not Uses(tmp_path).is_taken("a")


def test_a_broken_manifest_keeps_what_is_its_own_and_every_model_file(
    functions: Path, home: Path
) -> None:
    write_function(functions, "broken", "name = ")
    environment(home, "broken-0123456789abcdef")
    other = environment(home, "other-0123456789abcdef")
    file = home / "weights" / ("a" * 64) / "model.tflite"
    file.parent.mkdir(parents=True)
    file.write_bytes(MODEL)
    assert names(functions, home) == [other.name]


def test_model_files_go_with_the_last_set_that_leads_to_them(
    functions: Path, home: Path, wheel: Wheel
) -> None:
    text = WEIGHT.format(**wheel.weight())
    (functions / "toy" / "function.toml").write_text(manifest_text("toy", weights=text))
    installation = Installation(home)
    manifest = read(functions / "toy")
    arranged = installation.prepare_weights(manifest, print)
    (stored,) = (home / "weights").glob("[0-9a-f]*/nothing.tflite")
    assert names(functions, home) == []

    # the function does without it from now on; a process that has prepared it may read it yet
    (functions / "toy" / "function.toml").write_text(manifest_text("toy"))
    assert names(functions, home) == []
    del installation
    gc.collect()
    leftovers = Leftovers(functions, home)
    found = leftovers.find()
    digest = stored.parent.name
    assert {one.name for one in found} == {arranged.name, f"nothing.tflite ({digest[:12]})"}
    assert set(leftovers.remove(found)) == set(found)
    assert not stored.exists()
    assert not arranged.exists()


def test_an_encoder_that_somebody_installed_stays(
    functions: Path, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "encoder.onnx").write_bytes(b"encoder")
    additions = Additions(home / "weights")
    source = tmp_path / "encoder.onnx"
    added = additions.add("faces", source, file="faces.onnx", licence="CC0-1.0", commercial=True)
    assert names(functions, home) == []
    additions.remove("faces")
    assert names(functions, home) == [f"faces.onnx ({added.sha256[:12]})"]


def test_nothing_of_the_store_goes_while_somebody_installs(functions: Path, home: Path) -> None:
    partial = home / "weights" / ".partial" / ("b" * 64)
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"half")
    unpacked = home / "weights" / f".unpack-{os.getpid()}"
    unpacked.mkdir()
    leftovers = Leftovers(functions, home)
    found = leftovers.find()
    assert {one.name for one in found} == {partial.name, unpacked.name}
    with user_of(home / "weights" / ".uses", "store"):
        assert leftovers.find() == []
        assert leftovers.remove(found) == []
    assert set(leftovers.remove(found)) == set(found)
    assert not partial.exists()
    assert not unpacked.exists()


def test_a_function_that_is_gone_leaves_nothing(functions: Path, home: Path) -> None:
    wanted = Environments(home / "envs").path(read(functions / "toy")).name
    environment(home, wanted)
    assert names(functions, home) == []
    shutil.rmtree(functions / "toy")
    assert names(functions, home) == [wanted]
