"""What has ended is put away in one step; what others do is told without saying what it is."""

from typing import Any

from onmodel.dispatch.schemas import CallError
from tests.api.queue.test_routes import Film, editor, make_film, queue_of
from tests.support.house import Person

__all__ = ["make_film"]  # the fixture

REFUSED = CallError(code="no_face", message="There is no face.", fault="input")


async def _ended(person: Person, **query: str) -> list[str]:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return [item["label"] for item in (await person.get(f"/queue?{asked}"))["ended"]]


async def _some_end(film: Film, bob: Person) -> None:
    """Let one of ada's calls end well, one be cancelled, and one of bob's fail."""
    await film.house.answer(await film.wait(1), values={"pictures": []})
    await film.house.answer(await film.wait(2, bob), error=REFUSED)
    await film.wait(3)
    (waiting,) = await queue_of(film.ada)
    await film.ada.post(f"/queue/{waiting['id']}/cancel")


async def test_ones_own_is_put_away_and_comes_back(film: Film) -> None:
    bob = await editor(film, "bob")
    await _some_end(film, bob)
    assert await _ended(bob) == ["Check 3.png", "Check 2.png", "Check 1.png"]
    cleared = await bob.post("/queue/clear", {"whose": "mine"})
    assert cleared["count"] == 1
    for person in (bob, film.ada):
        assert await _ended(person) == ["Check 3.png", "Check 1.png"]
    past = (await film.ada.get("/queue/history"))["items"]
    assert [item["label"] for item in past] == ["Check 3.png", "Check 2.png", "Check 1.png"]
    back = await bob.post(f"/queue/clearings/{cleared['id']}/undo")
    assert back == cleared
    assert await _ended(bob) == ["Check 3.png", "Check 2.png", "Check 1.png"]


async def test_everybodys_is_for_those_who_manage_the_project(film: Film) -> None:
    bob = await editor(film, "bob")
    await _some_end(film, bob)
    wish = {"whose": "all", "project_id": film.project}
    assert (await bob.post("/queue/clear", wish, status=403))["code"] == "not_allowed"
    eve = await film.house.person("eve")
    assert (await eve.post("/queue/clear", wish, status=404))["code"] == "project_not_found"
    # without a project it is what one may, here nothing but one's own
    assert (await bob.post("/queue/clear", {"whose": "all"}))["count"] == 1
    cleared = await film.ada.post("/queue/clear", wish)
    assert cleared["count"] == 2
    assert await _ended(film.ada) == []
    # somebody who got hold of the number takes back only what is theirs
    undo = f"/queue/clearings/{cleared['id']}/undo"
    assert [(await who.post(undo))["count"] for who in (eve, bob, film.ada)] == [0, 0, 2]


async def test_a_call_that_has_not_ended_is_never_put_away(film: Film) -> None:
    await film.wait(1)
    assert (await film.ada.post("/queue/clear", {}))["count"] == 0
    assert len(await queue_of(film.ada)) == 1


async def _other_film(film: Film, username: str) -> tuple[Person, str, str]:
    """Make somebody else's project; returns the person, it, and its character."""
    eve = await film.house.person(username)
    project = await film.house.project(eve, "Secret Film")
    return eve, project, (await film.house.character(eve, project, name="Hush"))["id"]


async def test_others_work_stands_before_ours_and_tells_nothing_of_itself(film: Film) -> None:
    eve, _, hush = await _other_film(film, "eve")
    working = await eve.upload(hush, film.picture(1), name="secret.png")
    await film.house.answer(working["id"], values={"pictures": []})
    running = await eve.upload(hush, film.picture(2), name="secret.png")
    await film.house.begin(running["id"])
    await eve.upload(hush, film.picture(3), name="secret.png")
    await film.wait(4)
    await eve.upload(hush, film.picture(5), name="secret.png")
    read = await film.ada.get("/queue")
    (mine,) = read["items"]
    assert read["others"] == 3
    before = [row for row in read["elsewhere"] if row["position"] is not None]
    assert {row["position"] for row in before} == set(range(1, mine["position"]))
    assert [row["tier"] for row in read["elsewhere"]] == ["low"] * (1 + len(before))
    assert all(row.keys() == {"position", "tier", "seconds"} for row in read["elsewhere"])
    told = str(read)
    secrets: list[Any] = ["secret", "Secret Film", "Hush", "Eve", "eve", str(eve.id), hush]
    assert [word for word in secrets if str(word) in told] == []


async def test_nothing_of_others_is_told_to_who_waits_for_nothing(film: Film) -> None:
    await film.wait(1)
    eve = await film.house.person("eve")
    assert (await eve.get("/queue"))["elsewhere"] == []


async def test_in_one_project_the_others_stand_without_names(film: Film) -> None:
    second = await film.house.project(film.ada, "Series")
    nora = (await film.house.character(film.ada, second, name="Nora"))["id"]
    await film.ada.upload(nora, film.picture(1), name="nora.png")
    await film.wait(2)
    (mine,) = (await film.ada.get(f"/queue?project_id={film.project}"))["items"]
    read = await film.ada.get(f"/queue?project_id={film.project}")
    assert len(read["elsewhere"]) == mine["position"] - 1
    assert "Nora" not in str(read)
    assert (await film.ada.get("/queue"))["elsewhere"] == []
