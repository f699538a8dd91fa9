"""Any picture, checked against the cast of a project."""

from typing import Any

import pytest

from onmodel.dispatch.schemas import CallError
from tests.support.drawings import picture
from tests.support.faces import embedding, face, report
from tests.support.house import House, Person
from tests.support.likeness import drawing, install_figures
from tests.support.pictures_of import drawn, person_with_face


async def _check(
    person: Person,
    project_id: str,
    *,
    data: bytes | None = None,
    name: str = "still.jpg",
    expected: list[str] | None = None,
    status: int = 201,
) -> Any:
    answer = await person.api.post(
        f"/api/v1/projects/{project_id}/checks",
        files={"file": (name, data or picture(700))},
        params={"expected": expected or []},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


async def _newest(person: Person, project_id: str) -> Any:
    return (await person.get(f"/projects/{project_id}/checks"))[0]


async def test_faces_are_given_to_the_cast_one_to_one_and_the_missing_are_named(
    house: House,
) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    cast = [
        await person_with_face(house, ada, project_id, who=who, name=f"No. {who}")
        for who in (1, 2, 3)
    ]
    asked = await _check(ada, project_id, expected=[one["id"] for one in cast])
    assert (asked["state"], asked["faces"], asked["name"]) == ("queued", [], "still.jpg")
    crowd = report(
        face(2, 900, box=[64.0, 128.0, 64.0, 64.0]), face(1, 901), face(9, 902), picture=700
    )
    await house.answer(asked["id"], values=crowd)
    done = await _newest(ada, project_id)
    assert (done["state"], done["reason"], done["route"]) == ("succeeded", None, "photographic")
    named = [one["character"] and one["character"]["name"] for one in done["faces"]]
    assert named == ["No. 2", "No. 1", None]
    assert done["faces"][0]["box"] == [0.1, 0.2, 0.1, 0.1]
    assert done["faces"][0]["character"]["p_same"] > 0.9
    assert done["faces"][0]["character"]["cover"] is not None
    assert [one["bleed"] for one in done["faces"]] == [None, None, None]
    assert [one["name"] for one in done["missing"]] == ["No. 3"]
    assert done["missing"][0]["p_same"] < 0.5


def _between(one: list[float], other: list[float], share: float) -> list[float]:
    return [(1 - share) * a + share * b for a, b in zip(one, other, strict=True)]


async def test_two_characters_that_ran_together_are_reported(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    await person_with_face(house, ada, project_id, who=1, name="Elder")
    # sisters: apart enough to be told from each other, near enough to have a middle
    younger = await house.character(ada, project_id, name="Younger")
    for number in range(3):
        vector = _between(embedding(1, 50 + number), embedding(2, number), 0.65)
        added = await ada.upload(younger["id"], picture(50 + number))
        values = report(face(1, number, embedding=vector), picture=50 + number)
        await house.answer(added["id"], values=values)
    mixed = _between(embedding(1, 60), embedding(2, 60), 0.325)
    asked = await _check(ada, project_id)
    await house.answer(asked["id"], values=report(face(1, 900, embedding=mixed), face(1, 901)))
    first, second = (await _newest(ada, project_id))["faces"]
    assert {first["character"]["name"], second["character"]["name"]} == {"Elder", "Younger"}
    assert first["bleed"] is not None
    assert first["bleed"]["character_id"] != first["character"]["character_id"]
    assert second["bleed"] is None


async def test_a_face_that_cannot_be_judged_says_why(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    await person_with_face(house, ada, project_id, who=1)
    asked = await _check(ada, project_id)
    faces = (face(1, 1), face(1, 2, yaw=-75.0), face(1, 3, face_px=12.0), face(1, 4, covered=True))
    await house.answer(asked["id"], values=report(*faces))
    done = (await _newest(ada, project_id))["faces"]
    assert [one["reason"] for one in done] == [None, "turned_away", "face_too_small", "covered"]
    assert done[0]["character"] is not None
    assert [one["character"] for one in done[1:]] == [None, None, None]
    assert all(one["reason_text"] for one in done[1:])


async def test_a_drawing_is_checked_as_one_figure(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    project_id = await house.project(ada)
    fox = await drawn(house, ada, project_id, who=1)
    owl = await drawn(house, ada, project_id, who=2, name="Owl")
    asked = await _check(ada, project_id, expected=[fox["id"], owl["id"]])
    await house.answer(asked["id"], values=drawing(1, 900))
    done = await _newest(ada, project_id)
    assert (done["route"], done["reason"]) == ("appearance", None)
    assert [one["character"]["name"] for one in done["faces"]] == ["Fox"]
    assert done["faces"][0]["box"] == [0.1, 0.05, 0.5, 0.75]
    assert [one["name"] for one in done["missing"]] == ["Owl"]


@pytest.mark.parametrize("values", [report(), {"report": {"pictures": []}}])
async def test_nobody_to_look_for_is_no_silent_zero(house: House, values: dict[str, Any]) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    asked = await _check(ada, project_id, expected=[mara["id"]])
    await house.answer(asked["id"], values=values)
    done = await _newest(ada, project_id)
    assert done["faces"] == []
    assert done["reason"] == ("no_face" if values == report() else "unreadable")
    assert done["reason_text"]
    assert [one["p_same"] for one in done["missing"]] == [None] * (values == report())


async def test_a_cast_without_references_is_told(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    asked = await _check(ada, project_id)
    await house.answer(asked["id"], values=report(face(1, 1)))
    done = await _newest(ada, project_id)
    assert done["reason"] == "no_references"
    assert [one["character"] for one in done["faces"]] == [None]


async def test_a_failed_measurement_fails_the_check_and_it_is_told_to_everybody(
    house: House,
) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        asked = await _check(ada, project_id)
        await socket.until("server:check.updated", lambda p: p["data"]["state"] == "queued")
        await house.lose(asked["id"], begun=True)
        error = CallError(code="broken", message="It broke.", fault="function")
        await house.answer(asked["id"], error=error)
        await socket.until("server:check.updated", lambda p: p["data"]["state"] == "failed")
    done = await _newest(ada, project_id)
    assert (done["state"], done["reason"]) == ("failed", "unreadable")


async def test_a_removed_check_is_gone_and_its_measurement_with_it(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    asked = await _check(ada, project_id)
    assert (await bob.delete(f"/checks/{asked['id']}", status=404))["code"] == "check_not_found"
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await ada.delete(f"/checks/{asked['id']}")
        event = await socket.until("server:check.removed")
        assert event["payload"]["check_id"] == asked["id"]
    assert await ada.get(f"/projects/{project_id}/checks") == []
    assert (await ada.delete(f"/checks/{asked['id']}", status=404))["code"] == "check_not_found"


async def test_what_is_no_picture_is_refused_and_leaves_nothing(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    text = await _check(ada, project_id, data=b"hello", status=415)
    huge = await _check(ada, project_id, data=b"\0" * (40 << 20), status=413)
    broken = await _check(ada, project_id, data=picture(1)[:2000], status=422)
    assert [one["code"] for one in (text, huge, broken)] == [
        "not_a_picture",
        "file_too_large",
        "damaged_picture",
    ]
    assert await ada.get(f"/projects/{project_id}/checks") == []
    assert not list(house.resources.settings.run.glob("upload-*"))


async def test_only_the_cast_of_the_project_can_be_expected(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    elsewhere = await house.character(ada, await house.project(ada, "Another"))
    problem = await _check(ada, project_id, expected=[elsewhere["id"]], status=422)
    assert problem["code"] == "unknown_cast"


async def test_a_viewer_looks_and_does_not_check(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "viewer"})
    await _check(ada, project_id)
    assert len(await bob.get(f"/projects/{project_id}/checks")) == 1
    assert (await _check(bob, project_id, status=403))["code"] == "not_allowed"
