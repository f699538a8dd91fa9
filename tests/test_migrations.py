"""Migrations on databases with rows in them: what they rewrite, and the way down and up again."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from onmodel.cli.migrations import upgrade
from onmodel.settings import Settings
from onmodel.variations.schemas import Recipe
from tests.decisions.scene import candidate_ids, scene
from tests.review import cast
from tests.support.drawings import picture
from tests.support.house import House, running
from tests.support.migrating import counts, downgrade, fetch, insert, revisions
from tests.test_tables import differences_of

OLD: dict[str, Any] = {
    "task": "generate_variation",
    "function": "puppet",
    "version": "1",
    "parameters": {},
    "seed": 3,
    "inputs": [],
}
OF_A_VERSION: dict[str, Any] = {
    "number": 3,
    "names": ["Locked"],
    "trigger_word": "mara_om",
    "positive_prompt": "tall",
    "negative_prompt": "",
}


@pytest.fixture
def old_pictures(empty_database_url: str) -> dict[str, UUID]:
    """Return pictures of a database at 0015: pinned to a version or not, with a model or not."""
    url = empty_database_url
    upgrade(url, revision="0015")
    project, character, file, job, adapter = (uuid4() for _ in range(5))
    insert(url, "projects", id=project)
    insert(url, "characters", id=character, project_id=project)
    insert(url, "files", id=file, project_id=project, sha256="ab" * 32)
    insert(url, "character_training_jobs", id=job, project_id=project, character_id=character)
    of_the_character = {"project_id": project, "character_id": character}
    insert(
        url,
        "adapters",
        id=adapter,
        job_id=job,
        file_id=file,
        number=2,
        kind="profile",
        **of_the_character,
    )
    model = {"id": str(adapter), "number": 2}
    recipes: dict[str, dict[str, Any]] = {
        "with a model": OLD | {"pinned": OF_A_VERSION | {"adapter": model}},
        "without a model": OLD | {"pinned": OF_A_VERSION | {"adapter": None}},
        "not pinned": OLD | {"pinned": None},
        "older than pins": OLD,
    }
    made = {name: uuid4() for name in recipes}
    for at, (name, recipe) in enumerate(recipes.items()):
        insert(
            url,
            "character_variations",
            id=made[name],
            key=f"angle/{at}",
            recipe=recipe,
            **of_the_character,
        )
    return made


def _recipes(url: str, pictures: dict[str, UUID]) -> dict[str, dict[str, Any]]:
    names = {id_: name for name, id_ in pictures.items()}
    rows = fetch(url, "SELECT id, recipe FROM character_variations")
    return {names[row["id"]]: row["recipe"] for row in rows}


def test_0016_says_of_pinned_pictures_what_they_were_made_of(
    empty_database_url: str, old_pictures: dict[str, UUID]
) -> None:
    url = empty_database_url
    before = _recipes(url, old_pictures)
    upgrade(url, revision="0016")
    after = _recipes(url, old_pictures)
    assert all("pinned" not in recipe for recipe in after.values())
    for name in ("not pinned", "older than pins"):
        assert after[name] == OLD
        assert Recipe.model_validate(after[name]).made_of is None
    bare = Recipe.model_validate(after["without a model"]).made_of
    assert bare is not None
    assert (bare.number, bare.names, bare.pinned, bare.adapter) == (3, ["Locked"], True, None)
    full = Recipe.model_validate(after["with a model"]).made_of
    assert full is not None
    assert full.adapter is not None
    assert (full.adapter.number, full.adapter.kind, full.adapter.sha256) == (
        2,
        "profile",
        "ab" * 32,
    )
    downgrade(url, "0015")
    again = _recipes(url, old_pictures)
    assert again["without a model"] == before["without a model"]
    assert again["older than pins"] == before["older than pins"]
    assert again["not pinned"].get("pinned") is None
    model = again["with a model"]["pinned"].pop("adapter")
    assert model.items() >= before["with a model"]["pinned"].pop("adapter").items()
    assert again["with a model"] == before["with a model"]
    upgrade(url, revision="0016")
    assert _recipes(url, old_pictures) == after


async def _some_life(url: str, broker_url: str, home: Path) -> None:
    """Let people do a bit of everything, so that most tables have rows."""
    settings = Settings(home=home, database_url=url, broker_url=broker_url)
    async with running(settings) as house:
        this = await scene(house)
        bob = await cast.member(house, this.ada, this.project, "bob", "editor")
        await _notes_and_names(house, this.ada, this.character["id"], this.standing["id"], bob.id)
        made = await this.decision(3)
        path = f"/decisions/{made['id']}"
        vote = {"verdict": "approve", "stars": 4}
        await bob.put(f"{path}/votes/{candidate_ids(made)[0]}", vote)
        await bob.post(
            f"{path}/comments", {"text": "Yes", "mentions": [str(this.ada.id)]}, status=201
        )
        await this.ada.post(f"{path}/links", {"label": "Client"}, status=201)
        blind = await this.decision(2, method="blind")
        await bob.post(f"/decisions/{blind['id']}/generated", {"prompt": "scowling"}, status=202)
        left, right = candidate_ids(blind)[:2]
        pair = {"left_id": left, "right_id": right, "winner_id": left}
        await bob.post(f"/decisions/{blind['id']}/pairs", pair)
        items = (await this.ada.get("/queue"))["items"]
        waiting = next(one["id"] for one in items if one["subject_kind"] == "variation_score")
        await this.ada.post(f"/queue/{waiting}/cancel")
        await this.ada.post(f"/queue/{waiting}/retry")
        await this.ada.post("/queue/clear", {"whose": "mine"})


async def _notes_and_names(
    house: House, ada: Any, character: str, variation: str, bob: UUID
) -> None:
    body = {"text": "Ears", "mark": {"kind": "point", "at": [0.5, 0.5]}, "mentions": [str(bob)]}
    note = await ada.post(f"/variations/{variation}/notes", body, status=201)
    await ada.post(f"/notes/{note['id']}/replies", {"text": "Longer"}, status=201)
    await ada.patch(f"/variations/{variation}", {"verdict": "approved"})
    path = f"/characters/{character}"
    await ada.patch(path, {"version": 1, "description": "A tall smuggler."})
    await ada.post(f"{path}/versions/2/names", {"name": "Locked"}, status=201)
    for number in (20, 21):
        added = await ada.upload(character, picture(number))
        await house.answer(added["id"], values={"pictures": []})


def test_every_migration_goes_down_and_up_again_with_rows(
    database_url: str, broker_url: str, home: Path
) -> None:
    url = database_url
    asyncio.run(_some_life(url, broker_url, home))
    kept = counts(url)
    assert sum(count > 0 for count in kept.values()) > len(kept) / 2
    every = revisions()
    for revision, before in zip(every[:0:-1], every[-2::-1], strict=True):
        above = counts(url)
        downgrade(url, before)
        below = counts(url)
        assert _shared(below, above) == _shared(above, below), revision
        upgrade(url, revision=revision)
        again = counts(url)
        assert _shared(again, below) == _shared(below, again), revision
        downgrade(url, before)
    assert fetch(url, "SELECT version_num FROM alembic_version") == [{"version_num": every[0]}]
    upgrade(url)
    assert asyncio.run(differences_of(url)) == []
    left = counts(url)
    for table in ("projects", "characters", "files", "character_variations", "calls", "events"):
        assert left[table] == kept[table] > 0


def _shared(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    """Return the counts of the tables that both have."""
    return {name: count for name, count in one.items() if name in other}


def test_0019_keeps_quiet_what_was_quiet_when_it_comes_back(
    database_url: str, broker_url: str, home: Path
) -> None:
    url = database_url
    asyncio.run(_some_life(url, broker_url, home))
    query = "SELECT id FROM decision_candidates WHERE quiet ORDER BY id"
    quiet = fetch(url, query)
    assert len(quiet) == 2, "one was brought, one is being made"
    mentions = "SELECT mentions FROM decision_comments"
    assert len(fetch(url, mentions)[0]["mentions"]) == 1
    downgrade(url, "0018")
    columns = fetch(
        url,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE column_name IN ('quiet', 'mentions', 'first_seq', 'last_seq')",
    )
    assert [one["table_name"] for one in columns] == ["character_notes"]
    upgrade(url)
    assert fetch(url, query) == quiet
    assert fetch(url, mentions)[0]["mentions"] == []
    assert fetch(url, "SELECT 1 FROM character_versions WHERE last_seq IS NOT NULL") == []
