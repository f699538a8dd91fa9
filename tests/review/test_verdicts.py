"""What people say of a picture: counted, told, changed, taken back."""

from tests.review import cast
from tests.support.house import House


async def test_a_verdict_is_counted_told_and_undone(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy")
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    path = f"/variations/{happy['id']}/judgement"
    async with house.socket(ada, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        said = await bob.put(path, {"judgement": "not_same"})
        assert said == {"same": 0, "not_same": 1, "cant_tell": 0, "mine": "not_same"}
        frame = await socket.until("server:judgement.updated")
    assert frame["payload"] == {
        "variation_id": happy["id"],
        "character_id": mara["id"],
        "person_id": str(bob.id),
        "judgement": "not_same",
        "data": {"same": 0, "not_same": 1, "cant_tell": 0},
    }
    await ada.put(path, {"judgement": "same"})
    assert await bob.put(path, {"judgement": "cant_tell"}) == {
        "same": 1,
        "not_same": 0,
        "cant_tell": 1,
        "mine": "cant_tell",
    }
    assert (await bob.delete(path))["mine"] is None
    assert await ada.get(path) == {"same": 1, "not_same": 0, "cant_tell": 0, "mine": "same"}


async def test_the_history_says_who_changed_their_mind_and_repeating_tells_nothing(
    house: House,
) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy")
    path = f"/variations/{happy['id']}/judgement"
    for judgement in ("same", "same", "not_same"):
        await ada.put(path, {"judgement": judgement})
    await ada.delete(path)
    await ada.delete(path)
    history = await ada.get(f"/characters/{mara['id']}/history")
    changes = [
        entry["change"]["fields"]["judgement"]
        for entry in history
        if entry["event"] == "server:judgement.updated"
    ]
    assert changes == [["not_same", None], ["same", "not_same"], [None, "same"]]


async def test_only_reviewers_judge_and_only_what_is_there(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    (asked,) = await ada.post(
        f"/characters/{mara['id']}/variations", {"keys": ["angle/front"]}, status=202
    )
    path = f"/variations/{asked['id']}/judgement"
    early = await ada.put(path, {"judgement": "same"}, status=409)
    assert early["code"] == "variation_not_finished"
    await cast.finish(house, asked["id"])
    vera = await cast.member(house, ada, project, "vera", "viewer")
    assert (await vera.put(path, {"judgement": "same"}, status=403))["code"] == "not_allowed"
    assert (await vera.get(path))["mine"] is None
    stranger = await house.person("eve")
    assert (await stranger.get(path, status=404))["code"] == "variation_not_found"
    await ada.put(path, {"judgement": "maybe"}, status=422)


async def test_where_people_and_the_measure_differ(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    alike = await cast.drawn(house, ada, mara["id"], "expression/happy")
    stranger = await cast.drawn(house, ada, mara["id"], "expression/sad", who=2)
    agreed = await cast.drawn(house, ada, mara["id"], "angle/front", number=60)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    assert await ada.get("/identity/disagreements") == []
    await ada.put(f"/variations/{alike['id']}/judgement", {"judgement": "not_same"})
    await bob.put(f"/variations/{alike['id']}/judgement", {"judgement": "cant_tell"})
    await ada.put(f"/variations/{stranger['id']}/judgement", {"judgement": "same"})
    await ada.put(f"/variations/{agreed['id']}/judgement", {"judgement": "same"})
    found = await bob.get(f"/identity/disagreements?project_id={project}")
    assert {row["variation"]["id"] for row in found} == {alike["id"], stranger["id"]}
    first = next(row for row in found if row["variation"]["id"] == alike["id"])
    assert first["character_name"] == "Mara"
    assert first["p_same"] > 0.9
    assert first["reference_file"]["media_type"] == "image/jpeg"
    assert first["verdicts"] == {"same": 0, "not_same": 1, "cant_tell": 1, "mine": "cant_tell"}
    # an even vote is no disagreement
    await bob.put(f"/variations/{stranger['id']}/judgement", {"judgement": "not_same"})
    assert [row["variation"]["id"] for row in await ada.get("/identity/disagreements")] == [
        alike["id"]
    ]
    eve = await house.person("eve")
    assert await eve.get("/identity/disagreements") == []
    assert (await eve.get(f"/identity/disagreements?project_id={project}", status=404))[
        "code"
    ] == "project_not_found"
