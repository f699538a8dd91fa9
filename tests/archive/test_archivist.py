"""Every change of a character becomes a commit by its author, and Git finds it sound."""

import asyncio
import hashlib
import random
from pathlib import Path
from typing import Any

import pytest

from onmodel.archive import archivist, writing
from onmodel.archive import repository as archive
from onmodel.projects.folder import CHARACTERS
from tests.archive.repository import Repository, git, repository_of
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person
from tests.versions.look import go_back, versions


async def _with_pictures(
    house: House, ada: Person, count: int
) -> tuple[Repository, dict[str, Any]]:
    project_id = await house.project(ada)
    character = await house.character(ada, project_id, description="A tall smuggler.")
    for number in range(count):
        added = await ada.upload(character["id"], picture(number), name=f"front {number}.jpg")
        await house.answer(added["id"], values=report(face(1, number), picture=number))
    return await repository_of(house, project_id), character


def _folder(character: dict[str, Any], name: str = "mara") -> str:
    return f"{name}-{character['id'].replace('-', '')[-8:]}"


class TestCommits:
    async def test_a_change_is_a_commit_by_its_author(self, house: House) -> None:
        ada, ben = await house.person("ada"), await house.person("ben")
        repository, character = await _with_pictures(house, ada, 0)
        await ada.put(f"/projects/{character['project_id']}/members/{ben.id}", {"role": "editor"})
        change = {"version": 1, "tags": ["smuggler"], "importance": "lead"}
        await ben.patch(f"/characters/{character['id']}", change)
        await repository.caught_up()

        assert repository.subjects() == [
            "Ada: Create the project The Long Night",
            "Ada: Mara: created",
            "Ben: Mara: changed tags, importance",
        ]
        record = repository.record(_folder(character))
        assert (record["tags"], record["importance"], record["version"]) == (
            ["smuggler"],
            "lead",
            2,
        )
        assert repository.git("log", "-1", "--format=%ae %cn") == "ben@onmodel.invalid OnModel\n"
        text = repository.folder / CHARACTERS / _folder(character) / "description.txt"
        assert text.read_text() == "A tall smuggler.\n"
        repository.is_sound()

    async def test_a_version_is_one_commit_that_names_it_and_a_name_is_a_tag(
        self, house: House
    ) -> None:
        ada, ben = await house.person("ada"), await house.person("ben")
        repository, character = await _with_pictures(house, ada, 2)
        path = f"/characters/{character['id']}"
        await ada.put(f"/projects/{character['project_id']}/members/{ben.id}", {"role": "editor"})
        start = (await versions(ada, character["id"]))[0]["number"]
        for one in await ada.get(f"{path}/references"):
            await ada.delete(f"/references/{one['id']}")
        await repository.caught_up()
        before = int(repository.git("rev-list", "--count", "HEAD"))

        made = await go_back(ben, character["id"], start, onto=start + 2)
        named = {"name": "Locked for episode 3!", "note": "Before the storm."}
        await ben.post(f"{path}/versions/{start + 1}/names", named, status=201)
        await ben.post(
            f"{path}/versions/{start + 2}/names", {"name": "Locked for episode 3?"}, status=201
        )
        await repository.caught_up()

        assert int(repository.git("rev-list", "--count", "HEAD")) == before + 1
        assert repository.subjects()[-1] == f"Ben: Mara: went back to version {start}"
        shown = repository.git(
            "log", "--format=%(trailers:key=OnModel-Version,valueonly,separator=)"
        )
        numbers = [int(line) for line in shown.split()]
        assert numbers == list(range(made["number"], 0, -1)), "each version is one commit"
        folder = _folder(character)
        tag, other = f"{folder}/locked-for-episode-3", f"{folder}/locked-for-episode-3-v{start + 2}"
        assert repository.git("tag").split() == [tag, other]
        assert repository.git("cat-file", "-t", tag) == "tag\n"
        said = repository.git("tag", "-l", "--format=%(taggername): %(contents)", tag)
        assert said.startswith("Ben: Locked for episode 3!\n\nBefore the storm.\n\n")
        at = repository.git("log", "-1", "--format=%(trailers:key=OnModel-Version,valueonly)", tag)
        assert int(at) == start + 1
        pictures = repository.git("ls-tree", "-r", "--name-only", tag)
        assert pictures.count("reference_images/") == 1
        repository.is_sound()

    async def test_a_tag_is_set_once_after_a_crash(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 0)
        path = f"/characters/{character['id']}"
        await ada.post(f"{path}/versions/1/names", {"name": "First"}, status=201)
        await ada.patch(path, {"version": 1, "tags": ["smuggler"]})
        await repository.caught_up()
        tag = repository.git("rev-parse", f"{_folder(character)}/first")
        monkeypatch.setattr(archivist, "BATCH_EVENTS", 1)
        repository.git("reset", "--hard", "-q", "HEAD~2")
        async with house.resources.database.begin() as uow:
            await archive.set_position(uow, repository.project_id, 0)
        await repository.caught_up()
        assert repository.git("rev-parse", f"{_folder(character)}/first") == tag
        assert repository.subjects()[-1] == "Ada: Mara: changed tags"
        repository.is_sound()

    async def test_what_changes_no_file_is_no_commit(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 1)
        await repository.caught_up()
        before = repository.git("rev-parse", "HEAD")
        await ada.post(
            f"/characters/{character['id']}/decisions",
            {"question": "Which coat?", "key": "outfit/coat"},
            status=422,
        )
        ben = await house.person("ben")
        await ada.put(f"/projects/{character['project_id']}/members/{ben.id}", {"role": "viewer"})
        await repository.caught_up()

        assert repository.git("rev-parse", "HEAD") == before

    async def test_pictures_lie_in_lfs_and_a_clone_has_them(
        self, house: House, tmp_path: Path
    ) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 2)
        await repository.caught_up()
        names = [name for name in repository.files() if "reference_images" in name]
        assert len(names) == 2
        shown = repository.git("show", f"HEAD:{CHARACTERS}/{names[0]}")
        assert shown.startswith("version https://git-lfs.github.com/spec/v1\noid sha256:")
        repository.is_sound()

        git(tmp_path, "clone", "--quiet", f"file://{repository.folder}", "copy")
        copy = tmp_path / "copy"
        git(copy, "lfs", "install", "--local")
        git(copy, "lfs", "pull")
        mine, theirs = (
            hashlib.sha256((root / CHARACTERS / names[0]).read_bytes()).hexdigest()
            for root in (repository.folder, copy)
        )
        assert mine == theirs
        assert f"oid sha256:{mine}" in shown
        assert character["id"]

    async def test_a_picture_that_was_removed_and_brought_back(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 1)
        (reference,) = await ada.get(f"/characters/{character['id']}/references")
        await ada.delete(f"/references/{reference['id']}")
        await repository.caught_up()
        assert not any("reference_images" in name for name in repository.files())
        await ada.post(f"/references/{reference['id']}/restore")
        await repository.caught_up()

        (name,) = [name for name in repository.files() if "reference_images" in name]
        assert (repository.folder / CHARACTERS / name).is_file()
        assert repository.subjects()[-3:] == [
            "Ada: Mara: added picture front 0.jpg",
            "Ada: Mara: removed picture front 0.jpg",
            "Ada: Mara: restored picture front 0.jpg",
        ]
        repository.is_sound()

    async def test_a_name_moves_the_folder_and_keeps_what_it_holds(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 1)
        await repository.caught_up()
        await ada.patch(f"/characters/{character['id']}", {"version": 1, "name": "Käthe"})
        await repository.caught_up()

        folders = {name.split("/")[0] for name in repository.files()}
        assert folders == {_folder(character, "kathe")}
        on_disk = {path.name for path in (repository.folder / CHARACTERS).iterdir()}
        assert on_disk == {".gitkeep", _folder(character, "kathe")}
        assert len(repository.files()) == 3
        repository.is_sound()

    async def test_a_character_that_is_removed_and_restored(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 1)
        await repository.caught_up()
        before = repository.files()
        await ada.delete(f"/characters/{character['id']}")
        await repository.caught_up()
        assert repository.files() == []
        await ada.post(f"/characters/{character['id']}/restore")
        await repository.caught_up()

        assert repository.files() == before
        repository.is_sound()

    async def test_a_generated_picture_its_recipe_and_the_trained_model(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 5)
        job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
        profile = await house.store(b'{"face": 1}', output="profile", media_type="application/json")
        await house.answer(
            job["id"], values={"report": {}}, files=[profile], function="identity-profile"
        )
        path = f"/characters/{character['id']}/variations"
        (asked,) = await ada.post(path, {"keys": ["expression/happy"]}, status=202)
        image = await house.store(picture(9, kind="PNG"), output="image", media_type="image/png")
        await house.answer(asked["id"], values={"report": {"size": 8}}, files=[image])
        await ada.patch(f"/variations/{asked['id']}", {"starred": True})
        await repository.caught_up()

        stem = f"{_folder(character)}/variations/expression-happy-{asked['id'][-8:]}"
        assert {f"{stem}.png", f"{stem}.json"} <= set(repository.files())
        model = f"{CHARACTERS}/{_folder(character)}/models/identity_profile_v01.json"
        assert repository.git("show", f"HEAD:{model}") == '{"face": 1}'
        recipe = (repository.folder / CHARACTERS / f"{stem}.json").read_text()
        assert '"starred": true' in recipe
        assert '"function": "stand-in"' in recipe
        assert repository.subjects()[-1] == "Ada: Mara: reviewed Happy starred"
        repository.is_sound()

    async def test_the_projects_own_record_follows(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 0)
        await ada.put(
            f"/projects/{character['project_id']}", {"version": 1, "title": "The Short Night"}
        )
        await repository.caught_up()

        assert '"title": "The Short Night"' in (repository.folder / "project.json").read_text()
        assert repository.subjects()[-1] == "Ada: The Short Night: changed title"
        repository.is_sound()


