"""Blind pairs: hidden until one has voted, ranked afterwards."""

import asyncio
from uuid import UUID

from sqlalchemy import select

from onmodel.variations.models import Variation
from tests.decisions.scene import candidate_ids, scene
from tests.review import cast
from tests.support.house import House, Person


async def _judge(who: Person, path: str, order: list[str]) -> int:
    """Prefer by a known order until there is nothing left to compare."""
    answered = 0
    while (pair := await who.get(f"{path}/pairs/next")) is not None:
        both = [pair["left_id"], pair["right_id"]]
        await who.post(
            f"{path}/pairs",
            {"left_id": both[0], "right_id": both[1], "winner_id": min(both, key=order.index)},
        )
        answered += 1
    return answered


async def test_nothing_is_seen_before_ones_own_say_and_the_order_is_found(house: House) -> None:
    this = await scene(house)
    bob = await cast.member(house, this.ada, this.project, "bob", "reviewer")
    made = await this.decision(4, method="blind")
    path, order = f"/decisions/{made['id']}", candidate_ids(made)
    assert made["hidden"] is True
    for one in made["candidates"]:
        assert (one["variation_id"], one["suggested_by"], one["source"]) == (None, None, None)
        assert (one["p_same"], one["rank"], one["note"]) == (None, None, None)
    first = await this.ada.get(f"{path}/pairs/next")
    assert first == await this.ada.get(f"{path}/pairs/next")
    assert await _judge(this.ada, path, order) == 6
    await this.ada.post(f"{path}/comments", {"text": "The first is angry."}, status=201)
    before = (await bob.get(path))["decision"]
    assert before["hidden"] is True
    assert (before["comments"], before["leading_id"], before["counted"]) == ([], None, 1)
    assert all(one["rank"] is None for one in before["candidates"])
    mine = (await this.ada.get(path))["decision"]
    assert (mine["hidden"], len(mine["comments"])) == (False, 1)
    assert await _judge(bob, path, order) == 6
    after = (await bob.get(path))["decision"]
    placed = sorted(after["candidates"], key=lambda one: one["rank"]["place"])
    assert [one["id"] for one in placed] == order
    assert all(one["rank"]["low"] < one["rank"]["strength"] < one["rank"]["high"] for one in placed)
    assert abs(sum(one["rank"]["p_best"] for one in placed) - 1) < 1e-3
    # who decides sees it all, and so does everybody once it is decided
    decided = await this.ada.post(f"{path}/decide", {"candidate_id": order[0]})
    assert (decided["hidden"], decided["candidates"][0]["suggested_by"]) == (
        False,
        str(this.ada.id),
    )


async def test_events_of_a_blind_decision_tell_nobody_what_was_said(house: House) -> None:
    this = await scene(house)
    made = await this.decision(3, method="blind")
    path = f"/decisions/{made['id']}"
    async with house.socket(this.ada, this.project) as socket:
        await _judge(this.ada, path, candidate_ids(made))
        frame = await socket.until(
            "server:decision.updated", lambda seen: seen["data"]["counted"] == 1
        )
    data = frame["payload"]["data"]
    assert (data["hidden"], data["leading_id"], data["comments"]) == (True, None, [])
    assert all(one["rank"] is None and one["tally"] is None for one in data["candidates"])


async def test_forged_pairs_are_refused_and_an_answer_can_be_changed(house: House) -> None:
    this = await scene(house)
    made = await this.decision(3, method="blind")
    other = await this.decision(2, method="blind")
    path, ids = f"/decisions/{made['id']}", candidate_ids(made)
    for left, right, winner in (
        (ids[0], ids[0], ids[0]),
        (ids[0], candidate_ids(other)[0], ids[0]),
        (ids[0], ids[1], ids[2]),
    ):
        body = {"left_id": left, "right_id": right, "winner_id": winner}
        assert (await this.ada.post(f"{path}/pairs", body, status=404))[
            "code"
        ] == "candidate_not_found"
    openly = await this.ada.put(
        f"{path}/votes/{ids[0]}", {"verdict": "approve", "stars": None}, status=409
    )
    assert openly["code"] == "wrong_method"
    for winner in (ids[0], ids[1], None):
        body = {"left_id": ids[1], "right_id": ids[0], "winner_id": winner}
        await this.ada.post(f"{path}/pairs", body)
    assert (await this.ada.get(path))["pairs_answered"] == 1


async def test_people_compare_at_once(house: House) -> None:
    this = await scene(house)
    made = await this.decision(4, method="blind")
    path, order = f"/decisions/{made['id']}", candidate_ids(made)
    people = [
        await cast.member(house, this.ada, this.project, f"eye{number}", "reviewer")
        for number in range(4)
    ]
    assert await asyncio.gather(*(_judge(who, path, order) for who in people)) == [6] * 4
    shown = [(await who.get(path))["decision"] for who in people]
    assert {one["counted"] for one in shown} == {4}
    ranks = [{c["id"]: c["rank"] for c in one["candidates"]} for one in shown]
    assert all(one == ranks[0] for one in ranks)


