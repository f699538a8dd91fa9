"""Texts that are written together: operations, versions, refusals, and edits by REST."""

from datetime import timedelta
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedError

from onmodel.text import documents
from onmodel.writing import service as writing
from tests.support.house import House, Person
from tests.support.texts import SharedText, never_pause

TEXT = "A tall smuggler."


class Desk(SharedText):
    """Two editors, a viewer and a stranger around one description."""

    def __init__(self, house: House, people: dict[str, Person], character: dict[str, Any]) -> None:
        super().__init__(house, character["project_id"], f"character:{character['id']}:description")
        self.people, self.character = people, character

    async def text(self) -> str:
        return await self.text_for(self.people["ada"])

    async def settle(self) -> dict[str, Any]:
        """Let the pause be over, and return the record."""
        await self.pause()
        return await self.people["ada"].get(f"/characters/{self.character['id']}")

    async def history(self) -> list[dict[str, Any]]:
        entries = await self.people["ada"].get(f"/characters/{self.character['id']}/history")
        return [entry for entry in entries if entry["change"]["verb"] == "changed"]


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    never_pause(monkeypatch)
    people = {name: await house.person(name) for name in ("ada", "bob", "vic", "eve")}
    project = await house.project(people["ada"])
    for name, role in (("bob", "editor"), ("vic", "viewer")):
        path = f"/projects/{project}/members/{people[name].id}"
        await people["ada"].put(path, {"role": role})
    character = await house.character(people["ada"], project, description=TEXT)
    return Desk(house, people, character)


async def test_two_write_at_once_and_both_stand_there(desk: Desk) -> None:
    async with (
        desk.house.socket(desk.people["ada"], desk.project) as ada,
        desk.house.socket(desk.people["bob"], desk.project) as bob,
    ):
        opened = await desk.open(bob)
        assert (opened["text"], opened["revision"], opened["can_write"]) == (TEXT, 0, True)
        assert await desk.change(ada, 0, [2, {"d": "tall"}, "short"]) == 0
        assert await desk.change(bob, 0, [15, " with green eyes"]) == 1
        first = await bob.until("server:text.op", lambda p: p["revision"] == 0)
        assert first["payload"]["op"] == [2, {"d": "tall"}, "short"]
        assert first["actor"] == str(desk.people["ada"].id)
        second = await ada.until("server:text.op", lambda p: p["revision"] == 1)
        assert second["payload"]["op"] == [16, " with green eyes"]
    assert await desk.text() == "A short smuggler with green eyes."