class TestNothingIsLost:
    async def test_a_crash_after_the_branch_moved_makes_nothing_twice(
        self, house: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 1)

        def power_cut(*_: object) -> list[str]:
            raise KeyError("power cut")

        with monkeypatch.context() as patched:
            patched.setattr(archivist.checkout, "bring_up", power_cut)
            resources = house.resources
            dying = archivist.Archivist(
                resources.database, resources.store, resources.settings.workspace
            )
            await dying.catch_up()
            await ada.patch(f"/characters/{character['id']}", {"version": 1, "tags": ["late"]})
        await repository.caught_up()

        subjects = repository.subjects()
        assert len(subjects) == len(set(subjects)) == 4
        repository.is_sound()

    async def test_somebodys_own_commit_and_staged_file_stay_theirs(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 0)
        await repository.caught_up()
        (repository.folder / "notes.txt").write_text("mine")
        repository.git("add", "notes.txt")
        who = ("-c", "user.name=Eva", "-c", "user.email=eva@x.invalid")
        repository.git(*who, "commit", "-q", "-m", "My notes")
        (repository.folder / "half.txt").write_text("half done")
        repository.git("add", "half.txt")
        await ada.patch(f"/characters/{character['id']}", {"version": 1, "tags": ["late"]})
        await repository.caught_up()

        assert repository.subjects()[-2:] == ["Eva: My notes", "Ada: Mara: changed tags"]
        assert repository.git("status", "--porcelain") == "A  half.txt\n"
        assert "half.txt" not in repository.git("ls-tree", "-r", "--name-only", "HEAD")

    async def test_what_somebody_edited_in_the_folder_is_not_overwritten(
        self, house: House
    ) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 0)
        await repository.caught_up()
        edited = repository.folder / CHARACTERS / _folder(character) / "character.json"
        edited.write_text("edited by hand, and longer than it was before")
        await ada.patch(f"/characters/{character['id']}", {"version": 1, "tags": ["late"]})
        await repository.caught_up()

        assert edited.read_text() == "edited by hand, and longer than it was before"
        assert repository.record(_folder(character))["tags"] == ["late"]
        assert repository.git("status", "--porcelain").split()[0] == "M"

    async def test_a_folder_that_is_gone_holds_up_no_other_project(self, house: House) -> None:
        ada = await house.person("ada")
        lost, _ = await _with_pictures(house, ada, 0)
        lost.folder.rename(lost.folder.with_name("elsewhere"))
        repository, character = await _with_pictures(house, ada, 0)
        await repository.caught_up()

        assert repository.record(_folder(character))["name"] == "Mara"

    async def test_bytes_that_the_store_lost_are_left_out(self, house: House) -> None:
        ada = await house.person("ada")
        repository, character = await _with_pictures(house, ada, 0)
        store = house.resources.store
        data = picture(3)
        reference = await ada.upload(character["id"], data, name="gone.jpg")
        file = await ada.api.get(f"/api/v1/files/{reference['file']['id']}/original")
        key = hashlib.sha256(file.content).hexdigest()
        await store.delete(f"blobs/{key[:2]}/{key[2:4]}/{key}")
        await ada.patch(f"/characters/{character['id']}", {"version": 1, "tags": ["late"]})
        await repository.caught_up()

        assert repository.subjects()[-1] == "Ada: Mara: changed tags"
        repository.is_sound()


