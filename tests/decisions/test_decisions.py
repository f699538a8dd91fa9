"""Asking, suggesting, voting openly, deciding, undoing."""

import asyncio
from typing import Any

from onmodel.kit.ids import new_id
from tests.decisions.scene import KEY, candidate_ids, scene
from tests.review import cast
from tests.support.house import House, Person

APPROVE = {"verdict": "approve", "stars": None}
REJECT = {"verdict": "reject", "stars": None}


async def _sheet(who: Person, character: str) -> dict[str, str]:
    shown = await who.get(f"/characters/{character}/variations")
    return {one["key"]: one["id"] for one in shown if one["current"]}


async def test_a_suggestion_wins_stands_in_the_set_and_is_undone(house: House) -> None:
    this = await scene(house)
    ada, character = this.ada, this.character["id"]
    bob = await cast.member(house, ada, this.project, "bob", "reviewer")
    made = await this.decision(2)
    path = f"/decisions/{made['id']}"
    standing, brought = made["candidates"]
    assert (standing["source"], standing["current"]) == ("existing", True)
    assert (brought["source"], brought["current"]) == ("picture", False)
    assert await _sheet(ada, character) == {KEY: this.standing["id"]}
    await this.measured(brought["variation_id"])
    seen = (await bob.get(path))["decision"]["candidates"][1]
    assert seen["landmarks"] == {"eye_left": [0.3125, 0.25], "eye_right": [0.5, 0.25]}
    assert seen["p_same"] is not None
    await bob.put(f"{path}/votes/{brought['id']}", {"verdict": "approve", "stars": 4})
    said = await ada.put(f"{path}/votes/{standing['id']}", REJECT)
    assert (said["counted"], said["leading_id"]) == (2, brought["id"])
    tally = said["candidates"][1]["tally"]
    assert tally["counted"] == {"approve": 1, "reject": 0, "stars": 4.0, "stars_given": 1}
    refused = await bob.post(f"{path}/decide", {"candidate_id": brought["id"]}, status=403)
    assert refused["code"] == "not_allowed"

    async with house.socket(ada, this.project) as socket:
        decided = await ada.post(f"{path}/decide", {"candidate_id": brought["id"]})
        frame = await socket.until("server:decision.updated")
        assert frame["payload"]["data"] == decided
    assert (decided["state"], decided["winner_id"]) == ("decided", brought["id"])
    assert await _sheet(ada, character) == {KEY: brought["variation_id"]}
    late = await bob.put(f"{path}/votes/{brought['id']}", REJECT, status=409)
    assert late["code"] == "voting_over"
    twice = await ada.post(f"{path}/decide", {"candidate_id": None}, status=409)
    assert twice["code"] == "voting_over"

    again = await ada.post(f"{path}/reopen")
    assert (again["state"], again["winner_id"], again["counted"]) == ("open", None, 2)
    assert await _sheet(ada, character) == {KEY: this.standing["id"]}
    verbs = [one["change"]["verb"] for one in await _history(ada, character)]
    assert {"asked the team", "brought picture", "decided", "reopened decision"} <= set(verbs)


async def _history(who: Person, character: str) -> list[Any]:
    answer = await who.get(f"/characters/{character}/history")
    return answer["items"] if isinstance(answer, dict) else answer


async def test_undo_leaves_alone_what_somebody_chose_since(house: House) -> None:
    this = await scene(house)
    made = await this.decision(2)
    await this.ada.post(
        f"/decisions/{made['id']}/decide", {"candidate_id": made["candidates"][1]["id"]}
    )
    won = made["candidates"][1]["variation_id"]
    newer = await this.ada.post(f"/variations/{won}/regenerate", {}, status=202)
    await cast.finish(house, newer["id"], number=77)
    await this.ada.post(f"/variations/{newer['id']}/confirm")
    await this.ada.post(f"/decisions/{made['id']}/reopen")
    assert await _sheet(this.ada, this.character["id"]) == {KEY: newer["id"]}


async def test_an_empty_place_is_filled_and_emptied_again(house: House) -> None:
    this = await scene(house)
    body = {"question": "Which crying face?", "key": "expression/sad"}
    made = await this.ada.post(f"/characters/{this.character['id']}/decisions", body, status=201)
    path = f"/decisions/{made['id']}"
    made = await this.bring(this.ada, made["id"], 1)
    alone = await this.ada.post(
        f"{path}/decide", {"candidate_id": candidate_ids(made)[0]}, status=409
    )
    assert alone["code"] == "too_few_candidates"
    made = await this.bring(this.ada, made["id"], 2)
    await this.ada.post(f"{path}/decide", {"candidate_id": candidate_ids(made)[1]})
    won = made["candidates"][1]["variation_id"]
    assert (await _sheet(this.ada, this.character["id"]))["expression/sad"] == won
    await this.ada.post(f"{path}/reopen")
    assert await _sheet(this.ada, this.character["id"]) == {KEY: this.standing["id"]}


