"""Three people at one character for a while, in three browsers: nobody's work is lost.

No page is loaded again between the first step and the last, so what each shows at the end came to
it live. With ONMODEL_WALK a folder of frames is written, which docs/walk.md shows: `make walk`.
"""

import asyncio
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.camera import Camera, Seat
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import heard, listen
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LABEL, KEY = "Sad", "expression/sad"
QUESTION = "Which sadness is hers?"
TEXT = "Mara has kept the harbour light for thirty years."
TOGETHER = "Mara Quell has kept the old harbour light for thirty years, mostly alone."
IN_THE_TUNNEL = " She hums when it is foggy."
MEANWHILE = "For the pilot: "
ALL = f"{MEANWHILE}{TOGETHER}{IN_THE_TUNNEL}"
BACK_WITHIN_SECONDS = 5.0
CARET = "(box, at) => { box.focus(); box.setSelectionRange(at, at); }"


@dataclass(frozen=True)
class Person:
    """Somebody at a window."""

    name: str
    page: Page
    id: str
    colour: str


async def test_three_work_together_and_nothing_is_lost(
    house: House, token: str, demo: Demo, windows: Windows
) -> None:
    path = f"/characters/{demo.mara}"
    began = house.call("GET", f"{path}/versions", token)[0]["number"]
    before = house.call("GET", path, token)
    house.call("PATCH", path, token, {"version": before["version"], "description": TEXT})
    async with (
        windows.open(width=1000, height=720) as first,
        windows.open(width=800, height=720, scheme="light") as second,
        windows.open(width=390, height=720) as third,
    ):
        ines = await _join(house, token, demo, first, "Ines Marlow", "owner")
        juno = await _join(house, token, demo, second, "Juno Vale", "editor")
        teo = await _join(house, token, demo, third, "Teo Brandt", "editor")
        people = [ines, juno, teo]
        seats = [Seat(one.page, one.name, one.colour) for one in people]
        folder = os.environ.get("ONMODEL_WALK")
        camera = Camera(Path(folder) if folder else None, seats)
        for one in people:
            await one.page.goto(f"/p/{demo.project}/c/{demo.mara}")
            await expect(_text(one.page)).to_be_editable()
            await one.page.evaluate("window.neverLoadedAgain = true")

        await _all_write_one_sentence(people, camera)
        start = _version_of_all(house, token, demo, after=began)
        await _all_draw_on_one_picture(people, camera)
        await _one_works_in_a_tunnel(people, camera)
        decision = await _all_vote_and_the_lead_decides(people, camera)
        await _one_goes_back_and_the_others_are_told(people, start, camera)

        # whatever the way it came: what stands in each window is what a fresh look says
        for one in people:
            await _is_as_fresh(one.page, house, token, demo, decision)
            assert await one.page.evaluate("window.neverLoadedAgain") is True
        for one in people:
            title = one.page.locator("#sheet-title")
            await title.evaluate("(title) => scrollTo(0, title.offsetTop - 64)")
        await camera.take(
            "the-same", "At the end everybody has the same, whatever happened on the way."
        )


async def _join(house: House, token: str, demo: Demo, page: Page, name: str, role: str) -> Person:
    """Invite somebody, give them a role, and let them come in."""
    username = name.lower().replace(" ", ".")
    made = house.call("POST", "/users", token, {"username": username, "name": name})
    id_ = made["user"]["id"]
    members = house.call("PUT", f"/projects/{demo.project}/members/{id_}", token, {"role": role})
    (colour,) = [one["person"]["colour"] for one in members if one["person"]["id"] == id_]
    await steps.come_in(page, made["link"], name=name)
    return Person(name, page, id_, colour)


# ---- a sentence -----------------------------------------------------------------------------


async def _all_write_one_sentence(people: list[Person], camera: Camera) -> None:
    ines, juno, teo = people
    places = [
        (ines, "Mara", " Quell"),
        (juno, "kept the", " old"),
        (teo, "years", ", mostly alone"),
    ]
    for one, after, _ in places:
        await _text(one.page).evaluate(CARET, TEXT.index(after) + len(after))
    for one in people:
        for other in people:
            if other is not one:
                await expect(_cursor(one.page, other)).to_be_attached()
    await asyncio.gather(*(_type(one.page, words) for one, _, words in places))
    for one in people:
        await expect(_text(one.page)).to_have_value(TOGETHER)
    for one in people:
        for other in people:
            if other is not one:
                await expect(_cursor(one.page, other)).to_be_attached()
        await _text(one.page).evaluate("(box) => box.scrollIntoView({ block: 'center' })")
    await camera.take("a-sentence", "Three people write in one sentence at the same time.")
    # the pause makes one version of it, which names all three
    history = ines.page.get_by_role("region", name="History")
    await expect(history.get_by_text("together with").first).to_be_visible()


