"""Model files from the web: cut off, taken up again, refused, and never believed."""

import errno
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from onmodel.functions.download import Downloads
from onmodel.functions.errors import (
    DownloadStoppedError,
    NoRoomError,
    PackageMissingError,
    PackagesUnreachableError,
    WeightsNotAllowedError,
    WrongFormatError,
    WrongHashError,
)
from onmodel.functions.manifest import Weight
from onmodel.functions.patience import Patience
from onmodel.functions.weights import WeightsStore
from tests.support.site import Site, open_site, safetensors

MODEL = safetensors()
PATH = "/hair/model.safetensors"


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as site:
        site.files[PATH] = MODEL
        yield site


@pytest.fixture
def store(tmp_path: Path) -> WeightsStore:
    return store_in(tmp_path)


def store_in(folder: Path, **tokens: str) -> WeightsStore:
    downloads = Downloads(tokens, pauses_s=(0.0, 0.0))
    return WeightsStore(folder / "weights", downloads=downloads)


def ignore(line: str) -> None:
    """Stand in for a listener."""


def partial_of(folder: Path, weight: Weight) -> Path:
    return folder / "weights" / ".partial" / weight.sha256


def test_a_file_arrives_verified_and_cannot_be_written(store: WeightsStore, site: Site) -> None:
    weight = site.weight(PATH)
    lines: list[str] = []
    told: list[int] = []
    store.ensure([weight], lines.append, on_bytes=lambda one, done: told.append(done))

    path = store.path(weight)
    assert path.read_bytes() == MODEL
    assert path.stat().st_mode & 0o777 == 0o444
    assert lines == ["Fetching model.safetensors", "Verified model.safetensors"]
    assert told == sorted(told)
    assert told[-1] == len(MODEL)
    store.ensure([weight], ignore)
    assert len(site.seen) == 1


def test_a_cut_connection_goes_on_where_it_was(store: WeightsStore, site: Site) -> None:
    site.cut_after = [70_000, 50_000, None]
    weight = site.weight(PATH)
    store.ensure([weight], ignore)
    assert store.path(weight).read_bytes() == MODEL
    assert [asked for _, asked, _ in site.seen] == [None, "bytes=70000-", "bytes=120000-"]


def test_another_process_takes_up_what_one_left(tmp_path: Path, site: Site) -> None:
    weight = site.weight(PATH)
    site.cut_after = [90_000, 0, 0, 0, 0]
    with pytest.raises(PackagesUnreachableError, match=r"model\.safetensors cannot be fetched"):
        store_in(tmp_path).ensure([weight], ignore)
    assert partial_of(tmp_path, weight).stat().st_size == 90_000

    site.cut_after.clear()
    lines: list[str] = []
    again = store_in(tmp_path)
    again.ensure([weight], lines.append)
    assert lines[0] == "Going on with model.safetensors"
    assert site.seen[-1][1] == "bytes=90000-"
    assert again.path(weight).read_bytes() == MODEL
    assert not partial_of(tmp_path, weight).exists()


def test_a_server_without_ranges_begins_again(store: WeightsStore, site: Site) -> None:
    site.ranges = False
    site.cut_after = [70_000, None]
    weight = site.weight(PATH)
    store.ensure([weight], ignore)
    assert store.path(weight).read_bytes() == MODEL


def test_a_busy_server_is_asked_again(store: WeightsStore, site: Site) -> None:
    site.statuses = [503, 429]
    store.ensure([site.weight(PATH)], ignore)
    assert len(site.seen) == 3


def test_spoilt_parts_are_fetched_once_more_from_the_start(tmp_path: Path, site: Site) -> None:
    weight = site.weight(PATH)
    partial = partial_of(tmp_path, weight)
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"x" * 5_000)
    store = store_in(tmp_path)
    store.ensure([weight], ignore)
    assert store.path(weight).read_bytes() == MODEL
    assert [asked for _, asked, _ in site.seen] == ["bytes=5000-", None]


