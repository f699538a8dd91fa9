"""The demo's photographs: pinned, described, and taken from the film at the right moments."""

import asyncio
import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from onmodel.demo import pictures
from onmodel.functions.errors import PackagesUnreachableError, WrongHashError
from tests.support.photos import Photos, cache_folder


def test_every_source_says_who_made_it_and_under_which_licence() -> None:
    for source in pictures.TEST_SOURCES:
        assert source.licence
        assert source.credit
        assert source.file.package is not None


def test_the_demo_only_shows_pictures_with_a_named_author_and_a_free_licence() -> None:
    licences = {source.licence for source in pictures.DEMO_SOURCES}
    assert licences == {"Pexels License", "Public domain", "CC0-1.0"}


def test_stills_are_real_different_pictures_of_the_framed_size(photos: Photos) -> None:
    left, upper, right, lower = pictures.ACTRESS_FRAMING
    opened = [_opened(path) for path in photos.person_a]
    assert {picture.size for picture in opened} == {(right - left, lower - upper)}
    for one, other in itertools.pairwise(opened):
        difference = ImageStat.Stat(ImageChops.difference(one, other)).mean
        assert sum(difference) / 3 > 2.0, "two stills show the same moment"


def test_there_are_enough_for_training_and_for_every_wrong_picture(photos: Photos) -> None:
    assert len(photos.person_a) >= 10
    assert len(photos.person_b) == 3
    assert photos.person_c
    assert photos.group
    assert photos.no_face


def test_pictures_fetched_once_need_no_package_index(
    photos: Photos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_NO_CACHE", "1")
    files = asyncio.run(pictures.fetch_sources(pictures.TEST_SOURCES, cache_folder() / "sources"))
    assert all(path.is_file() for path in files.values())


def test_a_file_that_is_not_the_pinned_one_is_refused_and_not_kept(
    photos: Photos, tmp_path: Path
) -> None:
    forged = replace(pictures.MAN_PHOTO, sha256="0" * 64)
    with pytest.raises(WrongHashError):
        asyncio.run(pictures.fetch_sources([forged], tmp_path))
    assert not list(tmp_path.rglob("*.jpg"))


def test_without_a_package_index_the_person_reads_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    with pytest.raises(PackagesUnreachableError) as failure:
        asyncio.run(pictures.fetch_sources([pictures.ASTRONAUT], tmp_path / "sources"))
    assert "connection" in failure.value.try_


def test_stills_that_exist_are_not_taken_again(photos: Photos, tmp_path: Path) -> None:
    for path in photos.person_a:
        shutil.copy(path, tmp_path)
    missing_film = tmp_path / "gone.mp4"
    stills = pictures.take_stills(missing_film, tmp_path, pictures.ACTRESS_EYES_DOWN)
    assert [path.name for path in stills] == [path.name for path in photos.person_a[-6:]]


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as picture:
        return picture.convert("RGB")