async def test_a_picture_is_made_for_a_decision_and_an_edit_names_its_origin(
    house: House,
) -> None:
    this = await scene(house)
    made = await this.decision(1)
    path = f"/decisions/{made['id']}"
    made = await this.ada.post(f"{path}/generated", {"note": "angrier"}, status=202)
    waiting = made["candidates"][1]
    assert (waiting["state"], waiting["file"], waiting["note"]) == ("queued", None, "angrier")
    early = await this.ada.post(f"{path}/decide", {"candidate_id": waiting["id"]}, status=409)
    assert early["code"] == "variation_not_finished"
    await cast.finish(house, waiting["variation_id"], number=60)
    there = (await this.ada.get(path))["decision"]["candidates"][1]
    assert (there["state"], there["file"] is not None) == ("succeeded", True)
    recipe = (await this.ada.get(f"/variations/{waiting['variation_id']}"))["recipe"]
    assert recipe["seed"] == 1
    edited = await this.bring(this.ada, made["id"], 9, query=f"?edited_id={this.standing['id']}")
    edit = edited["candidates"][2]
    assert edit["source"] == "edit"
    recipe = (await this.ada.get(f"/variations/{edit['variation_id']}"))["recipe"]
    assert [one["name"] for one in recipe["inputs"]] == ["edited"]
    assert await _sheet(this.ada, this.character["id"]) == {KEY: this.standing["id"]}


async def test_what_was_to_be_made_for_a_decision_is_tried_again_in_its_place(
    house: House,
) -> None:
    this = await scene(house)
    made = await this.decision(1)
    path = f"/decisions/{made['id']}"
    asked = await this.ada.post(f"{path}/generated", {"prompt": "scowling"}, status=202)
    wanted = asked["candidates"][1]["variation_id"]
    first = (await this.ada.get("/queue"))["items"]
    call = next(item["id"] for item in first if item["subject_id"] == wanted)
    await this.ada.post(f"/queue/{call}/cancel")
    lost = (await this.ada.get(path))["decision"]["candidates"][1]
    assert (lost["variation_id"], lost["state"]) == (wanted, "cancelled")
    again = await this.ada.post(f"/queue/{call}/retry")
    assert again["id"] != call
    assert (again["state"], again["subject_id"]) == ("queued", wanted)
    waiting = (await this.ada.get(path))["decision"]["candidates"][1]
    assert (waiting["variation_id"], waiting["state"]) == (wanted, "queued")
    await cast.finish(house, wanted, number=60)
    there = (await this.ada.get(path))["decision"]["candidates"][1]
    assert (there["state"], there["file"] is not None) == ("succeeded", True)
    assert await _sheet(this.ada, this.character["id"]) == {KEY: this.standing["id"]}


async def test_who_advises_is_shown_and_does_not_count(house: House) -> None:
    this = await scene(house)
    bob = await cast.member(house, this.ada, this.project, "bob", "reviewer")
    made = await this.decision(2, quorum=1, asked=[str(bob.id), str(new_id())])
    path = f"/decisions/{made['id']}"
    (seat,) = made["voters"]
    assert (seat["name"], seat["asked"], seat["voted"]) == ("Bob", True, False)
    one = candidate_ids(made)[1]
    await bob.put(f"{path}/votes/{one}", APPROVE)
    theirs = f"{path}/voters/{seat['id']}"
    assert (await bob.put(theirs, {"advises": True}, status=403))["code"] == "not_allowed"
    said = await this.ada.put(theirs, {"advises": True})
    tally = said["candidates"][1]["tally"]
    assert (said["counted"], said["leading_id"]) == (0, None)
    assert (tally["counted"]["approve"], tally["advice"]["approve"]) == (0, 1)