async def test_what_comes_twice_is_applied_once(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        assert await desk.change(ada, 0, ["Ha! "], id="the-same-id") == 0
        await desk.change(ada, 1, ["So: "])
        ada.seen.clear()
        assert await desk.change(ada, 0, ["Ha! "], id="the-same-id") == 0
    assert await desk.text() == f"So: Ha! {TEXT}"


async def test_who_comes_back_gets_what_was_missed(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        for number in range(3):
            await desk.change(ada, number, [f"{number}"])
        missed = await desk.open(ada, 1)
    assert missed["text"] is None
    assert [(one["revision"], one["op"]) for one in missed["ops"]] == [(1, ["1"]), (2, ["2"])]


async def test_a_pause_makes_one_version(desk: Desk) -> None:
    async with desk.house.socket(desk.people["bob"], desk.project) as bob:
        for number, letter in enumerate("Ha! "):
            await desk.change(bob, number, [*([number] if number else []), letter])
        before = await desk.people["ada"].get(f"/characters/{desk.character['id']}")
        assert (before["version"], before["description"]) == (1, TEXT)
        settled = await desk.settle()
        told = await bob.until("server:character.updated", lambda p: p["data"]["version"] == 2)
    assert told["payload"]["data"] == settled
    assert settled["description"] == f"Ha! {TEXT}"
    (entry,) = await desk.history()
    assert entry["actor_id"] == str(desk.people["bob"].id)
    change = {"verb": "changed", "fields": {"description": [TEXT, f"Ha! {TEXT}"]}}
    assert entry["change"] == change
    assert (await desk.settle())["version"] == 2


async def test_a_version_written_by_two_names_both(desk: Desk) -> None:
    async with (
        desk.house.socket(desk.people["ada"], desk.project) as ada,
        desk.house.socket(desk.people["bob"], desk.project) as bob,
    ):
        await desk.change(ada, 0, ["a"])
        await desk.change(bob, 0, ["b"])
    await desk.settle()
    (entry,) = await desk.history()
    assert entry["actor_id"] == str(desk.people["ada"].id)
    assert entry["change"]["with"] == [str(desk.people["bob"].id)]


async def test_what_was_typed_and_taken_back_is_no_version(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        await desk.change(ada, 0, ["x"])
        await desk.change(ada, 1, [{"d": "x"}])
    assert (await desk.settle())["version"] == 1
    assert await desk.history() == []


async def test_the_pause_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        await desk.change(ada, 0, ["x"])
        assert await writing.settle_due(desk.house.resources.database) == 0
        monkeypatch.setattr(writing, "PAUSE", timedelta(0))
        assert await writing.settle_due(desk.house.resources.database) == 1
        await ada.until("server:character.updated", lambda p: p["data"]["version"] == 2)


async def test_an_edit_by_rest_and_one_by_letter_both_stand(desk: Desk) -> None:
    path = f"/characters/{desk.character['id']}"
    async with desk.house.socket(desk.people["bob"], desk.project) as bob:
        await desk.change(bob, 0, [15, " from Marseille"])
        new = {"version": 1, "description": "A short smuggler."}
        merged = await desk.people["ada"].patch(path, new)
        told = await bob.until("server:text.op", lambda p: p["revision"] == 1)
        assert told["payload"]["op"] == [2, {"d": "tall"}, "short"]
        await desk.change(bob, 2, [32, "!"])
    assert merged["description"] == "A short smuggler from Marseille."
    assert await desk.text() == "A short smuggler from Marseille.!"
    mine, theirs = await desk.history()
    assert (mine["actor_id"], theirs["actor_id"]) == (
        str(desk.people["ada"].id),
        str(desk.people["bob"].id),
    )
    stale = await desk.people["ada"].patch(path, new, status=409)
    assert stale["code"] == "stale_version"


async def test_line_ends_of_other_systems_become_the_ones_of_a_text_field(desk: Desk) -> None:
    path = f"/characters/{desk.character['id']}"
    await desk.people["ada"].patch(path, {"version": 1, "description": "one\r\ntwo\rthree"})
    assert await desk.text() == "one\ntwo\nthree"


async def test_a_viewer_reads_and_does_not_write(desk: Desk) -> None:
    async with desk.house.socket(desk.people["vic"], desk.project) as vic:
        opened = await desk.open(vic)
        assert (opened["text"], opened["can_write"]) == (TEXT, False)
        assert await desk.refused(vic, 0, ["x"]) == "not_allowed"
    assert await desk.text() == TEXT


async def test_strangers_get_the_answer_of_what_does_not_exist(desk: Desk) -> None:
    eve = desk.people["eve"]
    elsewhere = await desk.house.project(eve)
    nowhere = "character:019a0000-0000-7000-8000-000000000000:description"
    async with desk.house.socket(eve, elsewhere) as socket:
        answers: list[dict[str, Any]] = []
        for name in (desk.name, nowhere):
            for event, rest in (
                ("client:text.open", {}),
                ("client:text.op", {"revision": 0, "op": ["x"], "id": "change-eve"}),
            ):
                socket.seen.clear()
                await socket.send(event, {"document": name} | rest)
                answers.append((await socket.until("server:error"))["payload"])
    assert all(one == answers[0] for one in answers)
    assert answers[0]["code"] == "character_not_found"
    assert await desk.text() == TEXT


@pytest.mark.parametrize(
    "name", ["character:x:description", "character:", "shot:1:text", "", ":::"]
)
async def test_what_is_no_name_of_a_text_is_refused(desk: Desk, name: str) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as socket:
        await socket.send("client:text.open", {"document": name})
        assert (await socket.until("server:error"))["payload"]["code"] == "text_not_found"


async def test_a_member_of_both_projects_writes_only_through_the_right_one(desk: Desk) -> None:
    ada = desk.people["ada"]
    async with desk.house.socket(ada, await desk.house.project(ada)) as socket:
        assert await desk.refused(socket, 0, ["x"]) == "character_not_found"


async def test_who_loses_the_role_writes_no_more(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    async with desk.house.socket(bob, desk.project) as socket:
        await desk.change(socket, 0, ["x"])
        await ada.put(f"/projects/{desk.project}/members/{bob.id}", {"role": "viewer"})
        assert await desk.refused(socket, 1, ["y"]) == "not_allowed"
        await ada.delete(f"/projects/{desk.project}/members/{bob.id}")
        with pytest.raises(ConnectionClosedError) as put_out:
            await socket.until("server:text.ack", lambda payload: payload["id"] == "never sent")
        assert put_out.value.rcvd is not None
        assert put_out.value.rcvd.code == 4404
    async with desk.house.socket(bob, desk.project) as socket:
        with pytest.raises(ConnectionClosedError) as kept_out:
            await socket.until("server:presence")
        assert kept_out.value.rcvd is not None
        assert kept_out.value.rcvd.code == 4404


@pytest.mark.parametrize(
    ("revision", "op", "code"),
    [
        (7, ["x"], "unknown_revision"),
        (-1, ["x"], "unknown_message"),
        (2**40, ["x"], "unknown_message"),
        (0, "x", "unknown_message"),
        (0, [99, "x"], "operation_refused"),
        (0, [{"d": "B"}], "operation_refused"),
        (0, [1.5, "x"], "operation_refused"),
        (0, [True], "operation_refused"),
        (0, [{"d": 1, "x": 1}], "operation_refused"),
        (0, ["a\0"], "operation_refused"),
        (0, ["a\r"], "operation_refused"),
        (0, ["\ud800"], "operation_refused"),
        (0, ["x", 1] * 501, "operation_refused"),
        (0, ["x" * 10_001], "text_too_long"),
        (0, ["x" * 9_999], "text_too_long"),
        (0, [{"d": 10**30}], "text_too_long"),
    ],
)
async def test_bad_changes_are_answered_and_nobody_else_sees_them(
    desk: Desk, revision: int, op: Any, code: str
) -> None:
    async with (
        desk.house.socket(desk.people["ada"], desk.project) as ada,
        desk.house.socket(desk.people["bob"], desk.project) as bob,
    ):
        await bob.until("server:hello")  # from here on he hears what happens
        assert await desk.refused(ada, revision, op) == code
        assert await desk.change(ada, 0, ["Good. "]) == 0
        await bob.until("server:text.op")
        seen = [frame for frame in bob.seen if frame["event"].startswith("server:text")]
        assert [frame["payload"]["op"] for frame in seen] == [["Good. "]]
        assert not any(frame["event"] == "server:error" for frame in bob.seen)
    assert await desk.text() == f"Good. {TEXT}"


async def test_the_id_of_somebody_elses_change_is_refused(desk: Desk) -> None:
    async with (
        desk.house.socket(desk.people["ada"], desk.project) as ada,
        desk.house.socket(desk.people["bob"], desk.project) as bob,
    ):
        await desk.change(ada, 0, ["x"], id="an-id-of-hers")
        assert await desk.refused(bob, 0, ["y"], id="an-id-of-hers") == "operation_refused"


async def test_a_flood_is_refused_and_what_was_sent_stays_in_order(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        for number in range(40):
            await desk.send(ada, 0, ["x"], id=f"flood-{number}")
        await ada.until("server:error", lambda p: p["code"] == "too_many_changes")


async def test_old_operations_are_forgotten_and_who_needs_them_gets_the_text(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "KEPT_OPERATIONS", 2)
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        for number in range(5):
            await desk.change(ada, number, ["x"])
        assert (await desk.open(ada, 0))["ops"] is not None, "a run that goes on is kept whole"
        await desk.settle()
        assert (await desk.open(ada, 0))["text"] == f"xxxxx{TEXT}"
        assert len((await desk.open(ada, 3))["ops"]) == 2
        assert await desk.refused(ada, 0, ["y"]) == "revision_gone"
        assert await desk.change(ada, 3, ["y"]) == 5
        assert (await desk.open(ada, 99))["revision"] == 6


async def test_cursors_are_seen_by_others_until_their_owner_leaves(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        await desk.open(ada)
        async with desk.house.socket(desk.people["bob"], desk.project) as bob:
            own = (await desk.open(bob))["client"]
            at = {"document": desk.name, "revision": 0, "anchor": 2, "head": 6}
            await bob.send("client:text.cursor", at)
            seen = (await ada.until("server:text.cursor"))["payload"]
            assert (seen["name"], seen["anchor"], seen["head"]) == ("Bob", 2, 6)
            assert seen["client"] == own
        await ada.until("server:text.cursor", lambda p: p["head"] is None and p["client"] == own)


async def test_a_removed_character_is_not_written(desk: Desk) -> None:
    ada = desk.people["ada"]
    async with desk.house.socket(ada, desk.project) as socket:
        await desk.change(socket, 0, ["Last words. "])
        await ada.delete(f"/characters/{desk.character['id']}")
        assert await desk.refused(socket, 1, ["x"]) == "character_not_found"
        assert (await desk.open(socket))["can_write"] is False
    settled = await desk.settle()
    assert settled["description"] == f"Last words. {TEXT}"
    assert settled["removed_at"] is not None


async def test_too_much_to_transform_is_taken_anew_and_the_words_are_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "MOST_PARTS", 12)
    transformed: list[int] = []
    transform = documents.ot.transform

    def counted(*given: Any) -> Any:
        transformed.append(1)
        return transform(*given)

    monkeypatch.setattr(documents.ot, "transform", counted)
    async with desk.house.socket(desk.people["ada"], desk.project) as ada:
        for number in range(4):
            await desk.change(ada, number, [1, "x", 1, {"d": 1}])
        assert (await desk.open(ada, 2))["ops"] is not None
        assert (await desk.open(ada, 0))["ops"] is None
        assert await desk.refused(ada, 1, ["mine"]) == "revision_gone"
        assert transformed == []
        assert await desk.change(ada, 3, ["mine "]) == 4
