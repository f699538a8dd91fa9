"""``onmodel score``: folders and characters."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from PIL import Image

from bench.support.house import shared_caches
from onmodel.cli.score_character import NoSuchCharacterError, write_references
from tests.cli.running import run
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House
from tests.support.photos import Photos


@pytest.mark.functions
def test_a_folder_is_scored_against_a_folder(tmp_path: Path, photos: Photos) -> None:
    shots, references = tmp_path / "shots", tmp_path / "references"
    shots.mkdir()
    references.mkdir()
    for still in photos.person_a[3:6]:
        shutil.copy(still, references)
    shutil.copy(photos.person_a[0], shots / "a.png")
    shutil.copy(photos.person_b[0], shots / "b.png")
    shutil.copy(photos.no_face[0], shots / "c.png")
    table = tmp_path / "table.csv"
    words = ("score", str(shots), "--against", str(references))
    home = shared_caches()
    told = run(home, *words, "--csv", str(table), "--json")
    document = json.loads(told.stdout)
    assert told.returncode == 0
    assert document["coverage"] == {"measured": 2, "expected": 3, "reasons": {"no_face": 1}}
    assert [one["picture"] for one in document["pictures"]] == ["a.png", "b.png", "c.png"]
    assert document["pictures"][0]["p_same"] > 0.9 > 0.1 > document["pictures"][1]["p_same"]
    with table.open() as file:
        assert [row["measurable"] for row in csv.DictReader(file)] == ["True", "True", "False"]
    said = run(home, *words).stdout
    assert "not measurable" in said
    assert "2 of 3 pictures measured" in said


def test_an_empty_folder_is_a_sentence(home: Path, tmp_path: Path) -> None:
    told = run(home, "score", str(tmp_path), "--against", str(tmp_path), "--json")
    assert told.returncode == 1
    assert json.loads(told.stdout)["code"] == "no_pictures"


def _files(folder: Path) -> list[Path]:
    return sorted(folder.iterdir())


async def test_a_characters_references_become_files(house: House, tmp_path: Path) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada), name="Mara")
    with pytest.raises(NoSuchCharacterError, match="no reference pictures"):
        await write_references(house.resources, "Mara", tmp_path)
    for number in range(2):
        added = await ada.upload(character["id"], picture(number), name=f"{number}.jpg")
        await house.answer(added["id"], values=report(face(1, number), picture=number))
    assert await write_references(house.resources, "mara", tmp_path) == 2
    assert await write_references(house.resources, character["id"], tmp_path) == 2
    files = _files(tmp_path)
    assert [file.name for file in files] == ["000-0.jpeg", "001-1.jpeg"]
    with Image.open(files[0]) as read:
        assert read.format == "JPEG"
    with pytest.raises(NoSuchCharacterError, match="Nobody is called Zed"):
        await write_references(house.resources, "Zed", tmp_path)


async def test_two_of_one_name_are_asked_for_by_id(house: House, tmp_path: Path) -> None:
    ada = await house.person("ada")
    for title in ("One", "Two"):
        await house.character(ada, await house.project(ada, title), name="Mara")
    with pytest.raises(NoSuchCharacterError, match="2 characters are called Mara"):
        await write_references(house.resources, "Mara", tmp_path)
