"""A download that everybody can see, stop and take up."""

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from onmodel.functions.errors import (
    DownloadRunningError,
    DownloadStoppedError,
    WeightsNotAllowedError,
)
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import Manifest, Tier, TierNeeds
from onmodel.functions.pulls import Pull, Pulls
from tests.support.site import Site, open_site, safetensors
from tests.support.waiting import eventually

PATH, OTHER = "/a.safetensors", "/b.safetensors"


@pytest.fixture
def site() -> Iterator[Site]:
    with open_site() as site:
        site.files = {PATH: safetensors(), OTHER: safetensors(90_000)}
        yield site


def function(site: Site, folder: Path) -> Manifest:
    return Manifest(
        folder=folder,
        name="hair",
        version="1",
        tasks=("toy",),
        title="Hair",
        summary="A function for tests.",
        licence="Apache-2.0",
        entry="a:B",
        tiers={Tier.LOW: TierNeeds()},
        weights=(site.weight(PATH), site.weight(OTHER)),
    )


def pull(site: Site, home: Path, told: list[Pull]) -> None:
    pulls, manifest = Pulls(home / "weights"), function(site, home)
    pulls.fetch(manifest, Installation(home), on_pull=told.append)


def test_it_tells_how_far_all_files_together_are(site: Site, tmp_path: Path) -> None:
    told: list[Pull] = []
    pull(site, tmp_path, told)
    total = sum(map(len, site.files.values()))
    assert {one.bytes_total for one in told} == {total}
    done = [one.bytes_done for one in told]
    assert done == sorted(done)
    assert (done[0], done[-1]) == (0, total)
    assert Pulls(tmp_path / "weights").of("hair") is None


def test_others_see_it_cannot_begin_it_twice_and_can_stop_it(site: Site, tmp_path: Path) -> None:
    site.hold = threading.Event()
    pulls, manifest = Pulls(tmp_path / "weights"), function(site, tmp_path)
    problems: list[Exception] = []

    def work() -> None:
        try:
            pull(site, tmp_path, [])
        except DownloadStoppedError as problem:
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    eventually(lambda: site.seen, what="the site was asked")
    seen = pulls.of("hair")
    assert seen is not None
    assert seen.state == "running"
    with pytest.raises(DownloadRunningError):
        pulls.fetch(manifest, Installation(tmp_path))

    pulls.stop("hair")
    site.hold.set()
    thread.join(120)
    assert len(problems) == 1
    seen = pulls.of("hair")
    assert seen is not None
    assert (seen.state, seen.problem) == ("stopped", None)

    site.hold = None
    pull(site, tmp_path, [])
    assert pulls.of("hair") is None


def test_a_failure_stays_to_be_read(site: Site, tmp_path: Path) -> None:
    site.statuses = [403]
    with pytest.raises(WeightsNotAllowedError):
        pull(site, tmp_path, [])
    seen = Pulls(tmp_path / "weights").of("hair")
    assert seen is not None
    assert seen.state == "failed"
    assert seen.problem is not None
    assert seen.problem.code == "weights_not_allowed"
    assert "token" in seen.problem.todo


def test_a_killed_process_leaves_something_to_take_up(site: Site, tmp_path: Path) -> None:
    site.hold = threading.Event()
    process = multiprocessing.get_context("fork").Process(target=pull, args=(site, tmp_path, []))
    process.start()
    eventually(lambda: site.seen, what="the site was asked")
    process.kill()
    process.join()
    pulls = Pulls(tmp_path / "weights")
    seen = pulls.of("hair")
    assert seen is not None
    assert seen.state == "interrupted"

    site.hold.set()
    pull(site, tmp_path, [])
    assert pulls.of("hair") is None
