"""A project's part of the machines, by HTTP: who sets what, and what it does to the queue."""

from typing import Any
from uuid import UUID

import pytest

from tests.api.queue.test_routes import Film, call_of, editor, make_film, queue_of

__all__ = ["make_film"]


async def _share(film: Film, **change: Any) -> dict[str, Any]:
    boss = await film.house.person("boss", admin=True)
    return await boss.patch(f"/projects/{film.project}/share", change)


async def test_a_new_project_has_weight_one_and_no_limit(film: Film) -> None:
    await film.wait(1)
    share = await film.ada.get(f"/projects/{film.project}/share")
    assert (share["weight"], share["max_running"], share["quota_calls"]) == (1, None, None)
    assert (share["commercial"], share["people"], share["hold"]) == (False, [], None)
    assert (share["use"]["running"], share["use"]["waiting"]) == (0, 1)


async def test_administrators_set_weight_and_quota_owners_the_rest(film: Film) -> None:
    path = f"/projects/{film.project}/share"
    for change in ({"weight": 2}, {"quota_calls": 5}, {"refuses": True}):
        assert (await film.ada.patch(path, change, status=403))["code"] == "not_allowed"
    assert (await film.ada.patch(path, {"max_running": 3, "commercial": True}))["max_running"] == 3
    share = await _share(film, weight=2, quota_calls=5, quota_period="month")
    assert (share["weight"], share["quota_calls"], share["max_running"]) == (2, 5, 3)
    assert (await film.ada.patch(path, {"max_running": None}))["max_running"] is None
    assert (await film.ada.patch(path, {"commercial": None}, status=422))["code"] == "needs_value"
    bob = await editor(film, "bob")
    assert (await bob.patch(path, {"max_running": 1}, status=403))["code"] == "not_allowed"
    eve = await film.house.person("eve")
    assert (await eve.get(path, status=404))["code"] == "project_not_found"
    assert (await eve.patch(path, {"max_running": 1}, status=404))["code"] == "project_not_found"


async def test_people_get_weights_and_everybody_hears_of_it(film: Film) -> None:
    bob = await editor(film, "bob")
    path = f"/projects/{film.project}/share/people"
    async with film.house.socket(bob, film.project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        share = await film.ada.put(f"{path}/{bob.id}", {"weight": 4})
        told = await socket.until("server:share.updated")
    assert share["people"] == [{"person_id": str(bob.id), "weight": 4}]
    assert told["payload"]["data"]["people"] == share["people"]
    await film.ada.put(f"{path}/{bob.id}", {"weight": 11}, status=422)
    stranger = await film.ada.put(f"{path}/{UUID(int=9)}", {"weight": 2}, status=404)
    assert stranger["code"] == "not_in_project"


async def test_beyond_the_quota_the_queue_says_why_nothing_begins(film: Film) -> None:
    await _share(film, quota_calls=1)
    await film.house.begin(await film.wait(1))
    call = await call_of(film.ada, await film.wait(2))
    assert (call["position"], call["eta_s"]) == (None, None)
    assert call["hold"].startswith("The project may have one call today. The next ones begin at")
    with pytest.raises(AssertionError, match="no call"):
        await film.house.begin(call["subject_id"])


async def test_what_is_beyond_the_quota_stands_in_nobodys_way(film: Film) -> None:
    await _share(film, quota_calls=2)
    await film.house.begin(await film.wait(1))
    last = await call_of(film.ada, await film.wait(2))
    beyond = await call_of(film.ada, await film.wait(3))
    assert (last["position"], last["hold"]) == (1, None)
    assert (beyond["position"], beyond["hold"][:38]) == (
        None,
        "The project may have 2 calls today. Th",
    )
    series = await film.house.project(film.ada, "Series")
    character = (await film.house.character(film.ada, series))["id"]
    other = (await film.ada.upload(character, film.picture(4), name="4.png"))["id"]
    places = {item["subject_id"]: item["position"] for item in await queue_of(film.ada)}
    assert {places[last["subject_id"]], places[other]} == {1, 2}


async def test_a_limit_of_running_calls_leaves_places_as_they_are(film: Film) -> None:
    await film.ada.patch(f"/projects/{film.project}/share", {"max_running": 1})
    await film.house.begin(await film.wait(1))
    call = await call_of(film.ada, await film.wait(2))
    assert call["position"] == 1
    assert call["hold"] == "The project may run 1 at once; one has to end first."


async def test_a_project_that_refuses_says_so_when_asked(film: Film) -> None:
    await _share(film, quota_calls=1, refuses=True)
    await film.wait(1)
    answer = await film.ada.upload(film.character, film.picture(2), name="2.png", status=429)
    assert answer["code"] == "quota_reached"
    assert "no more calls" in answer["detail"]


async def test_owners_hurry_a_call_and_others_may_not(film: Film) -> None:
    bob = await editor(film, "bob")
    first = await call_of(film.ada, await film.wait(1))
    second = await call_of(film.ada, await film.wait(2, bob))
    assert "hurry" not in (await call_of(bob, second["subject_id"]))["rights"]
    refused = await bob.post(f"/queue/{second['id']}/hurry", status=403)
    assert refused["code"] == "not_allowed"
    hurried = await film.ada.post(f"/queue/{second['id']}/hurry")
    assert (hurried["urgent"], hurried["position"]) == (True, 1)
    assert "unhurry" in hurried["rights"]
    assert [one["id"] for one in await queue_of(film.ada)] == [second["id"], first["id"]]
    back = await film.ada.post(f"/queue/{second['id']}/unhurry")
    assert (back["urgent"], back["position"]) == (False, 2)
