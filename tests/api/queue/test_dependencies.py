"""Work that waits for other work: asked for, shown, lost and brought back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from onmodel.characters import repository as characters
from onmodel.dispatch.schemas import CallError
from onmodel.kit.db.uow import Database
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person
from tests.worker.conftest import until

REFUSED = CallError(code="no_face", message="There is no face.", fault="input")


class Studio:
    """A character that can be trained, and its pictures, which wait for the training."""

    def __init__(self, house: House, ada: Person, project: str, character: str) -> None:
        self.house, self.ada, self.project = house, ada, project
        self.path = f"/characters/{character}"

    async def train(self) -> dict[str, Any]:
        return await self.ada.post(f"{self.path}/train", {}, status=202)

    async def draw(self, key: str, *after: str, **wish: Any) -> dict[str, Any]:
        body = {"keys": [key], "after": list(after), **wish}
        (asked,) = await self.ada.post(f"{self.path}/variations", body, status=202)
        return asked

    async def queue(self) -> list[dict[str, Any]]:
        return (await self.ada.get("/queue"))["items"]


@pytest.fixture(name="studio")
async def make_studio(house: House) -> Studio:
    ada = await house.person("ada")
    project = await house.project(ada)
    return await _with_references(house, ada, project, who=1)


async def _with_references(house: House, ada: Person, project: str, *, who: int) -> Studio:
    character = (await house.character(ada, project, name="Mara" if who == 1 else "Pelle"))["id"]
    for number in range(5):
        seed = 10 * (who - 1) + number
        added = await ada.upload(character, picture(seed))
        await house.answer(added["id"], values=report(face(who, number), picture=seed))
    return Studio(house, ada, project, character)


async def test_pictures_wait_for_the_training_and_say_so(studio: Studio) -> None:
    job = await studio.train()
    asked = await studio.draw("expression/happy", job["call_id"])
    training, waiting = await studio.queue()
    assert (training["position"], training["after"]) == (1, [])
    assert waiting["position"] is None
    assert waiting["after"] == [{"id": job["call_id"], "label": "Train model", "character": "Mara"}]
    assert waiting["rights"] == ["cancel", "due"]
    profile = await studio.house.store(b"{}", output="profile", media_type="application/json")
    await studio.house.answer(job["id"], values={"report": {}}, files=[profile])
    (ready,) = await studio.queue()
    assert (ready["subject_id"], ready["position"], ready["after"]) == (asked["id"], 1, [])


async def test_a_failure_ends_what_waits_and_another_try_brings_it_back(studio: Studio) -> None:
    job = await studio.train()
    first = await studio.draw("expression/happy", job["call_id"])
    second = await studio.draw("expression/sad", first["call_id"], job["call_id"])
    await studio.house.answer(job["id"], error=REFUSED)
    assert await studio.queue() == []
    lost = await studio.ada.get(f"/variations/{second['id']}")
    assert lost["state"] == "failed"
    assert lost["error"]["code"] == "dependency_failed"
    assert "comes back with it" in lost["error"]["try"]
    refused = await studio.ada.post(f"/queue/{first['call_id']}/retry", status=409)
    assert refused["code"] == "dependency_unmet"
    again = await studio.ada.post(f"/queue/{job['call_id']}/retry")
    training, happy, sad = sorted(await studio.queue(), key=lambda item: item["id"])
    assert training["id"] == again["id"]
    assert [one["id"] for one in happy["after"]] == [training["id"]]
    assert {one["id"] for one in sad["after"]} == {training["id"], happy["id"]}
    assert (happy["label"], sad["label"]) == ("Happy", "Sad")


async def test_cancelling_is_taken_back_with_all_that_went_with_it(studio: Studio) -> None:
    job = await studio.train()
    asked = await studio.draw("expression/happy", job["call_id"])
    await studio.ada.post(f"/queue/{job['call_id']}/cancel")
    past = (await studio.ada.get("/queue/history?state=cancelled"))["items"]
    errors = {item["id"]: item["error"] and item["error"]["code"] for item in past}
    assert errors == {job["call_id"]: None, asked["call_id"]: "dependency_cancelled"}
    ids = [asked["call_id"], job["call_id"]]
    done = await studio.ada.post("/queue/batch", {"verb": "retry", "ids": ids})
    assert done["refused"] == []
    items = await studio.queue()
    assert [item["label"] for item in items] == ["Train model", "Happy"]
    assert {item["id"] for item in items} == set(done["done"])


async def test_a_second_click_on_try_again_makes_nothing_new(studio: Studio) -> None:
    job = await studio.train()
    await studio.ada.post(f"/queue/{job['call_id']}/cancel")
    first = await studio.ada.post(f"/queue/{job['call_id']}/retry")
    second = await studio.ada.post(f"/queue/{job['call_id']}/retry")
    assert first["id"] == second["id"]


async def test_two_chains_across_two_characters_end_at_once(studio: Studio) -> None:
    """Each takes both characters; told in the order of the calls they would wait in a circle."""
    pelle = await _with_references(studio.house, studio.ada, studio.project, who=2)
    first = await studio.draw("expression/happy")
    after_it = await pelle.draw("expression/happy", first["call_id"])
    second = await pelle.draw("expression/sad")
    after_that = await studio.draw("expression/sad", second["call_id"])
    database = studio.house.resources.database
    async with database.begin() as held:
        await characters.lock_all(held, [UUID(one.path[12:]) for one in (studio, pelle)])
        ends = [
            asyncio.create_task(studio.ada.post(f"/queue/{one['call_id']}/cancel"))
            for one in (first, second)
        ]
        await until(lambda: _wait_for_locks(database, 2))
    assert [one["state"] for one in await asyncio.gather(*ends)] == ["cancelled"] * 2
    for one in (first, after_it, second, after_that):
        assert (await studio.ada.get(f"/variations/{one['id']}"))["state"] == "cancelled"


async def _wait_for_locks(database: Database, count: int) -> bool:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with database.read() as uow:
        return await uow.session.scalar(waiting) == count


async def test_nobody_waits_for_work_of_another_project_or_of_none(studio: Studio) -> None:
    eve = await studio.house.person("eve")
    hers = await studio.house.character(eve, await studio.house.project(eve))
    job = await studio.train()
    secret = await eve.upload(hers["id"], picture(77))
    (call,) = (await eve.get("/queue"))["items"]
    assert call["subject_id"] == secret["id"]
    wish = {"keys": ["expression/happy"]}
    answers = [
        await studio.ada.post(f"{studio.path}/variations", {**wish, "after": [id_]}, status=422)
        for id_ in (call["id"], str(UUID(int=9)))
    ]
    assert answers[0]["code"] == "unknown_dependency"
    assert answers[0]["detail"] == answers[1]["detail"]
    too_many = [job["call_id"]] * 21
    await studio.ada.post(f"{studio.path}/variations", {**wish, "after": too_many}, status=422)


async def test_owners_need_it_at_any_moment_others_an_hour_ahead(studio: Studio) -> None:
    bob = await studio.house.person("bob")
    await studio.ada.put(f"/projects/{studio.project}/members/{bob.id}", {"role": "editor"})
    soon = (datetime.now(UTC) + timedelta(minutes=20)).isoformat()
    later = (datetime.now(UTC) + timedelta(hours=3)).isoformat()
    asked = await studio.draw("expression/happy", due_at=soon)
    (item,) = await studio.queue()
    assert datetime.fromisoformat(item["due_at"]) == datetime.fromisoformat(soon)
    wish = {"keys": ["expression/sad"], "due_at": soon}
    refused = await bob.post(f"{studio.path}/variations", wish, status=422)
    assert refused["code"] == "due_too_soon"
    await bob.post(f"{studio.path}/variations", {**wish, "due_at": later}, status=202)
    past = {**wish, "keys": ["expression/angry"], "due_at": "2020-01-01T00:00:00Z"}
    assert (await studio.ada.post(f"{studio.path}/variations", past, status=422))["code"] == (
        "due_too_soon"
    )
    due = f"/queue/{asked['call_id']}/due"
    assert (await bob.put(due, {"due_at": later}, status=403))["code"] == "not_allowed"
    eve = await studio.house.person("eve")
    assert (await eve.put(due, {"due_at": later}, status=404))["code"] == "call_not_found"
    assert (await studio.ada.put(due, {"due_at": None}))["due_at"] is None
    await studio.ada.post(f"/queue/{asked['call_id']}/cancel")
    over = await studio.ada.put(due, {"due_at": later}, status=409)
    assert over["code"] == "call_not_waiting"
