"""Notes written letter by letter: by their author, by all of them, and by REST beside it."""

import asyncio
import io
import zipfile
from typing import Any

import pytest
from sqlalchemy import func, select, update

from onmodel.notes.models import Note
from onmodel.text.models import TextDocument
from onmodel.writing import service as writing
from tests.inbox.scene import waiting
from tests.notes.test_routes import POINT, picture
from tests.review import cast
from tests.support.house import House, Person
from tests.support.texts import SharedText, never_pause

WORDS = "Ears smaller."


class Desk(SharedText):
    """A note of Ada's, and Bob, who reviews, beside her."""

    def __init__(
        self, house: House, project: str, people: dict[str, Person], note: dict[str, Any]
    ) -> None:
        super().__init__(house, project, f"note:{note['id']}:text")
        self.people, self.note = people, note
        self.path = f"/notes/{note['id']}"

    async def read(self) -> dict[str, Any]:
        """Return the record."""
        notes = await self.people["ada"].get(f"/characters/{self.note['character_id']}/notes")
        return next(one for one in notes if one["id"] == self.note["id"])

    async def settled(self) -> dict[str, Any]:
        await self.pause()
        return await self.read()

    async def text(self) -> str:
        return await self.text_for(self.people["ada"])

    async def history(self) -> list[dict[str, Any]]:
        path = f"/characters/{self.note['character_id']}/history"
        entries = await self.people["ada"].get(path)
        return [entry for entry in entries if entry["change"]["verb"] == "changed note"]


async def desk_of(house: House, **data: Any) -> Desk:
    people = {name: await house.person(name) for name in ("ada", "bob")}
    ada = people["ada"]
    project, happy = await picture(house, ada)
    for name, role in (("bob", "reviewer"),):
        path = f"/projects/{project}/members/{people[name].id}"
        await ada.put(path, {"role": role})
    body = {"text": WORDS, "mark": POINT} | data
    note = await ada.post(f"/variations/{happy['id']}/notes", body, status=201)
    return Desk(house, project, people, note)


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a note that is written together."""
    never_pause(monkeypatch)
    return await desk_of(house, together=True)


@pytest.fixture
async def own(house: House, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Return a note that is its author's."""
    never_pause(monkeypatch)
    return await desk_of(house)


