"""Golden sets: chosen, made aside from the sheet, compared with the run before."""

from typing import Any

from onmodel.dispatch.schemas import CallError
from tests.review import cast
from tests.support.house import House, Person

KEYS = ("expression/happy", "expression/sad", "angle/front", "lighting/noir", "body/bust")


async def _chosen(house: House) -> tuple[Person, dict[str, Any]]:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    slots = [{"key": key, "seed": 40 + number} for number, key in enumerate(KEYS)]
    await ada.put(f"/characters/{mara['id']}/golden", slots)
    return ada, mara


async def _make(
    house: House, person: Person, character_id: str, *, who: int = 1, version: str = "1"
) -> dict[str, Any]:
    asked = await person.post(f"/characters/{character_id}/golden/runs", status=202)
    for number, result in enumerate(asked["results"]):
        await cast.finish(
            house, result["variation"]["id"], who=who, number=70 + number, version=version
        )
    return (await person.get(f"/characters/{character_id}/golden"))["runs"][0]


async def test_the_set_is_chosen_and_refuses_what_cannot_be(house: House) -> None:
    ada, mara = await _chosen(house)
    path = f"/characters/{mara['id']}/golden"
    golden = await ada.get(path)
    assert [(slot["key"], slot["label"], slot["seed"]) for slot in golden["slots"]][:2] == [
        ("expression/happy", "Happy", 40),
        ("expression/sad", "Sad", 41),
    ]
    assert golden["runs"] == []
    for slots, status, code in (
        ([{"key": "angle/front", "seed": 1}] * 2, 422, "slot_twice"),
        ([{"key": "angle/none"}], 422, "unknown_variation_key"),
        ([{"key": "angle/side_left"}], 409, "cannot_do"),
    ):
        assert (await ada.put(path, slots, status=status))["code"] == code
    vera = await cast.member(house, ada, mara["project_id"], "vera", "reviewer")
    await vera.put(path, [], status=403)
    await vera.post(f"{path}/runs", status=403)
    assert len((await vera.get(path))["slots"]) == 5
    assert (await ada.put(path, []))["slots"] == []
    empty = await ada.post(f"{path}/runs", status=409)
    assert empty["code"] == "golden_set_empty"
    history = await ada.get(f"/characters/{mara['id']}/history")
    chosen = [
        row["change"]["fields"]["pictures"]
        for row in history
        if row["event"] == "server:golden_set.updated"
    ]
    assert chosen == [[5, 0], [0, 5]]


async def test_a_run_makes_exactly_these_pictures_and_leaves_the_sheet_alone(
    house: House,
) -> None:
    ada, mara = await _chosen(house)
    standing = await cast.drawn(house, ada, mara["id"], "expression/happy")
    async with house.socket(ada, mara["project_id"]) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        run = await _make(house, ada, mara["id"])
        await socket.until(
            "server:golden.updated", lambda payload: payload["data"]["state"] == "done"
        )
        names = {frame["event"] for frame in socket.seen}
    assert "server:variation.updated" not in names
    assert "server:generation.result" not in names
    assert [result["variation"]["recipe"]["seed"] for result in run["results"]] == [
        40,
        41,
        42,
        43,
        44,
    ]
    assert [result["variation"]["key"] for result in run["results"]] == list(KEYS)
    assert {result["variation"]["golden_run_id"] for result in run["results"]} == {run["id"]}
    assert (run["number"], run["state"], run["function"], run["function_version"]) == (
        1,
        "done",
        "puppet",
        "1",
    )
    assert run["mean_p_same"] > 0.9
    assert run["against_last"] is None
    sheet = await ada.get(f"/characters/{mara['id']}/variations")
    assert [row["id"] for row in sheet] == [standing["id"]]
    assert (await ada.get(f"/characters/{mara['id']}"))["variation_count"] == 1


async def test_a_worse_version_is_shown_before_anybody_ships_it(house: House) -> None:
    ada, mara = await _chosen(house)
    await _make(house, ada, mara["id"])
    same = await _make(house, ada, mara["id"])
    assert (same["number"], same["against_last"]["against"]) == (2, 1)
    assert (same["against_last"]["regression"], same["against_last"]["mean_change"]) == (False, 0)
    worse = await _make(house, ada, mara["id"], who=2, version="2")
    assert worse["function_version"] == "2"
    found = worse["against_last"]
    assert found["regression"] is True
    assert found["worse"] == list(KEYS)
    assert found["mean_change"] < -20
    assert "Less like the character than before" in found["text"]
    # strangers in a golden run alert nobody: they stand nowhere
    assert await ada.get(f"/projects/{mara['project_id']}/alerts") == []
    history = await ada.get(f"/characters/{mara['id']}/history")
    assert history[0]["change"] == {
        "verb": "finished golden set",
        "number": 3,
        "regression": True,
    }


async def test_one_run_at_a_time_and_a_failure_ends_it_too(house: House) -> None:
    ada, mara = await _chosen(house)
    path = f"/characters/{mara['id']}/golden"
    await ada.put(path, [{"key": "angle/front", "seed": 3}])
    await _make(house, ada, mara["id"])
    asked = await ada.post(f"{path}/runs", status=202)
    assert (asked["state"], asked["against_last"]) == ("running", None)
    assert (await ada.post(f"{path}/runs", status=409))["code"] == "golden_running"
    error = CallError(code="no_face", message="No face here.", fault="input", retry=False)
    await house.answer(asked["results"][0]["variation"]["id"], error=error)
    failed = (await ada.get(path))["runs"][0]
    assert (failed["state"], failed["mean_p_same"]) == ("done", None)
    assert failed["against_last"]["worse"] == ["angle/front"]
    (result,) = failed["results"]
    late = await ada.post(f"/variations/{result['variation']['id']}/regenerate", {}, status=404)
    assert late["code"] == "variation_not_found"
