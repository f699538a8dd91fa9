"""A house is backed up while it runs, and comes back elsewhere as it was."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onmodel.settings import Settings
from tests.cli.running import run
from tests.support.drawings import picture
from tests.support.house import House, Person, running
from tests.support.services import short_folder
from tests.support.weed import Weed


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


@pytest.fixture
async def owner(house: House) -> Person:
    """Somebody with a project, a character and a reference of it."""
    ann = await house.person("ann")
    await _add(house, ann)
    return ann


async def _add(house: House, ann: Person) -> None:
    project = await house.project(ann)
    character = await house.character(ann, project)
    answer = await ann.api.post(
        f"/api/v1/characters/{character['id']}/references",
        files={"file": ("mara.jpg", picture(1), "image/jpeg")},
    )
    assert answer.status_code == 201, answer.text


def _told(home: Path, *words: str, settings: Settings, **more: str) -> dict[str, Any]:
    """Run a command with the services of the test and return what it answers."""
    named = {"ONMODEL_DATABASE_URL": str(settings.database_url)}
    named["ONMODEL_BROKER_URL"] = str(settings.broker_url)
    return json.loads(run(home, *words, "--json", **(named | more)).stdout)


def _git(repository: Path, *words: str) -> str:
    done = subprocess.run(
        ["git", "-C", repository, *words], capture_output=True, text=True, check=True
    )
    return done.stdout


async def _seen(house: House, token: str) -> dict[str, Any]:
    """Return what somebody sees of their project: the record, the references, a picture."""
    async with house.client({"Authorization": f"Bearer {token}"}) as api:
        (project,) = (await api.get("/api/v1/projects")).json()
        (character,) = (await api.get(f"/api/v1/projects/{project['id']}/characters")).json()[
            "items"
        ]
        (reference,) = (await api.get(f"/api/v1/characters/{character['id']}/references")).json()
        answer = await api.get(f"/api/v1/files/{reference['file']['id']}/original")
        assert answer.status_code == 200, answer.text
    return {
        "project": project,
        "character": character,
        "reference": reference,
        "bytes": answer.content,
    }


@pytest.mark.parametrize("store", ["folder", pytest.param("s3", marks=pytest.mark.s3)])
async def test_what_comes_back_is_what_was_there(
    request: pytest.FixtureRequest,
    house: House,
    owner: Person,
    elsewhere: Path,
    empty_database_url: str,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    was = house.resources.settings
    before = await _seen(house, owner.token)
    made = _told(was.home, "backup", str(elsewhere / "backup"), settings=was)
    assert made["objects"] == made["new_objects"] > 0
    assert made["repositories"] == 1

    becomes = was.model_copy(update={"home": elsewhere / "new", "database_url": empty_database_url})
    keys: dict[str, str] = {}
    if store == "s3":
        weed: Weed = request.getfixturevalue("weed")
        keys = {
            "ONMODEL_STORAGE_URL": weed.url(elsewhere.name),
            "ONMODEL_STORAGE_ACCESS_KEY_ID": weed.access_key_id,
            "ONMODEL_STORAGE_SECRET_ACCESS_KEY": weed.secret_access_key,
        }
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        becomes = Settings(
            home=becomes.home, database_url=empty_database_url, broker_url=was.broker_url
        )
    back = _told(becomes.home, "restore", str(elsewhere / "backup"), settings=becomes, **keys)
    assert back["objects"] == made["objects"], back
    async with running(becomes) as second:
        assert await _seen(second, owner.token) == before
    (repository,) = (becomes.workspace / "Projects").iterdir()
    assert _git(repository, "fsck", "--strict", "--no-progress") == ""
    assert _git(repository, "status", "--porcelain") == ""
    assert (becomes.home / "secret.key").exists() == (was.home / "secret.key").exists()

    refused = _told(becomes.home, "restore", str(elsewhere / "backup"), settings=becomes, **keys)
    assert refused["code"] == "database_not_empty"


@pytest.mark.usefixtures("owner")
async def test_a_second_backup_copies_what_is_new(house: House, elsewhere: Path) -> None:
    settings, folder = house.resources.settings, elsewhere / "backup"
    first = _told(settings.home, "backup", str(folder), settings=settings)
    again = _told(settings.home, "backup", str(folder), settings=settings)
    assert (again["objects"], again["new_objects"]) == (first["objects"], 0)
    await house.resources.store.put_bytes(b"one more")
    third = _told(settings.home, "backup", str(folder), settings=settings)
    assert (third["objects"], third["new_objects"]) == (first["objects"] + 1, 1)


@pytest.mark.usefixtures("owner")
async def test_a_damaged_backup_is_refused_and_the_database_stays_empty(
    house: House, elsewhere: Path, empty_database_url: str
) -> None:
    settings, folder = house.resources.settings, elsewhere / "backup"
    becomes = settings.model_copy(
        update={"home": elsewhere / "new", "database_url": empty_database_url}
    )

    def refused() -> str:
        return _told(becomes.home, "restore", str(folder), settings=becomes)["code"]

    assert refused() == "not_a_backup"
    _told(settings.home, "backup", str(folder), settings=settings)
    whole = elsewhere / "whole"
    shutil.copytree(folder, whole)
    blob = next(path for path in (folder / "objects" / "blobs").rglob("*") if path.is_file())
    blob.write_bytes(b"something else")
    assert refused() == "backup_damaged"
    (folder / "database.dump").write_bytes(b"no dump")
    assert refused() == "backup_damaged"
    description = json.loads((folder / "backup.json").read_text())
    (folder / "backup.json").write_text(json.dumps(description | {"revision": "9999"}))
    assert refused() == "not_a_backup"
    # after all that the whole one comes back
    assert _told(becomes.home, "restore", str(whole), settings=becomes)["repositories"] == 1