@pytest.mark.parametrize("grows", [True, False])
def test_a_file_of_another_size_is_refused(tmp_path: Path, site: Site, grows: bool) -> None:
    weight = site.weight(PATH)
    site.files[PATH] = MODEL + b"more" if grows else MODEL[:-4]
    store = store_in(tmp_path)
    with pytest.raises(WrongHashError, match=f"declared are {len(MODEL)}"):
        store.ensure([weight], ignore)
    assert not store.has(weight)


def test_a_server_that_sends_without_end_is_cut_off(tmp_path: Path, site: Site) -> None:
    weight = site.weight(PATH)
    site.lengths = False  # it does not say how much it will send
    site.files[PATH] = MODEL * 2
    with pytest.raises(WrongHashError, match="larger than the declared"):
        store_in(tmp_path).ensure([weight], ignore)
    assert partial_of(tmp_path, weight).stat().st_size == 0


def test_another_content_is_refused_and_not_kept(tmp_path: Path, site: Site) -> None:
    weight = site.weight(PATH)
    site.files[PATH] = MODEL[:-1] + b"!"
    store = store_in(tmp_path)
    with pytest.raises(WrongHashError, match="sha256"):
        store.ensure([weight], ignore)
    assert not store.has(weight)
    assert not partial_of(tmp_path, weight).exists()


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (401, WeightsNotAllowedError),
        (403, WeightsNotAllowedError),
        (404, PackageMissingError),
        (410, PackageMissingError),
    ],
)
def test_a_refusal_is_told_and_not_repeated(
    store: WeightsStore, site: Site, status: int, problem: type[Exception]
) -> None:
    site.statuses = [status]
    with pytest.raises(problem):
        store.ensure([site.weight(PATH)], ignore)
    assert len(site.seen) == 1


def test_nobody_there(store: WeightsStore) -> None:
    with open_site() as gone:
        gone.files[PATH] = MODEL
        weight = gone.weight(PATH)
    with pytest.raises(PackagesUnreachableError) as caught:
        store.ensure([weight], ignore)
    assert "internet connection" in caught.value.try_


def test_a_token_is_for_its_host_and_for_nobody_else(tmp_path: Path, site: Site) -> None:
    with open_site() as elsewhere:
        elsewhere.files[PATH] = MODEL
        site.redirects[PATH] = elsewhere.url + PATH
        store_in(tmp_path, **{"127.0.0.1": "secret"}).ensure([site.weight(PATH)], ignore)
        assert site.seen[0][2] == "Bearer secret"
        assert elsewhere.seen[0][2] is None


def test_it_can_be_stopped_and_taken_up(tmp_path: Path, site: Site) -> None:
    weight, store = site.weight(PATH), store_in(tmp_path)
    arrived: list[int] = []
    with pytest.raises(DownloadStoppedError):
        store.ensure(
            [weight],
            ignore,
            on_bytes=lambda one, done: arrived.append(done),
            patience=Patience(stopped=lambda: bool(arrived)),
        )
    assert not store.has(weight)
    store.ensure([weight], ignore)
    assert store.path(weight).read_bytes() == MODEL


def test_a_disk_without_room_is_told_before(
    store: WeightsStore, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nearly_full(_path: Path) -> SimpleNamespace:
        return SimpleNamespace(free=1_000)

    monkeypatch.setattr(shutil, "disk_usage", nearly_full)
    with pytest.raises(NoRoomError, match=r"model\.safetensors needs"):
        store.ensure([site.weight(PATH)], ignore)
    assert site.seen == []


def test_a_disk_that_fills_meanwhile(
    store: WeightsStore, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(NoRoomError):
        store.ensure([site.weight(PATH)], ignore)


def test_a_pickle_is_refused_by_what_it_is_not_by_its_name(tmp_path: Path, site: Site) -> None:
    site.files[PATH] = pickle.dumps({"weight": print})
    store = store_in(tmp_path)
    weight = site.weight(PATH)
    with pytest.raises(WrongFormatError, match="a pickle, which can run code"):
        store.ensure([weight], ignore)
    assert not store.has(weight)
    assert not partial_of(tmp_path, weight).exists()

    marked = site.weight(PATH, pickle=True)
    store.ensure([marked], ignore)
    assert store.has(marked)