async def _type(page: Page, words: str) -> None:
    for letter in words:
        await page.keyboard.insert_text(letter)


def _text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Description")


def _cursor(page: Page, other: Person) -> Locator:
    return page.locator(f"[data-cursor='{other.name}']")


# ---- a picture ------------------------------------------------------------------------------

SAID = {
    "Ines Marlow": "Brows up in the middle, not together",
    "Juno Vale": "Softer corner here",
    "Teo Brandt": "Lose this highlight",
}


async def _all_draw_on_one_picture(people: list[Person], camera: Camera) -> None:
    ines, juno, teo = people
    for one in people:
        await steps.open_viewer(one.page, LABEL)
        await expect(one.page.get_by_role("heading", name="Notes")).to_be_visible()
    lines = {
        ines.name: ("2", [(0.34, 0.26), (0.5, 0.3), (0.66, 0.38)]),
        juno.name: ("4", [(0.38, 0.66), (0.44, 0.7), (0.5, 0.71), (0.56, 0.7), (0.62, 0.65)]),
        teo.name: ("3", [(0.86, 0.16), (0.78, 0.2), (0.7, 0.24)]),
    }
    await asyncio.gather(*(_draw(one.page, *lines[one.name]) for one in people))
    # all three buttons are still down, and each sees what the other two draw
    for one in people:
        for other in people:
            if other is not one:
                await expect(_stroke(one.page, other)).to_be_visible()
                await expect(_pointer(one.page, other)).to_be_attached()
    await camera.take(
        "a-picture", "They draw on one picture at once and see each other’s lines grow."
    )
    await asyncio.gather(*(one.page.mouse.up() for one in people))
    await asyncio.gather(*(_say(one.page, SAID[one.name]) for one in people))
    for one in people:
        await expect(_pins(one.page)).to_have_count(3)
        for words in SAID.values():
            await expect(one.page.get_by_text(words, exact=True)).to_be_visible()
        await expect(one.page.locator("[data-stroke-of]")).to_have_count(0)
    await camera.take(
        "notes", "Every mark is a note of its own: nobody’s drawing erases another’s."
    )


async def _draw(page: Page, tool: str, spots: list[tuple[float, float]]) -> None:
    """Take a tool by its key and draw through spots, in shares of the picture; go on holding."""
    await page.get_by_role("heading", name="Notes").click()
    await page.keyboard.press(tool)
    sheet = page.get_by_role("group", name=re.compile("Choose the place"))
    await expect(sheet).to_be_visible()
    box = await sheet.bounding_box()
    assert box is not None
    for number, (x, y) in enumerate(spots):
        await page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=4)
        if number == 0:
            await page.mouse.down()


async def _say(page: Page, words: str) -> None:
    field = page.get_by_label("What should change?")
    await field.fill(words)
    await field.press("Control+Enter")
    await expect(field).to_be_hidden()


def _stroke(page: Page, other: Person) -> Locator:
    return page.locator(f"[data-stroke-of='{other.name}'] path").first


def _pointer(page: Page, other: Person) -> Locator:
    return page.locator(f"[data-cursor-of='{other.name}']")


