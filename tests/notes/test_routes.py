"""Notes on pictures as their clients see them."""

import asyncio
import io
import json
import random
import threading
import weakref
import zipfile
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image, PdfParser

from onmodel.notes import drawing, marks, service
from tests.review import cast
from tests.support.house import House, Person

KEY = "expression/happy"
POINT = {"kind": "point", "at": [0.25, 0.25]}


async def picture(house: House, ada: Person) -> tuple[str, dict[str, Any]]:
    """Make a project with one finished picture that shows a face."""
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    return project, await cast.drawn(house, ada, mara["id"], KEY)


async def test_a_thread_from_the_first_word_to_settled(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    async with house.socket(ada, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        note = await bob.post(
            f"/variations/{happy['id']}/notes",
            {"text": "Eyes wider, @Ada", "mark": POINT, "on_face": True, "mentions": [str(ada.id)]},
            status=201,
        )
        frame = await socket.until("server:note.updated")
        assert frame["payload"]["data"] == note
        assert frame["actor"] == str(bob.id)
    assert (note["number"], note["label"], note["version"]) == (1, "Happy", 1)

    answer = await ada.post(f"/notes/{note['id']}/replies", {"text": "Will do"}, status=201)
    assert (answer["parent_id"], answer["number"]) == (note["id"], None)
    again = await bob.post(f"/notes/{answer['id']}/replies", {"text": "Thanks"}, status=201)
    assert again["parent_id"] == note["id"]

    settled = await ada.put(f"/notes/{answer['id']}/resolved", {"resolved": True})
    assert settled["id"] == note["id"]
    assert settled["resolved_by"] == str(ada.id)
    opened = await bob.put(f"/notes/{note['id']}/resolved", {"resolved": False})
    assert opened["resolved_at"] is None

    listed = await ada.get(f"/characters/{happy['character_id']}/notes")
    assert [one["id"] for one in listed] == [note["id"], answer["id"], again["id"]]
    assert [one["id"] for one in await ada.get("/notes/mentions")] == [note["id"]]
    assert await bob.get("/notes/mentions") == []

    history = await ada.get(f"/characters/{happy['character_id']}/history")
    verbs = [entry["change"]["verb"] for entry in history][:5]
    assert verbs == [
        "reopened note",
        "resolved note",
        "answered note",
        "answered note",
        "left note",
    ]


async def test_a_note_is_edited_by_its_author_only_and_never_over_a_newer_one(
    house: House,
) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    note = await bob.post(f"/variations/{happy['id']}/notes", {"text": "Nose"}, status=201)
    path = f"/notes/{note['id']}"
    edited = await bob.patch(path, {"version": 1, "text": "Nose smaller", "mark": POINT})
    assert (edited["text"], edited["mark"], edited["version"]) == ("Nose smaller", POINT, 2)
    stale = await bob.patch(path, {"version": 1, "text": "Nose"}, status=409)
    assert stale["code"] == "stale_version"
    assert stale["current"] == edited
    refused = await ada.patch(path, {"version": 2, "text": "No"}, status=409)
    assert refused["code"] == "not_your_note"


async def test_checklists_are_ticked_by_anybody_who_reviews(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    note = await ada.post(
        f"/variations/{happy['id']}/notes", {"text": "- [ ] ears\n- [ ] scar"}, status=201
    )
    ticked = await bob.put(f"/notes/{note['id']}/checklist/1", {"done": True})
    assert ticked["text"] == "- [ ] ears\n- [x] scar"
    missing = await bob.put(f"/notes/{note['id']}/checklist/2", {"done": True}, status=422)
    assert missing["code"] == "no_such_item"


async def test_a_tick_finds_its_line_where_it_moved_and_never_hits_another(house: House) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    note = await ada.post(
        f"/variations/{happy['id']}/notes", {"text": "- [ ] ears\n- [ ] nose"}, status=201
    )
    path = f"/notes/{note['id']}"
    await ada.patch(path, {"version": 1, "text": "- [ ] hair\n- [ ] ears\n- [ ] nose"})
    seen = {"done": True, "line": "nose"}
    ticked = await ada.put(f"{path}/checklist/1", seen)
    assert ticked["text"] == "- [ ] hair\n- [ ] ears\n- [x] nose"
    await ada.patch(path, {"version": ticked["version"], "text": "- [ ] hair\n- [ ] chin"})
    gone = await ada.put(f"{path}/checklist/1", seen, status=409)
    assert gone["code"] == "item_gone"
    assert gone["try"]


async def test_this_years_emoji_are_words(house: House) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    for emoji in ("🩷", "🫨", "👩🏽‍🎨", "\U0001fadf"):
        body = {"text": f"love it {emoji}"}
        note = await ada.post(f"/variations/{happy['id']}/notes", body, status=201)
        assert note["text"] == body["text"]


async def test_a_long_line_is_made_simpler_off_the_loop_and_before_the_lock(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    order: list[str] = []
    lock, tidy = service.variations.get_permitted, service.tidy

    async def locked(*given: Any, **more: Any) -> Any:
        order.append("lock")
        return await lock(*given, **more)

    def simpler(mark: marks.Mark) -> marks.Mark:
        order.append("loop" if threading.current_thread() is threading.main_thread() else "thread")
        return tidy(mark)

    monkeypatch.setattr(service.variations, "get_permitted", locked)
    monkeypatch.setattr(service, "tidy", simpler)
    line = {"kind": "freehand", "points": [[n / 100, n % 2] for n in range(100)]}
    body = {"text": "Here", "mark": line}
    await ada.post(f"/variations/{happy['id']}/notes", body, status=201)
    assert order == ["thread", "lock"]


async def test_removing_can_be_undone_and_numbers_are_never_given_twice(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    path = f"/variations/{happy['id']}/notes"
    first = await ada.post(path, {"text": "One"}, status=201)
    refused = await bob.delete(f"/notes/{first['id']}", status=409)
    assert refused["code"] == "not_your_note"
    await ada.delete(f"/notes/{first['id']}")
    second = await bob.post(path, {"text": "Two"}, status=201)
    assert second["number"] == 2
    await ada.get(f"/characters/{happy['character_id']}/notes")
    gone = await bob.post(f"/notes/{first['id']}/replies", {"text": "?"}, status=404)
    assert gone["code"] == "note_not_found"
    back = await ada.post(f"/notes/{first['id']}/restore")
    assert (back["number"], back["text"]) == (1, "One")
    # who manages the project may take away what others wrote
    await ada.delete(f"/notes/{second['id']}")


async def test_the_same_id_twice_is_one_note(house: House) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    body = {"id": str(uuid4()), "text": "Once"}
    path = f"/variations/{happy['id']}/notes"
    first = await ada.post(path, body, status=201)
    assert await ada.post(path, body, status=201) == first
    forged = await bob.post(path, body, status=409)
    assert forged["code"] == "not_your_note"
    assert len(await ada.get(f"/characters/{happy['character_id']}/notes")) == 1


async def test_notes_on_a_face_go_along_to_the_next_picture_of_the_slot(house: House) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    path = f"/variations/{happy['id']}"
    nose = [210 / 640, 210 / 640]  # as made-up face 0 has it, grown and moved for number 50
    eye = await ada.get(path)
    assert eye["state"] == "succeeded"
    held = await ada.post(
        f"{path}/notes",
        {"text": "Nose", "mark": {"kind": "point", "at": nose}, "on_face": True},
        status=201,
    )
    loose = await ada.post(f"{path}/notes", {"text": "Sky", "mark": POINT}, status=201)
    done = await ada.post(f"{path}/notes", {"text": "Done"}, status=201)
    await ada.put(f"/notes/{done['id']}/resolved", {"resolved": True})

    newer = await ada.post(f"{path}/regenerate", {}, status=202)
    await cast.finish(house, newer["id"], number=51)
    carried = await ada.get(f"/variations/{newer['id']}/carried-notes")
    assert [one["note_id"] for one in carried] == [held["id"], loose["id"]]
    assert carried[1] == {"note_id": loose["id"], "mark": None, "reason": "not_on_face"}
    # numbers 50 and 51: grown by 1 and by 1.05, moved by (10, 30) and (20, 0) pixels
    there = [
        ((at * 640 - by) * 1.05 + to) / 640
        for at, by, to in zip(nose, (10, 30), (20, 0), strict=True)
    ]
    assert carried[0]["mark"]["at"] == pytest.approx(there)


async def test_a_picture_without_a_face_holds_nothing_by_the_face(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    turned = await cast.drawn(house, ada, mara["id"], KEY, who=None)
    body = {"text": "Here", "mark": POINT, "on_face": True}
    refused = await ada.post(f"/variations/{turned['id']}/notes", body, status=409)
    assert refused["code"] == "no_face_to_hold"


async def test_strangers_viewers_and_people_of_other_projects(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project, happy = await picture(house, ada)
    await house.project(eve, "Other")
    vic = await cast.member(house, ada, project, "vic", "viewer")
    note = await ada.post(f"/variations/{happy['id']}/notes", {"text": "Hi"}, status=201)
    changes = [
        ("post", f"/variations/{happy['id']}/notes", {"text": "No"}),
        ("post", f"/notes/{note['id']}/replies", {"text": "No"}),
        ("patch", f"/notes/{note['id']}", {"version": 1, "text": "No"}),
        ("put", f"/notes/{note['id']}/resolved", {"resolved": True}),
        ("put", f"/notes/{note['id']}/checklist/0", {"done": True}),
        ("post", f"/notes/{note['id']}/restore", None),
    ]
    for method, path, body in changes:
        arguments = (path,) if body is None else (path, body)
        seen = await getattr(vic, method)(*arguments, status=403)
        assert seen["code"] == "not_allowed"
        unseen = await getattr(eve, method)(*arguments, status=404)
        assert unseen["code"] in {"note_not_found", "variation_not_found"}
    await vic.delete(f"/notes/{note['id']}", status=403)
    await eve.delete(f"/notes/{note['id']}", status=404)
    assert len(await vic.get(f"/characters/{happy['character_id']}/notes")) == 1
    await eve.get(f"/characters/{happy['character_id']}/notes", status=404)
    await eve.get(f"/variations/{happy['id']}/carried-notes", status=404)
    await eve.get(f"/characters/{happy['character_id']}/annotated.png", status=404)
    stranger = await ada.post(
        f"/variations/{happy['id']}/notes", {"text": "@Eve", "mentions": [str(eve.id)]}, status=422
    )
    assert stranger["code"] == "mentioned_stranger"
    # somebody who was taken out in the meantime writes no more
    await ada.delete(f"/projects/{project}/members/{vic.id}")
    await vic.get(f"/characters/{happy['character_id']}/notes", status=404)


@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "   "},
        {"text": "x" * 4001},
        {"text": "turn \u202e around"},
        {"text": "isolate \u2067 me"},
        {"text": "bell \u0007"},
        {"text": "ok", "mark": {"kind": "point", "at": [2, 0]}},
        {"text": "ok", "mark": {"kind": "freehand", "points": [[0.5, 0.5]] * 100_000}},
        {"text": "ok", "mentions": [str(uuid4())] * 21},
    ],
)
async def test_what_is_no_note_is_refused_and_nobody_hears_of_it(
    house: House, body: dict[str, Any]
) -> None:
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    seq = (await ada.get(f"/projects/{project}/state"))["seq"]
    refused = await ada.post(f"/variations/{happy['id']}/notes", body, status=422)
    assert refused["code"] == "invalid"
    assert len(json.dumps(refused)) < 2000
    assert (await ada.get(f"/projects/{project}/state"))["seq"] == seq


async def test_html_is_kept_as_words(house: House) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    words = "<script>alert(1)</script> <b>שלום</b>"
    note = await ada.post(f"/variations/{happy['id']}/notes", {"text": words}, status=201)
    assert note["text"] == words


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_whoever_does_what_at_once_everybody_ends_with_the_same(
    house: House, seed: int
) -> None:
    """Random people add, edit, settle, remove and bring back; events replayed = a fresh look."""
    chance = random.Random(seed)
    ada = await house.person("ada")
    project, happy = await picture(house, ada)
    people = [ada, *[await cast.member(house, ada, project, n, "editor") for n in ("bob", "cy")]]
    acknowledged: set[str] = set()

    async def act(person: Person) -> None:
        mine: list[dict[str, Any]] = []
        for number in range(12):
            deed = chance.choice(["add", "add", "edit", "settle", "remove"]) if mine else "add"
            if deed == "add":
                body = {"text": f"{person.username} {number}", "mark": POINT}
                note = await person.post(f"/variations/{happy['id']}/notes", body, status=201)
                mine.append(note)
                acknowledged.add(note["id"])
                continue
            at = chance.randrange(len(mine))
            path = f"/notes/{mine[at]['id']}"
            if deed == "edit":
                change = {"version": mine[at]["version"], "text": f"edited {number}"}
                mine[at] = await person.patch(path, change)
            elif deed == "settle":
                mine[at] = await person.put(f"{path}/resolved", {"resolved": bool(number % 2)})
            else:
                await person.delete(path)
                mine[at] = await person.post(f"{path}/restore")

    async with house.socket(ada, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await asyncio.gather(*(act(person) for person in people))
        last = (await ada.get(f"/projects/{project}/state"))["seq"]
        await socket.send("client:sync_request", {"since": last}, id="end")
        await socket.until("server:ok")
        while not any(frame.get("seq") == last for frame in socket.seen):
            await socket.until("server:note.updated", lambda _: False)
        known: dict[str, Any] = {}
        for frame in sorted((f for f in socket.seen if f.get("seq")), key=lambda f: f["seq"]):
            if frame["event"] == "server:note.updated":
                known[frame["payload"]["note_id"]] = frame["payload"]["data"]
            elif frame["event"] == "server:note.removed":
                known.pop(frame["payload"]["note_id"])
    fresh = await ada.get(f"/characters/{happy['character_id']}/notes")
    assert {note["id"]: note for note in fresh} == known
    assert set(known) == acknowledged
    assert sorted(note["number"] for note in fresh) == list(range(1, len(fresh) + 1))


async def test_annotated_pictures_to_take_along(house: House) -> None:
    ada = await house.person("ada")
    _, happy = await picture(house, ada)
    base = f"/characters/{happy['character_id']}/annotated"
    nothing = await ada.get(f"{base}.png", status=404)
    assert nothing["code"] == "nothing_noted"
    marks = [
        POINT,
        {"kind": "box", "start": [0.1, 0.1], "end": [0.4, 0.3]},
        {"kind": "arrow", "start": [0.9, 0.9], "end": [0.5, 0.5]},
        {"kind": "freehand", "points": [[0.2, 0.8], [0.3, 0.7], [0.5, 0.9]]},
        None,
    ]
    for number, mark in enumerate(marks):
        body = {"text": f"Note {number}\nsecond line", "mark": mark}
        await ada.post(f"/variations/{happy['id']}/notes", body, status=201)
    last = (await ada.get(f"/characters/{happy['character_id']}/notes"))[-1]
    await ada.post(f"/notes/{last['id']}/replies", {"text": "Yes"}, status=201)

    png = await ada.api.get(f"/api/v1{base}.png", params={"variation_id": happy["id"]})
    assert png.headers["content-type"] == "image/png"
    page = Image.open(io.BytesIO(png.content))
    assert page.width > 700

    pdf = await ada.api.get(f"/api/v1{base}.pdf")
    assert pdf.content.startswith(b"%PDF")
    archive = zipfile.ZipFile(io.BytesIO((await ada.api.get(f"/api/v1{base}.zip")).content))
    assert archive.namelist() == ["01 Happy.png", "notes.json", "notes.txt"]
    assert [one["text"] for one in json.loads(archive.read("notes.json"))][-1] == "Yes"
    assert "5. Ada: Note 4" in archive.read("notes.txt").decode()


async def test_pictures_to_take_along_are_drawn_one_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    for key in (KEY, "expression/angry", "expression/sad"):
        shown = await cast.drawn(house, ada, mara["id"], key)
        await ada.post(f"/variations/{shown['id']}/notes", {"text": "Here"}, status=201)
    pages: list[weakref.ref[Image.Image]] = []
    most: list[int] = []
    draw = drawing.draw

    def drawn(*given: Any) -> Image.Image:
        most.append(sum(page() is not None for page in pages))
        page = draw(*given)
        pages.append(weakref.ref(page))
        return page

    monkeypatch.setattr(drawing, "draw", drawn)
    base = f"/api/v1/characters/{mara['id']}/annotated"
    pdf, archive = await asyncio.gather(ada.api.get(f"{base}.pdf"), ada.api.get(f"{base}.zip"))
    assert len(zipfile.ZipFile(io.BytesIO(archive.content)).namelist()) == 5
    assert len(PdfParser.PdfParser(buf=pdf.content).pages) == 3
    assert len(most) == 6
    assert max(most) <= 1
