"""Who hears of a decision."""

from datetime import timedelta

from sqlalchemy import update

from onmodel.decisions import deadlines
from onmodel.decisions.models import Decision, Voter
from onmodel.inbox import reminders
from onmodel.kit.clock import now
from tests.decisions.scene import candidate_ids, scene
from tests.inbox.scene import kinds, waiting
from tests.review import cast
from tests.support.house import House


async def test_asked_voted_decided_and_opened_again(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    await bob.post("/inbox/read", {})
    decision = await here.decision(asked=[str(bob.id)])
    (asked,) = await waiting(bob)
    assert asked["title"] == "Ada asks for your vote on Mara"
    assert asked["body"] == "Which angry face?"
    assert asked["url"] == f"/p/{here.project}/decide/{decision['id']}"

    path = f"/decisions/{decision['id']}"
    first, second, _ = candidate_ids(decision)
    await bob.put(f"{path}/votes/{first}", {"verdict": "approve", "stars": None})
    assert await kinds(bob) == [], "who has voted is not waited for"

    await here.ada.post(f"{path}/decide", {"candidate_id": second})
    (decided,) = await waiting(bob)
    assert decided["title"] == "Angry of Mara was decided by Ada"
    winner = next(one for one in decision["candidates"] if one["id"] == second)
    assert decided["file"]["id"] == winner["file"]["id"]
    await here.ada.post(f"{path}/reopen")
    assert await kinds(bob) == [], "an undone decision was none"


async def test_a_missing_vote_is_asked_for_once_more_before_the_deadline(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    cyd = await cast.member(house, here.ada, here.project, "cyd", "reviewer")
    asked = [str(bob.id), str(cyd.id)]
    decision = await here.decision(asked=asked, deadline_at=str(now() + timedelta(days=3)))
    vote = {"verdict": "approve", "stars": None}
    await cyd.put(f"/decisions/{decision['id']}/votes/{candidate_ids(decision)[0]}", vote)
    for person in (here.ada, bob, cyd):
        await person.post("/inbox/read", {})
    database = house.resources.database
    await reminders.remind_due(database)
    assert await kinds(bob) == [], "there is time"

    await _asked_ago(house, decision["id"], timedelta(hours=8), ends=timedelta(hours=1))
    # the house looks every second by itself: whoever comes second finds it done
    for _ in range(2):
        await reminders.remind_due(database)
    (notice,) = await waiting(bob)
    assert (notice["kind"], notice["title"]) == ("deadline", "Your vote on Mara is missing")
    assert await kinds(cyd) == []

    await _asked_ago(house, decision["id"], timedelta(hours=8), ends=-timedelta(seconds=1))
    await deadlines.close_due(database)
    assert await kinds(bob) == [], "nobody waits for a vote any more"
    (due,) = await waiting(here.ada)
    assert due["title"] == "Voting on Mara has ended: you choose"


async def test_who_was_asked_late_is_not_reminded_at_once(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    decision = await here.decision()
    await _asked_ago(house, decision["id"], timedelta(hours=8), ends=timedelta(hours=1))
    await here.ada.post(f"/decisions/{decision['id']}/asked", {"user_ids": [str(bob.id)]})
    await reminders.remind_due(house.resources.database)
    assert await kinds(bob) == ["vote_asked", "role"]


async def _asked_ago(house: House, decision: str, ago: timedelta, *, ends: timedelta) -> None:
    """Let a decision have been asked so long ago, and end so soon."""
    async with house.resources.database.begin() as uow:
        await uow.session.execute(
            update(Voter).where(Voter.decision_id == decision).values(created_at=now() - ago)
        )
        await uow.session.execute(
            update(Decision)
            .where(Decision.id == decision)
            .values(created_at=now() - ago, deadline_at=now() + ends)
        )


async def test_a_comment_reaches_who_asked_who_leads_and_who_spoke(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    cyd = await cast.member(house, here.ada, here.project, "cyd", "editor")
    eve = await house.person("eve")
    decision = await here.decision(lead_id=str(cyd.id))
    path = f"/decisions/{decision['id']}"
    for person in (here.ada, bob, cyd):
        await person.post("/inbox/read", {})

    said = await bob.post(f"{path}/comments", {"text": "Angrier."}, status=201)
    for person in (here.ada, cyd):
        (notice,) = await waiting(person)
        assert (notice["kind"], notice["title"], notice["body"]) == (
            "comment",
            "Bob commented on Angry of Mara",
            "Angrier.",
        )
        assert notice["url"].endswith(f"{decision['id']}#comment-{said['comments'][0]['id']}")
        await person.post("/inbox/read", {})
    assert await waiting(bob) == []

    mentions = [str(cyd.id), str(eve.id)]
    answer = {"text": "@Cyd decides.", "mentions": mentions}
    said = await here.ada.post(f"{path}/comments", answer, status=201)
    assert said["comments"][1]["mentions"] == [str(cyd.id)], "strangers are nobody here"
    (notice,) = await waiting(cyd)
    assert (notice["kind"], notice["title"]) == ("mention", "Ada mentioned you on Angry of Mara")
    assert await kinds(bob) == ["comment"]
    assert await waiting(eve) == []

    stream = await bob.get(f"/projects/{here.project}/activity")
    newest = stream["items"][0]
    assert (newest["change"]["verb"], newest["change"]["comment"]) == ("commented", "@Cyd decides.")
    assert newest["url"] == f"/p/{here.project}/decide/{decision['id']}"


async def test_who_is_mentioned_blind_hears_of_it_when_voting_is_over(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    decision = await here.decision(method="blind")
    path = f"/decisions/{decision['id']}"
    await bob.post("/inbox/read", {})
    text = {"text": "@Bob, the left one?", "mentions": [str(bob.id)]}
    await here.ada.post(f"{path}/comments", text, status=201)
    await here.ada.post(f"{path}/comments", {"text": "Or not."}, status=201)
    assert await waiting(bob) == []
    stream = await bob.get(f"/projects/{here.project}/activity")
    assert all(entry["change"]["verb"] != "commented" for entry in stream["items"])
    await here.ada.post(f"{path}/decide", {"candidate_id": None})
    assert await kinds(bob) == ["mention"]


async def test_a_vote_stands_in_the_stream_once(house: House) -> None:
    here = await scene(house)
    bob = await cast.member(house, here.ada, here.project, "bob", "reviewer")
    await here.ada.get(f"/projects/{here.project}/activity/since-visit")
    decision = await here.decision()
    path = f"/decisions/{decision['id']}"
    async with house.socket(here.ada, here.project) as socket:
        for candidate, verdict in zip(candidate_ids(decision), ("approve", "reject"), strict=False):
            vote = {"verdict": verdict, "stars": None}
            await bob.put(f"{path}/votes/{candidate}", vote)
        told = await socket.until("server:decision.updated", lambda seen: seen["did"] == "voted")
    assert told["actor"] == str(bob.id)
    stream = await here.ada.get(f"/projects/{here.project}/activity?person_id={bob.id}")
    assert [entry["change"] for entry in stream["items"]] == [
        {"verb": "voted", "name": "Which angry face?"}
    ]