def _pins(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Note \d+: "))


# ---- a tunnel -------------------------------------------------------------------------------


async def _one_works_in_a_tunnel(people: list[Person], camera: Camera) -> None:
    ines, juno, teo = people
    await teo.page.context.set_offline(True)
    await expect(teo.page.get_by_text("You are offline. Go on")).to_be_visible()
    await _draw(teo.page, "4", [(0.3, 0.45), (0.34, 0.5), (0.4, 0.52), (0.44, 0.5)])
    await teo.page.mouse.up()
    await _say(teo.page, "Tear track, drawn in a tunnel")
    await expect(teo.page.get_by_text("not sent yet")).to_be_visible()
    # the others go on: one draws, one writes
    await _draw(juno.page, "1", [(0.5, 0.5)])
    await juno.page.mouse.up()
    await _say(juno.page, "Keep this")
    await ines.page.keyboard.press("Escape")
    await _text(ines.page).evaluate(CARET, 0)
    await _type(ines.page, MEANWHILE)
    await expect(_text(ines.page)).to_have_value(f"{MEANWHILE}{TOGETHER}")
    await camera.take("no-network", "Teo is in a tunnel. He goes on drawing, and so do the others.")
    await teo.page.keyboard.press("Escape")
    await _text(teo.page).evaluate(CARET, len(TOGETHER))
    await _type(teo.page, IN_THE_TUNNEL)
    await expect(teo.page.get_by_text("Kept here until you are back")).to_be_visible()
    await expect(_text(ines.page)).to_have_value(f"{MEANWHILE}{TOGETHER}")

    began = time.monotonic()
    await teo.page.context.set_offline(False)
    await asyncio.gather(
        expect(teo.page.get_by_text("You are offline.")).to_be_hidden(),
        *(expect(_text(one.page)).to_have_value(ALL) for one in (ines, teo)),
        expect(_pins(juno.page)).to_have_count(5),
    )
    assert time.monotonic() - began < BACK_WITHIN_SECONDS
    hers = juno.page.locator("li[id^=note-]").filter(has_text="Tear track, drawn in a tunnel")
    await expect(hers).to_have_count(1)
    await steps.open_viewer(teo.page, LABEL)
    await expect(_pins(teo.page)).to_have_count(5)
    await camera.take(
        "back", "He is back: his words and his drawing are with everybody, and theirs with him."
    )
    for one in (juno, teo):
        await one.page.keyboard.press("Escape")
    await expect(_text(juno.page)).to_have_value(ALL)


# ---- a vote ---------------------------------------------------------------------------------


async def _all_vote_and_the_lead_decides(people: list[Person], camera: Camera) -> str:
    ines, juno, teo = people
    await ines.page.get_by_role("button", name="Ask the team").click()
    dialog = ines.page.get_by_role("dialog")
    await dialog.get_by_label("About").select_option(KEY)
    await dialog.get_by_label("Question").fill(QUESTION)
    await dialog.get_by_role("button", name="Ask", exact=True).click()
    await ines.page.wait_for_url(re.compile(r"/decide/[0-9a-f-]+$"))
    decision = ines.page.url.rpartition("/")[2]
    await ines.page.get_by_role("button", name="Make one").click()
    await dialog.get_by_label("What should it show?").fill("Brows up in the middle")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog).to_be_hidden()
    for one in (juno, teo):
        await one.page.get_by_role("link", name="Decide", exact=True).click()
        await one.page.get_by_role("link", name=re.compile(re.escape(QUESTION))).click()
    for one in people:
        await expect(one.page.get_by_role("img", name="Picture B")).to_be_visible(
            timeout=steps.LONG_MS
        )
    await asyncio.gather(
        ines.page.get_by_role("button", name="Approve B").click(),
        juno.page.get_by_role("button", name="Approve B").click(),
        teo.page.get_by_role("button", name="Approve A").click(),
    )
    await teo.page.get_by_role("button", name="4 stars for B").click()
    await juno.page.get_by_role("button", name="Reject A").click()
    for one in people:
        await expect(_under(one.page, "A")).to_contain_text("1 approves, 1 rejects")
        await expect(_under(one.page, "B")).to_contain_text("2 approve, 4.0 stars")
    await camera.take("a-vote", "A vote, counted while it is given; the faces lie in one place.")
    await ines.page.get_by_role("button", name="Use B").click()
    for one in people:
        await expect(one.page.get_by_text("Decided").first).to_be_visible()
    await camera.take(
        "decided", "Ines leads, so she decides; the picture stands in the sheet at once."
    )
    return decision


def _under(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("img", name=f"Picture {name}"))


# ---- a way back -----------------------------------------------------------------------------


def _version_of_all(house: House, token: str, demo: Demo, *, after: int) -> int:
    """Return the version that the sentence of all three became."""
    found: list[int] = []

    def there() -> bool:
        rows = house.call("GET", f"/characters/{demo.mara}/versions", token)
        fresh = [row for row in rows if row["number"] > after]
        found[:] = [row["number"] for row in fresh if len(row["author_ids"]) == 3]
        return bool(found)

    eventually(there, what="a version by all three")
    return found[0]