async def test_what_does_not_fit_is_refused(house: House) -> None:
    this = await scene(house)
    ada, character = this.ada, this.character["id"]
    path = f"/characters/{character}/decisions"
    happy = await cast.drawn(house, ada, character, "expression/happy")
    asked = {"question": "Which?", "key": KEY}

    async def refused(change: dict[str, Any]) -> str:
        return (await ada.post(path, asked | change, status=422))["code"]

    assert await refused({"variation_ids": [happy["id"]]}) == "wrong_picture"
    assert await refused({"variation_ids": [str(new_id())]}) == "wrong_picture"
    assert await refused({"key": "expression/none"}) == "unknown_variation_key"
    assert await refused({"deadline_at": "2020-01-01T00:00:00Z"}) == "deadline_past"
    bob = await cast.member(house, ada, this.project, "bob", "reviewer")
    assert await refused({"lead_id": str(bob.id)}) == "lead_cannot_decide"
    for bad in (
        {"question": " "},
        {"question": "a\u202eb"},
        {"question": "x" * 201},
        {"quorum": -1},
        {"deadline_at": "2999-01-01T00:00:00"},
    ):
        await refused(bad)
    made = await this.decision(12)
    full = await this.bring(ada, made["id"], 40, status=409)
    assert full["code"] == "too_many_candidates"
    vote = f"/decisions/{made['id']}/votes"
    other = await this.decision(2)
    assert (await ada.put(f"{vote}/{candidate_ids(other)[0]}", APPROVE, status=404))[
        "code"
    ] == "candidate_not_found"
    await ada.put(f"{vote}/{candidate_ids(made)[0]}", {"verdict": None, "stars": 6}, status=422)
    pair = await ada.get(f"/decisions/{made['id']}/pairs/next", status=409)
    assert pair["code"] == "wrong_method"
    stale = await ada.patch(f"/decisions/{made['id']}", {"version": 7, "quorum": 2}, status=409)
    assert stale["code"] == "decision_changed"
    changed = await ada.patch(f"/decisions/{made['id']}", {"version": 1, "quorum": 2})
    assert (changed["quorum"], changed["version"]) == (2, 2)


async def test_strangers_viewers_and_other_projects(house: House) -> None:
    this = await scene(house)
    made = await this.decision(2)
    path, one = f"/decisions/{made['id']}", candidate_ids(made)[0]
    zoe = await house.person("zoe")
    await house.project(zoe, title="Other")
    vera = await cast.member(house, this.ada, this.project, "vera", "viewer")
    assert (await vera.get(path))["may_vote"] is False
    changes: list[tuple[str, str, Any]] = [
        ("PUT", f"{path}/votes/{one}", APPROVE),
        ("PATCH", path, {"version": 1, "quorum": 3}),
        ("POST", f"{path}/candidates", {"variation_id": this.standing["id"]}),
        ("POST", f"{path}/generated", {}),
        ("DELETE", f"{path}/candidates/{one}", None),
        ("GET", f"{path}/pairs/next", None),
        ("POST", f"{path}/pairs", {"left_id": one, "right_id": one, "winner_id": None}),
        ("POST", f"{path}/asked", {"user_ids": [str(zoe.id)]}),
        ("PUT", f"{path}/voters/{one}", {"advises": True}),
        ("POST", f"{path}/comments", {"text": "hello"}),
        ("POST", f"{path}/decide", {"candidate_id": None}),
        ("POST", f"{path}/reopen", None),
        ("GET", f"{path}/links", None),
        ("POST", f"{path}/links", {"label": "me"}),
        ("DELETE", f"{path}/links/{one}", None),
    ]
    for method, address, body in changes:
        for who, status in ((vera, 403), (zoe, 404)):
            answer = await who.api.request(method, f"/api/v1{address}", json=body)
            assert answer.status_code == status, (method, address, answer.text)
    await this.bring(vera, made["id"], 3, status=403)
    await this.bring(zoe, made["id"], 3, status=404)
    await zoe.get(path, status=404)
    await zoe.get(f"/projects/{this.project}/decisions", status=404)
    listed = await vera.get(f"/projects/{this.project}/decisions")
    assert [one["id"] for one in listed] == [made["id"]]
    assert listed[0] == (await vera.get(path))["decision"]
    async with house.client() as nobody:
        assert (await nobody.get(f"/api/v1{path}")).status_code == 401


async def test_many_vote_at_once_and_the_last_event_is_a_fresh_fetch(house: House) -> None:
    this = await scene(house)
    made = await this.decision(4)
    path, ids = f"/decisions/{made['id']}", candidate_ids(made)
    people = [
        await cast.member(house, this.ada, this.project, f"voter{number}", "reviewer")
        for number in range(6)
    ]

    async def votes(who: Person, start: int) -> None:
        for step in range(8):
            chosen = ids[(start + step * 3) % 4]
            say = [APPROVE, REJECT, {"verdict": None, "stars": 1 + step % 5}][step % 3]
            await who.put(f"{path}/votes/{chosen}", say)

    async with house.socket(this.ada, this.project) as socket:
        await asyncio.gather(*(votes(who, number) for number, who in enumerate(people)))
        fresh = (await this.ada.get(path))["decision"]
        await socket.until("server:decision.updated", lambda seen: seen["data"] == fresh)
    assert fresh["counted"] == 6
    mine = [(await who.get(path))["votes"] for who in people]
    for candidate in fresh["candidates"]:
        said = [one for own in mine for one in own if one["candidate_id"] == candidate["id"]]
        tally = candidate["tally"]["counted"]
        assert tally["approve"] == sum(one["verdict"] == "approve" for one in said)
        assert tally["reject"] == sum(one["verdict"] == "reject" for one in said)
        assert tally["stars_given"] == sum(one["stars"] is not None for one in said)
