"""Comments that their authors change letter by letter, and who sees it."""

from typing import Any
from uuid import UUID

import pytest

from onmodel.decisions import repository
from tests.decisions.scene import Scene, scene
from tests.inbox.scene import waiting
from tests.review import cast
from tests.support.house import House
from tests.support.texts import SharedText, never_pause


async def _said(this: Scene, words: str, **asked: Any) -> tuple[dict[str, Any], SharedText]:
    """Return a decision, and the words of Ada's comment on it."""
    made = await this.decision(2, **asked)
    path = f"/decisions/{made['id']}/comments"
    await this.ada.post(path, {"text": words}, status=201)
    async with this.house.resources.database.read() as uow:
        (comment,) = await repository.comments(uow, [UUID(made["id"])])
    return made, SharedText(this.house, this.project, f"comment:{comment.id}:text")


async def test_words_change_for_all_to_see_and_the_pause_tells_of_that_comment(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_pause(monkeypatch)
    this = await scene(house)
    made, text = await _said(this, "Angrier.")
    bob = await cast.member(house, this.ada, this.project, "bob", "reviewer")
    path = f"/decisions/{made['id']}"
    await bob.post(f"{path}/comments", {"text": "Milder."}, status=201)
    await bob.post("/inbox/read", {})
    async with (
        house.socket(this.ada, this.project) as hers,
        house.socket(bob, this.project) as his,
    ):
        opened = await text.open(his)
        assert (opened["text"], opened["can_write"]) == ("Angrier.", False)
        assert await text.refused(his, 0, ["x"]) == "not_your_comment"
        await text.change(hers, 0, [7, ", @Bob"])
        heard = await his.until("server:text.op")
        assert heard["payload"]["op"] == [7, ", @Bob"]
        assert await waiting(bob) == []
        await text.pause()
        told = await his.until("server:decision.updated", lambda p: p["did"] == "changed comment")
    comment, newest = told["payload"]["data"]["comments"]
    assert newest["text"] == "Milder."
    assert (comment["text"], comment["mentions"]) == ("Angrier, @Bob.", [str(bob.id)])
    assert comment["edited_at"] is not None
    seen = (await bob.get(path))["decision"]["comments"]
    assert [one["text"] for one in seen] == ["Angrier, @Bob.", "Milder."]
    (notice,) = await waiting(bob)
    assert notice["title"] == "Ada mentioned you on Angry of Mara"
    history = await bob.get(f"/characters/{this.character['id']}/history")
    assert history[0]["change"]["comment"] == "Angrier, @Bob."


async def test_what_a_blind_decision_hides_is_no_text_until_it_is_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_pause(monkeypatch)
    this = await scene(house)
    made, text = await _said(this, "The first.", method="blind")
    path = f"/decisions/{made['id']}"
    async with house.socket(this.ada, this.project) as hers:
        assert await text.not_opened(hers) == "comment_not_found"
        assert await text.refused(hers, 0, ["x"]) == "comment_not_found"
        await this.ada.post(f"{path}/decide", {"candidate_id": None})
        assert await text.change(hers, 0, ["Not "]) == 0
        # it is opened again before she paused: what she wrote stays, and is hidden like the rest
        await this.ada.post(f"{path}/reopen")
        assert await text.refused(hers, 1, ["x"]) == "comment_not_found"
        hers.seen.clear()
        await text.pause()
        told = await hers.until("server:decision.updated")
    assert (told["payload"]["did"], told["payload"]["data"]["comments"]) == (None, [])
    await this.ada.post(f"{path}/decide", {"candidate_id": None})
    assert await text.text_for(this.ada) == "Not The first."


async def test_what_a_guest_said_is_read_by_the_house_and_changed_by_nobody(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    never_pause(monkeypatch)
    this = await scene(house)
    made = await this.decision(2)
    link = await this.ada.post(f"/decisions/{made['id']}/links", {"label": "Client"}, status=201)
    at = f"/api/v1/review/{link['url'].rpartition('/r/')[2]}"
    async with house.client({"X-OnModel": "1"}) as guest:
        await guest.post(f"{at}/enter", json={"name": "Cleo"})
        said = await guest.post(f"{at}/comments", json={"text": "Lovely."})
        assert said.status_code == 201, said.text
    (comment,) = (await this.ada.get(f"/decisions/{made['id']}"))["decision"]["comments"]
    text = SharedText(house, this.project, f"comment:{comment['id']}:text")
    async with house.socket(this.ada, this.project) as hers:
        assert (await text.open(hers))["can_write"] is False
        assert await text.refused(hers, 0, ["x"]) == "not_your_comment"


@pytest.mark.parametrize(
    ("op", "code"),
    [
        (["x" * 1999], "text_too_long"),
        (["\u202e"], "operation_refused"),
        ([{"d": "Milder"}], "operation_refused"),
    ],
)
async def test_bad_changes_are_refused(
    house: House, monkeypatch: pytest.MonkeyPatch, op: list[Any], code: str
) -> None:
    never_pause(monkeypatch)
    this = await scene(house)
    _, text = await _said(this, "Angrier.")
    async with house.socket(this.ada, this.project) as hers:
        assert await text.refused(hers, 0, op) == code
        assert await text.change(hers, 0, ["Good. "]) == 0
