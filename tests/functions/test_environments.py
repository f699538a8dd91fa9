"""One real environment, made by the real installer; no index is asked."""

import shutil
from pathlib import Path

import pytest

from onmodel.functions import Progress, install, listing
from onmodel.functions.environments import Environments, digest_of
from onmodel.functions.errors import EnvironmentBrokenError, FunctionNotFoundError
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import read
from onmodel.runner.calls import CallRequest
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from tests.functions.conftest import FIXTURES, manifest_text, write_function

SDK = Path(__file__).parents[2] / "sdk"


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    """A folder of functions that a test may change, at the same distance from the SDK."""
    root = tmp_path / "checkout"
    shutil.copytree(SDK, root / "sdk", ignore=shutil.ignore_patterns("__pycache__", "tests"))
    folder = root / "tests" / "functions" / "fixtures"
    shutil.copytree(FIXTURES, folder)
    return folder


def test_install_then_call(functions: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert [one.installed for one in listing(functions, home)] == [False]

    told: list[Progress] = []
    install(functions, home, told.append)

    assert told[0].line == "Making the environment of greeting"
    assert (told[-1].step, told[-1].fraction) == ("ready", 1.0)
    assert [one.installed for one in listing(functions, home)] == [True]

    pool = Pool(ProcessRuntime(tmp_path / "run"), Installation(home).prepare)
    for name in ("in", "out"):
        (tmp_path / name).mkdir()
    request = CallRequest("c1", {"name": "Mira"}, tmp_path / "in", tmp_path / "out")
    result = pool.call(read(functions / "greeting"), request)
    pool.close()
    assert result.outputs == {"greeting": "Hello, Mira."}


def test_a_change_of_source_is_another_environment(functions: Path, tmp_path: Path) -> None:
    manifest = read(functions / "greeting")
    environments = Environments(tmp_path / "envs")
    first = environments.ensure(manifest, print)

    handler = functions / "greeting" / "src" / "greeting" / "handler.py"
    handler.write_text(handler.read_text().replace("Hello", "Good morning"))
    second = environments.ensure(manifest, print)

    assert first.parents[1] != second.parents[1]
    assert first.exists()
    (installed,) = second.parents[1].glob("lib/python*/site-packages/greeting/handler.py")
    assert "Good morning" in installed.read_text()


def test_the_source_of_a_local_package_counts(functions: Path) -> None:
    before = digest_of(functions / "greeting")
    author = functions.parents[2] / "sdk" / "src" / "onmodel_function" / "author.py"
    author.write_text(author.read_text() + "\n# changed\n")
    assert digest_of(functions / "greeting") != before


def test_an_environment_that_was_not_finished_is_made_anew(functions: Path, tmp_path: Path) -> None:
    manifest = read(functions / "greeting")
    environments = Environments(tmp_path / "envs")
    environments.path(manifest).mkdir(parents=True)
    (environments.path(manifest) / "half").touch()
    python = environments.ensure(manifest, print)
    assert python.exists()
    assert not (environments.path(manifest) / "half").exists()


def test_a_function_without_a_lock_says_so(functions: Path, tmp_path: Path) -> None:
    (functions / "greeting" / "uv.lock").unlink()
    with pytest.raises(EnvironmentBrokenError, match=r"no uv\.lock"):
        install(functions, tmp_path, lambda progress: None)


def test_what_cannot_be_used_is_listed_with_its_problem(tmp_path: Path) -> None:
    functions = tmp_path / "functions"
    write_function(functions, "bare", manifest_text("bare"))
    write_function(functions, "broken", "name = ")
    bare, broken = listing(functions, tmp_path)
    assert bare.problem is not None
    assert "pyproject.toml" in bare.problem
    assert broken.problem is not None
    assert "function.toml" in broken.problem


def test_only_the_named_functions_are_installed(functions: Path, tmp_path: Path) -> None:
    with pytest.raises(FunctionNotFoundError):
        install(functions, tmp_path, lambda progress: None, names=["nobody"])
    assert install(functions, tmp_path, lambda progress: None, names=[]) == []