async def test_two_write_at_once_and_the_record_names_both(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    async with (
        desk.house.socket(ada, desk.project) as hers,
        desk.house.socket(bob, desk.project) as his,
    ):
        opened = await desk.open(his)
        assert (opened["text"], opened["revision"], opened["can_write"]) == (WORDS, 0, True)
        await desk.change(hers, 0, [5, {"d": "smaller"}, "larger"])
        await desk.change(his, 0, [12, " and rounder"])
        heard = await hers.until("server:text.op", lambda p: p["revision"] == 1)
        assert heard["payload"]["op"] == [11, " and rounder"]
        assert (await desk.read())["text"] == WORDS, "the record waits for the pause"
        settled = await desk.settled()
        told = await his.until("server:note.updated", lambda p: p["data"]["version"] == 2)
    assert told["payload"]["data"] == settled
    assert settled["text"] == await desk.text() == "Ears larger and rounder."
    assert (settled["created_by"], settled["writers"]) == (str(ada.id), [str(bob.id)])
    assert settled["edited_at"] is not None
    (entry,) = await desk.history()
    assert entry["actor_id"] == str(ada.id)
    assert entry["change"] == {
        "verb": "changed note",
        "with": [str(bob.id)],
        "note": "Ears larger and rounder.",
        "picture": "Happy",
    }


async def test_a_note_is_its_authors_until_they_let_others_write(own: Desk) -> None:
    ada, bob = own.people["ada"], own.people["bob"]
    async with (
        own.house.socket(ada, own.project) as hers,
        own.house.socket(bob, own.project) as his,
    ):
        assert (await own.open(his))["can_write"] is False
        assert await own.refused(his, 0, ["x"]) == "not_your_note"
        await own.change(hers, 0, ["So: "])
        heard = await his.until("server:text.op")
        assert heard["payload"]["op"] == ["So: "], "who only reads sees the words change"
        await own.pause()
        shared = await ada.patch(own.path, {"version": 2, "together": True})
        assert shared["together"] is True
        assert await own.change(his, 1, ["Yes! "]) == 1
        closed = await ada.patch(own.path, {"version": shared["version"], "together": False})
        assert await own.refused(his, 2, ["x"]) == "not_your_note"
    assert (closed["text"], (await own.settled())["text"]) == (
        f"So: {WORDS}",
        f"Yes! So: {WORDS}",
    )


async def test_who_is_let_in_changes_words_and_nothing_else(desk: Desk) -> None:
    bob = desk.people["bob"]
    merged = await bob.patch(desk.path, {"version": 1, "text": "Ears larger."})
    assert (merged["text"], merged["writers"]) == ("Ears larger.", [str(bob.id)])
    for change in ({"mark": POINT}, {"together": False}, {"mentions": []}):
        refused = await bob.patch(desk.path, {"version": 2} | change, status=409)
        assert refused["code"] == "not_your_note"


async def test_answers_are_their_authors(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    answer = await ada.post(f"{desk.path}/replies", {"text": "Yes"}, status=201)
    await ada.patch(f"/notes/{answer['id']}", {"version": 1, "together": True})
    of_answer = SharedText(desk.house, desk.project, f"note:{answer['id']}:text")
    async with desk.house.socket(bob, desk.project) as his:
        assert await of_answer.refused(his, 0, ["x"]) == "not_your_note"
    async with desk.house.socket(ada, desk.project) as hers:
        await of_answer.change(hers, 0, [3, ", please"])
    assert await of_answer.text_for(bob) == "Yes, please"


async def test_an_edit_by_rest_and_one_by_letter_both_stand(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    async with desk.house.socket(bob, desk.project) as his:
        await desk.change(his, 0, [12, " and rounder"])
        merged = await ada.patch(desk.path, {"version": 1, "text": "Ears larger."})
        told = await his.until("server:text.op", lambda p: p["revision"] == 1)
        assert told["payload"]["op"] == [5, {"d": "small"}, "larg"]
        await desk.change(his, 2, [24, " Please."])
    assert merged["text"] == "Ears larger and rounder."
    assert await desk.text() == "Ears larger and rounder. Please."
    hers, theirs = await desk.history()
    assert (hers["actor_id"], theirs["actor_id"]) == (str(ada.id), str(bob.id))
    stale = await ada.patch(desk.path, {"version": 1, "text": "No"}, status=409)
    assert stale["code"] == "stale_version"


async def test_a_tick_is_an_operation_on_the_text(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    async with desk.house.socket(ada, desk.project) as hers:
        await desk.change(hers, 0, [{"d": WORDS}, "- [ ] ears\n- [ ] nose"])
        ticked = await bob.put(f"{desk.path}/checklist/0", {"done": True, "line": "ears"})
        assert ticked["text"] == "- [x] ears\n- [ ] nose"
        assert ticked["writers"] == [], "who ticks has written nothing"
        told = await hers.until("server:text.op", lambda p: p["revision"] == 1)
        assert told["payload"]["op"] == [3, {"d": " "}, "x"]
        assert told["actor"] == str(bob.id)
        # on a revision before the tick, and both stand
        await desk.change(hers, 1, [21, "\n- [ ] chin"])
    assert (await desk.settled())["text"] == "- [x] ears\n- [ ] nose\n- [ ] chin"
    assert len(await desk.history()) == 2, "a tick is no line of the history"


async def test_ticks_and_letters_at_once_lose_nothing(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    lines = "\n".join(f"- [ ] {number}" for number in range(6))
    await ada.patch(desk.path, {"version": 1, "text": lines})
    async with desk.house.socket(ada, desk.project) as hers:
        # below the list: in a line of it a letter would make another line of it
        end = len(lines)
        revision = await desk.change(hers, 1, [end, "\n"]) + 1

        async def tick(number: int) -> None:
            await bob.put(f"{desk.path}/checklist/{number}", {"done": True, "line": str(number)})

        async def write() -> None:
            for letter in "Soon: ":
                await desk.change(hers, revision, [end + 1, letter])

        await asyncio.gather(write(), *(tick(number) for number in range(6)))
    settled = await desk.settled()
    assert settled["text"] == await desk.text()
    assert settled["text"].count("- [x]") == 6
    assert all(letter in settled["text"] for letter in "Soon: ")


async def test_whom_new_words_call_hears_of_it_once(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    cyd = await cast.member(desk.house, ada, desk.project, "cyd", "reviewer")
    await cyd.post("/inbox/read", {})
    async with desk.house.socket(bob, desk.project) as his:
        await desk.change(his, 0, ["@Cyd: "])
        assert await waiting(cyd) == [], "he has not finished"
        assert (await desk.settled())["mentions"] == [str(cyd.id)]
        (notice,) = await waiting(cyd)
        assert notice["title"] == "Bob mentioned you on Happy of Mara"
        assert notice["body"] == f"@Cyd: {WORDS}"
        await cyd.post("/inbox/read", {})
        await desk.change(his, 1, [6, "please, "])
        await desk.pause()
        assert await waiting(cyd) == []
        await desk.change(his, 2, [{"d": "@Cyd: "}])
        assert (await desk.settled())["mentions"] == []
        await desk.change(his, 3, ["@Cydney: "])
        assert (await desk.settled())["mentions"] == [], "a longer name is another person's"


async def test_a_note_that_is_removed_takes_what_is_written_with_it(desk: Desk) -> None:
    ada, bob = desk.people["ada"], desk.people["bob"]
    answer = await ada.post(f"{desk.path}/replies", {"text": "Yes"}, status=201)
    of_answer = SharedText(desk.house, desk.project, f"note:{answer['id']}:text")
    async with (
        desk.house.socket(ada, desk.project) as hers,
        desk.house.socket(bob, desk.project) as his,
    ):
        await desk.change(his, 0, ["Last words. "])
        await of_answer.change(hers, 0, [3, "!"])
        removed = await ada.delete(desk.path)
        assert removed["text"] == f"Last words. {WORDS}"
        assert await desk.refused(his, 1, ["x"]) == "note_not_found"
        assert await of_answer.refused(hers, 1, ["x"]) == "note_not_found"
        assert (await desk.open(his))["can_write"] is False
        restored = await ada.post(f"{desk.path}/restore")
        assert restored["text"] == f"Last words. {WORDS}"
        assert await desk.change(his, 1, ["Once more. "]) == 1
    assert await of_answer.text_for(ada) == "Yes!"
    assert (await desk.settled())["text"] == f"Once more. Last words. {WORDS}"


async def test_a_settled_note_is_written_like_an_open_one(desk: Desk) -> None:
    await desk.people["bob"].put(f"{desk.path}/resolved", {"resolved": True})
    async with desk.house.socket(desk.people["bob"], desk.project) as his:
        await desk.change(his, 0, ["Done: "])
    settled = await desk.settled()
    assert (settled["text"], settled["resolved_by"]) == (
        f"Done: {WORDS}",
        str(desk.people["bob"].id),
    )


async def test_exports_hold_what_the_record_says(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as hers:
        await desk.change(hers, 0, ["Both "])
    await desk.pause()
    path = f"/api/v1/characters/{desk.note['character_id']}/annotated.zip"
    answer = await desk.people["ada"].api.get(path)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if "notes." in name]
    assert texts
    assert all(f"Both {WORDS}" in one for one in texts)


@pytest.mark.parametrize(
    ("revision", "op", "code"),
    [
        (0, ["x" * 4001], "text_too_long"),
        (0, ["x" * 3990], "text_too_long"),
        (0, ["\u202egnp.exe"], "operation_refused"),
        (0, ["a\u2066b"], "operation_refused"),
        (0, ["a\x07"], "operation_refused"),
        (0, ["a\r"], "operation_refused"),
        (0, [99, "x"], "operation_refused"),
        (0, [{"d": "Nose"}], "operation_refused"),
        (7, ["x"], "unknown_revision"),
        (0, "x", "unknown_message"),
    ],
)
async def test_bad_changes_are_answered_and_nobody_else_sees_them(
    desk: Desk, revision: int, op: Any, code: str
) -> None:
    async with (
        desk.house.socket(desk.people["ada"], desk.project) as hers,
        desk.house.socket(desk.people["bob"], desk.project) as his,
    ):
        await his.until("server:hello")  # from here on he hears what happens
        assert await desk.refused(hers, revision, op) == code
        assert await desk.change(hers, 0, ["<b>Good</b> 🩷. "]) == 0
        await his.until("server:text.op")
        seen = [frame for frame in his.seen if frame["event"].startswith("server:text")]
        assert [frame["payload"]["op"] for frame in seen] == [["<b>Good</b> 🩷. "]]
        assert not any(frame["event"] == "server:error" for frame in his.seen)


async def test_a_note_may_be_left_without_words(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as hers:
        await desk.change(hers, 0, [{"d": WORDS}])
    assert (await desk.settled())["text"] == ""


async def test_the_text_of_a_note_that_is_gone_for_good_is_forgotten(desk: Desk) -> None:
    async with desk.house.socket(desk.people["ada"], desk.project) as hers:
        await desk.change(hers, 0, ["x"])
    database = desk.house.resources.database
    async with database.begin() as uow:
        note = await uow.session.get(Note, desk.note["id"])
        await uow.session.delete(note)
    async with database.begin() as uow:
        await uow.session.execute(
            update(TextDocument).values(touched_at=func.now() - writing.PAUSE)
        )
    assert await writing.settle_due(database) == 1
    assert await writing.settle_due(database) == 0
    async with database.read() as uow:
        assert await uow.session.scalar(select(func.count()).select_from(TextDocument)) == 0