async def test_a_thousand_changes_at_once_are_a_thousand_commits(house: House) -> None:
    """Eight people, twelve characters, fields and pictures; the archivist runs meanwhile."""
    chance = random.Random(7)
    people = [await house.person(name) for name in ("ada", "ben", "eva", "fay", "gus", "ida")]
    project_id = await house.project(people[0])
    for person in people[1:]:
        await people[0].put(f"/projects/{project_id}/members/{person.id}", {"role": "editor"})
    characters = [
        await house.character(people[0], project_id, name=f"Figure {n}") for n in range(12)
    ]
    pictures = [picture(100 + n) for n in range(24)]
    kept: dict[str, int] = {}

    async def actor(person: Person, turns: int) -> int:
        known = {character["id"]: 1 for character in characters}
        done = 0
        while done < turns:
            id_ = chance.choice(characters)["id"]
            if pictures and chance.random() < 0.05:
                await person.upload(id_, pictures.pop(), name=f"{done}.jpg")
                done += 1
                continue
            body = {"version": known[id_], "tags": [f"{person.username} {done}"]}
            answer = await person.api.patch(f"/api/v1/characters/{id_}", json=body)
            if answer.status_code == 409:  # somebody else was faster; that is no change
                known[id_] = answer.json()["current"]["version"]
                continue
            assert answer.status_code == 200, answer.text
            known[id_] = answer.json()["version"]
            kept[id_] = max(kept.get(id_, 0), known[id_])
            done += 1
        return done

    made = sum(await asyncio.gather(*(actor(person, 165) for person in people)))
    repository = await repository_of(house, project_id)
    await repository.caught_up()

    assert made == 990
    # the project, its characters, and one for each acknowledged change
    assert int(repository.git("rev-list", "--count", "HEAD")) == 1 + 12 + made
    for character in characters:
        folder = f"figure-{character['name'].split()[1]}-{character['id'].replace('-', '')[-8:]}"
        assert repository.record(folder)["version"] == kept.get(character["id"], 1)
    assert writing.REF == b"refs/heads/main"
    repository.is_sound()
