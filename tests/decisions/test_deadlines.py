"""What happens when a deadline has passed."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from onmodel.decisions import deadlines
from onmodel.decisions.models import Decision
from onmodel.kit.clock import now
from tests.decisions.scene import KEY, Scene, candidate_ids, scene
from tests.support.house import House

APPROVE = {"verdict": "approve", "stars": None}


async def _pass(this: Scene, decision: str) -> dict[str, Any]:
    """Let the deadline pass and voting end; return the decision.

    The house looks by itself every second; whoever comes second waits and finds it ended.
    """
    house = this.house
    async with house.resources.database.begin() as uow:
        await uow.session.execute(
            update(Decision)
            .where(Decision.id == decision)
            .values(deadline_at=now() - timedelta(seconds=1))
        )
    await deadlines.close_due(house.resources.database)
    return (await this.ada.get(f"/decisions/{decision}"))["decision"]


async def test_the_picture_ahead_wins_by_itself_where_the_rule_says_so(house: House) -> None:
    this = await scene(house)
    soon = (now() + timedelta(hours=1)).isoformat()
    made = await this.decision(2, rule="leading", quorum=1, deadline_at=soon)
    one = made["candidates"][1]
    await this.ada.put(f"/decisions/{made['id']}/votes/{one['id']}", APPROVE)
    ended = await _pass(this, made["id"])
    assert (ended["state"], ended["winner_id"], ended["decided_by"]) == ("decided", one["id"], None)
    shown = await this.ada.get(f"/characters/{this.character['id']}/variations")
    assert {o["key"]: o["id"] for o in shown if o["current"]} == {KEY: one["variation_id"]}
    again = await this.ada.post(f"/decisions/{made['id']}/reopen")
    assert (again["state"], again["deadline_at"]) == ("open", None)


async def test_the_lead_chooses_where_it_is_theirs_or_nothing_is_clear(house: House) -> None:
    this = await scene(house)
    soon = (now() + timedelta(hours=1)).isoformat()
    theirs = await this.decision(2, rule="lead", deadline_at=soon)
    few = await this.decision(2, rule="leading", quorum=2, deadline_at=soon)
    tied = await this.decision(2, rule="leading", deadline_at=soon)
    await this.ada.put(f"/decisions/{few['id']}/votes/{candidate_ids(few)[0]}", APPROVE)
    for one in candidate_ids(tied):
        await this.ada.put(f"/decisions/{tied['id']}/votes/{one}", APPROVE)
    for made, words in ((theirs, "lead chooses"), (few, "1 of 2"), (tied, "clearly ahead")):
        ended = await _pass(this, made["id"])
        assert ended["state"] == "due"
        assert words in ended["outcome"]
    chosen = candidate_ids(theirs)[0]
    decided = await this.ada.post(f"/decisions/{theirs['id']}/decide", {"candidate_id": chosen})
    assert decided["state"] == "decided"
    assert await deadlines.close_due(house.resources.database) == 0