async def test_a_page_without_a_network_has_pairs_to_go_on_with(house: House) -> None:
    this = await scene(house)
    made = await this.decision(4, method="blind")
    path = f"/decisions/{made['id']}"
    pair = await this.ada.get(f"{path}/pairs/next")
    line = [pair, *pair["ahead"]]
    assert len({frozenset((one["left_id"], one["right_id"])) for one in line}) == len(line) == 6
    for number, one in enumerate(line):
        both = {side: one[side] for side in ("left_id", "right_id")}
        key = {"Idempotency-Key": f"answer-{number:04}"}
        for _ in range(2):  # the answer to the first was lost
            said = await this.ada.api.post(
                f"/api/v1{path}/pairs", json=both | {"winner_id": both["left_id"]}, headers=key
            )
            assert said.status_code == 200, said.text
    assert await this.ada.get(f"{path}/pairs/next") is None
    # late, and once more: what was said since stays
    first = {side: line[0][side] for side in ("left_id", "right_id")}
    await this.ada.post(f"{path}/pairs", first | {"winner_id": first["right_id"]})
    before = (await this.ada.get(path))["decision"]["candidates"]
    late = await this.ada.api.post(
        f"/api/v1{path}/pairs",
        json=first | {"winner_id": first["left_id"]},
        headers={"Idempotency-Key": "answer-0000"},
    )
    assert late.status_code == 200
    assert (await this.ada.get(path))["decision"]["candidates"] == before
    other = await this.ada.api.post(
        f"/api/v1{path}/pairs",
        json=first | {"winner_id": None},
        headers={"Idempotency-Key": "answer-0000"},
    )
    assert other.json()["code"] == "key_reused"


async def test_the_queue_does_not_say_who_asked_for_a_picture_of_a_blind_decision(
    house: House,
) -> None:
    this = await scene(house)
    bob = await cast.member(house, this.ada, this.project, "bob", "editor")
    made = await this.decision(2, method="blind")
    path = f"/decisions/{made['id']}"
    for pending in (await this.ada.get("/queue"))["items"]:  # of the pictures above
        await this.ada.post(f"/queue/{pending['id']}/cancel")
    await bob.post(f"{path}/generated", {"prompt": "scowling"}, status=202)
    (making,) = (await this.ada.get("/queue"))["items"]
    assert (making["label"], making["person"]) == ("Angry", None)
    assert (await bob.get("/queue"))["items"][0]["person"]["username"] == "bob"
    assert (await this.ada.get(f"/queue/{making['id']}"))["person"] is None
    await cast.finish(house, making["subject_id"])
    past = "/queue/history"
    ended = [one for one in (await this.ada.get(past))["items"] if one["state"] == "succeeded"]
    of_the_picture = [one for one in ended if one["subject_id"] == making["subject_id"]]
    assert [one["person"] for one in of_the_picture] == [None, None]
    assert (await this.ada.get(f"{past}?person_id={bob.id}"))["items"] == []
    assert len((await bob.get(f"{past}?person_id={bob.id}"))["items"]) == 2
    await this.ada.post(f"{path}/decide", {"candidate_id": candidate_ids(made)[0]})
    told = (await this.ada.get(f"{past}?person_id={bob.id}"))["items"]
    assert [one["person"]["username"] for one in told] == ["bob", "bob"]


async def test_who_made_which_picture_is_told_when_voting_is_over(house: House) -> None:
    this = await scene(house)
    bob = await cast.member(house, this.ada, this.project, "bob", "editor")
    made = await this.decision(2, method="blind")
    path = f"/decisions/{made['id']}"
    async with house.socket(this.ada, this.project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await this.bring(bob, made["id"], 7)
        await bob.post(f"{path}/generated", {"prompt": "scowling"}, status=202)
        brought, asked_for = await _of(house, bob)
        await this.measured(str(brought), 7)
        await cast.finish(house, str(asked_for))
        await socket.until(
            "server:decision.updated",
            lambda seen: all(one["state"] == "succeeded" for one in seen["data"]["candidates"][2:]),
        )
        names = {frame["event"] for frame in socket.seen}
        assert names.isdisjoint({"server:variation.updated", "server:generation.result"})
        assert all(frame.get("actor") != str(bob.id) for frame in socket.seen)
        stream = await this.ada.get(f"/projects/{this.project}/activity?person_id={bob.id}")
        assert stream["items"] == []

        await this.ada.post(f"{path}/decide", {"candidate_id": candidate_ids(made)[0]})
        for id_ in (str(brought), str(asked_for)):
            told = await socket.until(
                "server:variation.updated", lambda seen, id_=id_: seen["variation_id"] == id_
            )
            assert (told["actor"], told["payload"]["data"]["created_by"]) == (str(bob.id),) * 2
    stream = await this.ada.get(f"/projects/{this.project}/activity?person_id={bob.id}")
    verbs = sorted(entry["change"]["verb"] for entry in stream["items"])
    assert verbs == ["brought picture", "generated"]
    await this.ada.post(f"{path}/reopen")
    await this.ada.post(f"{path}/decide", {"candidate_id": None})
    again = await this.ada.get(f"/projects/{this.project}/activity?person_id={bob.id}")
    assert len(again["items"]) == 2, "what was told is not told twice"


async def _of(house: House, who: Person) -> list[UUID]:
    """Return the pictures that somebody made, in their order."""
    async with house.resources.database.read() as uow:
        rows = await uow.session.scalars(
            select(Variation.id)
            .where(Variation.created_by == who.id)
            .order_by(Variation.created_at)
        )
        return list(rows)