async def _one_goes_back_and_the_others_are_told(
    people: list[Person], start: int, camera: Camera
) -> None:
    ines, *others = people
    for one in people:
        await _to_the_character(one.page)
        await expect(_text(one.page)).to_have_value(ALL)
    page = ines.page
    await page.get_by_role("link", name="Compare versions").click()
    await page.locator(f"[data-version='{start}'] a").click()
    await page.get_by_role("button", name="Go back to it").click()
    dialog = page.get_by_role("dialog")
    # the words go back; the picture that was chosen stays
    await expect(dialog.get_by_role("checkbox")).to_have_count(2)
    await dialog.get_by_role("checkbox", name=re.compile(LABEL)).uncheck()
    did = f"took the description back from version {start}"
    for one in others:
        await listen(one.page)
    await asyncio.gather(
        dialog.get_by_role("button", name="Take these back").click(),
        *(_is_told(one.page, f"{ines.name} {did}.") for one in others),
    )
    await expect(page.get_by_role("navigation", name="Timeline").get_by_text(did)).to_be_visible()
    for one in others:
        await _text(one.page).evaluate("(box) => box.scrollIntoView({ block: 'center' })")
    await camera.take(
        "a-way-back", "Ines takes the text back to an earlier version; the others are told."
    )
    for one in others:
        history = one.page.get_by_role("region", name="History")
        await expect(history.get_by_text(did)).to_be_visible()
    await _to_the_character(page)


async def _is_told(page: Page, sentence: str) -> None:
    """The words are back, and somebody says so to the eye and to whoever has it read out."""
    notice = page.get_by_role("region", name="Notices").get_by_text(sentence)
    await asyncio.gather(
        heard(page, sentence),
        expect(notice).to_be_visible(),
        expect(_text(page)).to_have_value(TOGETHER),
    )


async def _to_the_character(page: Page) -> None:
    """Go to the character's page as a person does, without loading anything again."""
    await page.get_by_role("link", name="Gallery", exact=True).click()
    await page.locator("[id^=cell-]").filter(has_text="Mara").click()
    await expect(_text(page)).to_be_editable()


# ---- the end --------------------------------------------------------------------------------


async def _is_as_fresh(page: Page, house: House, token: str, demo: Demo, decision: str) -> None:
    """What one window shows of the character is what REST says: words, pictures, notes, votes."""
    path = f"/characters/{demo.mara}"
    record = house.call("GET", path, token)
    assert record["description"] == TOGETHER
    await expect(_text(page)).to_have_value(record["description"])
    rows = house.call("GET", f"{path}/variations", token)
    standing = {f"slot-{row['id']}" for row in rows if row["current"] and row["file"]}
    tiles = page.locator("a[id^=slot-]")
    await expect(tiles).to_have_count(len(standing))
    assert set(await _each(tiles, "id")) == standing

    await steps.open_viewer(page, LABEL)
    notes = [row for row in house.call("GET", f"{path}/notes", token) if row["key"] == KEY]
    assert sorted(row["text"] for row in notes) == sorted(
        [*SAID.values(), "Tear track, drawn in a tunnel", "Keep this"]
    )
    shown = page.locator("li[id^=note-]")
    await expect(shown).to_have_count(len(notes))
    for row in notes:
        await expect(page.locator(f"#note-{row['id']}")).to_contain_text(row["text"])
        await expect(page.locator(f"#note-{row['id']}")).not_to_contain_text("not sent yet")
    await page.keyboard.press("Escape")

    await page.get_by_role("link", name="Decide", exact=True).click()
    await page.get_by_role("link", name=re.compile(re.escape(QUESTION))).click()
    said = house.call("GET", f"/decisions/{decision}", token)["decision"]
    assert said["state"] == "decided"
    for candidate, name in zip(said["candidates"], "AB", strict=True):
        counted = candidate["tally"]["counted"]
        assert (counted["approve"], counted["reject"]) == {"A": (1, 1), "B": (2, 0)}[name]
        assert (candidate["id"] == said["winner_id"]) is (name == "B")
        await expect(_under(page, name)).to_contain_text(
            {"A": "1 approves, 1 rejects", "B": "2 approve, 4.0 stars"}[name]
        )
    await expect(_under(page, "B").get_by_text("Chosen")).to_be_visible()
    await _to_the_character(page)


async def _each(things: Locator, attribute: str) -> list[Any]:
    return await things.evaluate_all(
        "(all, name) => all.map((one) => one.getAttribute(name))", attribute
    )
