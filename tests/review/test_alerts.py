"""Off-model alerts: opened with the judgement, told to the owner, handled, closed by themselves."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from sqlalchemy import update

from onmodel.identity import calibrations
from onmodel.identity.calibration import ENCODER
from onmodel.kit.clock import now
from onmodel.review import alerts
from onmodel.review.models import IdentityAlert
from tests.review import cast
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House


async def test_a_stranger_in_the_set_opens_an_alert_and_the_owner_hears(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    mara = await cast.character(house, bob, project)
    async with house.socket(bob, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        happy = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
        frame = await socket.until("server:alert.updated")
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    assert frame["payload"] == {"alert_id": alert["id"], "character_id": mara["id"], "data": alert}
    assert (alert["state"], alert["owner_id"]) == ("open", str(bob.id))
    assert (alert["variation"]["id"], alert["character_name"]) == (happy["id"], "Mara")
    assert alert["p_same"] == happy["p_same"] < alert["below"] == 0.5
    # the two crops side by side: what was made, and the reference it is held against
    assert alert["variation"]["crop"]["id"]
    assert alert["reference_file"]["media_type"] == "image/jpeg"
    assert [row["id"] for row in await bob.get("/alerts")] == [alert["id"]]
    assert await ada.get("/alerts") == []
    history = await ada.get(f"/characters/{mara['id']}/history")
    assert {"verb": "went off model", "picture": "Happy"} in [row["change"] for row in history]


async def test_what_is_like_the_character_opens_none(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy")
    await cast.drawn(house, ada, mara["id"], "lighting/noir", who=None)
    assert await ada.get(f"/projects/{project}/alerts") == []


async def test_a_candidate_alerts_nobody_until_it_stands_and_its_place_closes_the_old_one(
    house: House,
) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    first = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    candidate = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=202)
    await cast.finish(house, candidate["id"], who=3)
    assert [row["id"] for row in await ada.get(f"/projects/{project}/alerts")] == [alert["id"]]
    await ada.post(f"/variations/{candidate['id']}/confirm")
    (fresh,) = await ada.get(f"/projects/{project}/alerts")
    assert fresh["variation"]["id"] == candidate["id"]
    (over,) = await ada.get(f"/projects/{project}/alerts?state=closed")
    assert (over["id"], over["handled_by"]) == (alert["id"], None)
    assert over["reason"] == "The picture was replaced."
    late = await ada.post(f"/alerts/{alert['id']}/reopen", status=409)
    assert late["code"] == "alert_over"


async def test_snooze_with_a_reason_and_it_wakes_by_itself(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    path = f"/alerts/{alert['id']}"
    await ada.post(f"{path}/snooze", {"reason": "  "}, status=422)
    await ada.post(f"{path}/snooze", {"reason": "later", "days": 91}, status=422)
    asleep = await ada.post(f"{path}/snooze", {"reason": "She is in disguise", "days": 3})
    assert (asleep["state"], asleep["reason"]) == ("snoozed", "She is in disguise")
    assert asleep["handled_by"] == str(ada.id)
    listed = {
        state: [row["id"] for row in await ada.get(f"/projects/{project}/alerts?state={state}")]
        for state in ("open", "snoozed", "closed")
    }
    assert listed == {"open": [], "snoozed": [alert["id"]], "closed": []}
    assert await ada.get("/alerts") == []
    async with house.resources.database.begin() as uow:
        await uow.session.execute(
            update(IdentityAlert).values(snoozed_until=now() - timedelta(seconds=1))
        )
    (awake,) = await ada.get(f"/projects/{project}/alerts?state=open")
    assert awake["state"] == "open"
    # and everybody who has the project open hears of it
    async with house.socket(ada, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        async with house.resources.database.begin() as uow:
            assert await alerts.wake(uow) == [UUID(alert["id"])]
        frame = await socket.until("server:alert.updated")
    told = frame["payload"]["data"]
    assert (told["state"], told["snoozed_until"]) == ("open", None)
    assert told["reason"] == "She is in disguise"
    async with house.resources.database.begin() as uow:
        assert await alerts.wake(uow) == []


async def test_what_a_person_closed_stays_closed_until_a_person_opens_it(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    path = f"/alerts/{alert['id']}"
    assert (await ada.post(f"{path}/close"))["state"] == "closed"
    assert (await ada.post(f"{path}/close"))["state"] == "closed"
    await ada.patch(f"/variations/{happy['id']}", {"starred": True})
    assert await ada.get(f"/projects/{project}/alerts") == []
    again = await ada.post(f"{path}/snooze", {"reason": "no"}, status=409)
    assert again["code"] == "alert_over"
    opened = await ada.post(f"{path}/reopen")
    assert (opened["state"], opened["reason"]) == ("open", None)


async def test_the_limit_moves_alerts_and_is_in_the_history(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    path = f"/characters/{mara['id']}/consistency"
    before = await ada.get(f"/characters/{mara['id']}")
    stale = await ada.patch(path, {"version": before["version"] - 1, "route": "auto"}, status=409)
    assert stale["code"] == "stale_version"
    after = await ada.patch(path, {"version": before["version"], "off_model_below": 0.0})
    assert after["off_model_below"] == 0.0
    version = (await ada.get(f"/characters/{mara['id']}"))["version"]
    assert version == before["version"] + 1
    assert await ada.get(f"/projects/{project}/alerts") == []
    (closed,) = await ada.get(f"/projects/{project}/alerts?state=closed")
    assert closed["reason"] == "The picture is within the limit again."
    await ada.patch(path, {"off_model_below": 0.4})
    (back,) = await ada.get(f"/projects/{project}/alerts")
    assert (back["id"], back["below"]) == (closed["id"], 0.4)
    history = await ada.get(f"/characters/{mara['id']}/history")
    assert [0.5, 0.0] in [row["change"].get("fields", {}).get("off_model_below") for row in history]
    await ada.patch(path, {"off_model_below": 0.4})
    assert (await ada.get(f"/characters/{mara['id']}"))["version"] == version + 1
    vera = await cast.member(house, ada, project, "vera", "reviewer")
    await vera.patch(path, {"off_model_below": 0.9}, status=403)
    await ada.patch(path, {"off_model_below": 1.5}, status=422)


async def test_a_calibration_put_in_force_opens_and_closes(house: House) -> None:
    ada = await house.person("ada", admin=True)
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy")
    await cast.drawn(house, ada, mara["id"], "expression/sad", who=2)
    before = await ada.get(f"/projects/{project}/alerts")
    assert [row["variation"]["label"] for row in before] == ["Sad"]
    # everybody within 2.0 is the same person, then nobody beyond 0.1 is
    for midpoint, labels in ((2.0, set[str]()), (0.1, {"Happy", "Sad"})):
        async with house.resources.database.begin() as uow:
            shipped = (await calibrations.in_force(uow))[ENCODER].calibration
            version = calibrations.version_of(
                replace(shipped, midpoint=midpoint),
                version=int(10 + midpoint),
                source="pairs",
            )
            uow.session.add(version)
            await uow.session.flush()
            await calibrations.put_in_force(uow, version, actor_id=None)
        found = await ada.get(f"/projects/{project}/alerts")
        assert {row["variation"]["label"] for row in found} == labels
        assert all(row["p_same"] == row["variation"]["p_same"] < 0.5 for row in found)
    reasons = await ada.get(f"/projects/{project}/alerts?state=closed")
    assert reasons == []


async def test_other_references_judge_anew_and_close_what_is_right_now(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project, references=1)
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    (wrong,) = await ada.get(f"/characters/{mara['id']}/references")
    await ada.delete(f"/references/{wrong['id']}")
    (over,) = await ada.get(f"/projects/{project}/alerts?state=closed")
    assert (over["id"], over["reason"]) == (alert["id"], "The picture cannot be judged any more.")
    right = await ada.upload(mara["id"], picture(900))
    await house.answer(right["id"], values=report(face(2, 0), picture=900))
    assert (await ada.get(f"/variations/{happy['id']}"))["p_same"] > 0.9
    await ada.delete(f"/references/{right['id']}")
    await ada.post(f"/references/{wrong['id']}/restore")
    # the house closed it, so the house opens it again
    (again,) = await ada.get(f"/projects/{project}/alerts")
    assert (again["id"], again["state"]) == (alert["id"], "open")


async def test_only_reviewers_handle_and_strangers_see_nothing(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    vera = await cast.member(house, ada, project, "vera", "viewer")
    rita = await cast.member(house, ada, project, "rita", "reviewer")
    eve = await house.person("eve")
    assert (await vera.post(f"/alerts/{alert['id']}/close", status=403))["code"] == "not_allowed"
    assert (await eve.post(f"/alerts/{alert['id']}/close", status=404))["code"] == "alert_not_found"
    await eve.get(f"/projects/{project}/alerts", status=404)
    assert (await rita.post(f"/alerts/{alert['id']}/close"))["handled_by"] == str(rita.id)
    await ada.delete(f"/characters/{mara['id']}")
    assert await ada.get(f"/projects/{project}/alerts?state=closed") == []
