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
