"""Images that are made, and images that nobody waits for any more, with a real engine."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import docker
import pytest

from onmodel.functions.errors import (
    DownloadStoppedError,
    EnvironmentBrokenError,
    InstallTimedOutError,
)
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import Patience
from onmodel.functions.registry import Registry
from onmodel.functions.uses import Uses
from onmodel.runner import old_images
from onmodel.runner.engine import Engine
from onmodel.runner.images import Images
from tests.runner.conftest import await_true, toy
from tests.support.engine import OwnEngine

PROJECT = """
[project]
name = "{name}"
version = "1"
"""
WORKS = "ARG BASE\nFROM $BASE\nRUN echo {name} > /made\n"
HANGS = "ARG BASE\nFROM $BASE\nRUN echo begun && sleep 3600\n"


def function(folder: Path, name: str, dockerfile: str) -> Manifest:
    """Write a folder that an image can be made from."""
    place = folder / name
    place.mkdir()
    (place / "pyproject.toml").write_text(PROJECT.format(name=name))
    (place / "Dockerfile").write_text(dockerfile.format(name=name))
    return toy("Echo").model_copy(update={"folder": place, "name": name})


@pytest.fixture
def images(own: Engine, engine: OwnEngine, tmp_path: Path) -> Images:
    return Images(own, Uses(tmp_path / "uses"), base=engine.base)


@pytest.fixture
def busy(engine: OwnEngine) -> Iterator[Callable[[], int]]:
    """Count the containers that run, those of builds among them."""
    with closing(docker.APIClient(base_url=engine.host, version="1.41")) as asker:
        yield lambda: len(asker.containers())


def test_a_build_that_is_stopped_ends_and_holds_up_nobody(
    images: Images, own: Engine, busy: Callable[[], int], tmp_path: Path
) -> None:
    begun, stop = threading.Event(), threading.Event()

    def on_line(line: str) -> None:
        if line == "begun":
            begun.set()

    hangs = function(tmp_path, "hangs", HANGS)
    with ThreadPoolExecutor(1) as threads:
        build = threads.submit(images.ensure, hangs, on_line, Patience(stopped=stop.is_set))
        assert begun.wait(120)
        other = function(tmp_path, "other", WORKS)
        assert own.has_image(images.ensure(other, print, Patience(120)))
        # a second call for the same image waits for the first, as long as it likes
        with pytest.raises(InstallTimedOutError):
            images.ensure(hangs, print, Patience(0.3))
        assert busy() == 1
        stop.set()
        with pytest.raises(DownloadStoppedError):
            build.result(60)
    # the engine has ended what it was doing
    await_true(lambda: busy() == 0, within_s=60)
    assert not images.has(hangs)


def test_a_build_that_fails_says_what_the_engine_said(images: Images, tmp_path: Path) -> None:
    broken = function(tmp_path, "broken", "ARG BASE\nFROM $BASE\nRUN exit 3\n")
    with pytest.raises(EnvironmentBrokenError, match="returned a non-zero code: 3"):
        images.ensure(broken, print, Patience(120))


def test_an_image_of_an_older_source_is_found_and_removed(
    images: Images, own: Engine, engine: OwnEngine, tmp_path: Path
) -> None:
    made = function(tmp_path, "changing", WORKS)
    old = images.ensure(made, print, Patience(120))
    (made.folder / "Dockerfile").write_text(WORKS.format(name="later"))
    new = images.ensure(made, print, Patience(120))
    registry = Registry((made,))

    def names(of: Images) -> list[str]:
        found = old_images.find(own, of, registry)
        return [one.name for one in found if one.name.startswith("onmodel-function/changing:")]

    # whoever made or found an image uses it for as long as it lives
    assert names(images) == []
    later = Images(own, Uses(tmp_path / "others"), base=engine.base)
    assert names(later) == [old]

    with closing(docker.APIClient(base_url=engine.host, version="1.41")) as client:
        container = client.create_container(old, ["true"])["Id"]
        assert names(later) == []
        client.remove_container(container)
    found = old_images.find(own, later, registry)
    assert old in [one.name for one in old_images.remove(own, later, found)]
    assert not own.has_image(old)
    assert own.has_image(new)
