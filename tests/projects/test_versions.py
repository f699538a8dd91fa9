"""Generated files are numbered and never overwritten."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from onmodel.projects.versions import add_version, next_version, version_name


def test_the_name_says_shot_version_and_take() -> None:
    assert version_name("SHOT-010", version=1, take=1, suffix=".png") == "SHOT-010_v01_take01.png"
    assert version_name("A", version=123, take=4, suffix=".mp4") == "A_v123_take04.mp4"


@pytest.mark.parametrize("stem", ["", "../x", "a/b", "-rf", "a b", "x\n"])
def test_a_name_that_is_none_is_refused(stem: str) -> None:
    with pytest.raises(ValueError, match="name of a shot"):
        version_name(stem, version=1, take=1, suffix=".png")


def test_the_next_version_follows_the_highest_of_the_shot(tmp_path: Path) -> None:
    for name in ("S-1_v01_take01.png", "S-1_v07_take02.mp4", "S-10_v09_take01.png", "notes.txt"):
        (tmp_path / name).touch()

    assert next_version(tmp_path, "S-1") == 8
    assert next_version(tmp_path, "S-2") == 1
    assert next_version(tmp_path / "none", "S-1") == 1


def test_many_at_once_get_a_number_each(tmp_path: Path) -> None:
    renders = tmp_path / "renders"
    sources = [tmp_path / f"{at}.png" for at in range(12)]
    for source in sources:
        source.write_bytes(source.name.encode() * 1000)

    with ThreadPoolExecutor(6) as pool:
        paths = list(pool.map(partial(add_version, renders, "SHOT-010"), sources))

    assert sorted(path.name for path in paths) == [
        f"SHOT-010_v{number:02d}_take01.png" for number in range(1, 13)
    ]
    assert sorted(path.name for path in renders.iterdir()) == sorted(path.name for path in paths)
    for source, path in zip(sources, paths, strict=True):
        assert path.read_bytes() == source.read_bytes()


def test_a_source_that_is_missing_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        add_version(tmp_path / "renders", "SHOT-010", tmp_path / "none.png")

    assert list((tmp_path / "renders").iterdir()) == []
