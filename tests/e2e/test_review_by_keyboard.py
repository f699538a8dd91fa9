"""Reviewing without a mouse: notes, comparing, voting, versions, and all else on these pages."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import look
from tests.e2e.hands import IS_SEEN, NAME, step_to, tab_to

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LABEL, KEY = "Surprised", "expression/surprised"
QUESTION = "How surprised, by keyboard?"
# What can be pressed and is in sight. Cells of a table that arrows walk through, and those of a
# choice that arrows change, have one place among all that Tab reaches.
FIND = """() => {
    const page = document.querySelector('[role=dialog]') ?? document;
    const PRESSED = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
    const walked = (one) => one.tabIndex < 0
        && one.closest('ol, [role=grid], main')?.querySelector('[tabindex="0"]');
    const usable = (one) => one.checkVisibility({ visibilityProperty: true })
        && !one.disabled && !one.closest('[inert], [aria-hidden=true]') && one.type !== 'file';
    const all = [...page.querySelectorAll(PRESSED)].filter(usable);
    window.wanted = all.filter((one) => !walked(one));
    // what only a mouse can press looks like a button and is none
    const pointed = [...document.querySelectorAll('main *, [role=dialog] *')].filter((one) =>
        one.checkVisibility() && getComputedStyle(one).cursor === 'pointer'
        && !one.closest(PRESSED + ', label, [role=option], option, [role=presentation]'));
    return pointed.map((one) => one.outerHTML.slice(0, 120));
}"""
REACHED = """() => {
    const here = document.activeElement;
    const same = (one) => one === here
        || (one.type === 'radio' && here.type === 'radio' && one.name === here.name);
    window.wanted = window.wanted.filter((one) => !same(one) && one.isConnected);
    return here === document.body ? null : here.outerHTML.slice(0, 120);
}"""
LEFT = "() => window.wanted.map((one) => one.outerHTML.slice(0, 160))"


async def test_notes_compare_vote_and_versions_without_a_mouse(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    decision = _ask(house, token, demo)
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{demo.project}/gallery")
        await expect(page.locator("[id^=cell-]").first).to_be_visible()
        await step_to(page, "j", re.compile("^Mara"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Description")).to_be_visible()
        await expect(page.get_by_role("link", name=LABEL, exact=True)).to_be_visible()
        await step_to(page, "j", re.compile(f"^{LABEL}"))
        await page.keyboard.press("Enter")
        await _notes(page, shots)

        await page.keyboard.press("c")
        await expect(page.get_by_role("img", name=re.compile("reference$"))).to_be_visible()
        await page.keyboard.press("c")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name="Notes")).to_be_hidden()
        assert (await page.evaluate(NAME)).startswith(LABEL), "focus went back to the tile"

        await tab_to(page, re.compile("^Decide$"), back=True)
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/decide$"))
        await tab_to(page, re.compile(re.escape(QUESTION)))
        await page.keyboard.press("Enter")
        await _vote(page, shots)
        said = house.call("GET", f"/decisions/{decision}", token)["decision"]
        assert (said["state"], said["comments"][0]["text"]) == ("decided", "Typed only")

        await tab_to(page, re.compile("^Gallery$"), back=True)
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/gallery$"))
        await expect(page.locator("[id^=cell-]").first).to_be_visible()
        await step_to(page, "j", re.compile("^Mara"))
        await page.keyboard.press("Enter")
        await _versions(page, shots)


async def _notes(page: Page, shots: Path) -> None:
    """Mark a point and a box, say something, answer it, and settle it."""
    await expect(page.get_by_role("heading", name="Notes")).to_be_visible()
    await page.keyboard.press("1")
    await expect(page.get_by_role("group", name=re.compile("Choose the place"))).to_be_focused()
    for key in ("ArrowLeft", "Shift+ArrowUp", "Enter"):
        await page.keyboard.press(key)
    await _say(page, "Wider eyes")
    await page.keyboard.press("2")
    await expect(page.get_by_role("group", name=re.compile("Choose the place"))).to_be_focused()
    for key in ("Enter", "Shift+ArrowRight", "Shift+ArrowDown"):
        await page.keyboard.press(key)
    await page.screenshot(path=shots / "keyboard-box.png")
    await page.keyboard.press("Enter")
    await _say(page, "Softer mouth")
    await expect(page.locator("svg path[d$=Z]").first).to_be_attached()

    # to the first note, and from there on with Tab
    note = page.locator("li[id^=note-]").filter(has_text="Wider eyes")
    for _ in range(await page.locator("li[id^=note-]").count()):
        await page.keyboard.press("]")
        if await note.get_by_role("button", pressed=True).count():
            break
    await expect(note.get_by_role("button", name=re.compile("^Note "))).to_be_focused()
    await tab_to(page, re.compile("^Answer$"))
    await page.keyboard.type("Done")
    await page.keyboard.press("Control+Enter")
    await expect(note.get_by_text("Done", exact=True)).to_be_visible()
    await tab_to(page, re.compile("^Settle$"), back=True)
    await page.keyboard.press("Enter")
    await expect(note.get_by_role("button", name="Open again")).to_be_visible()
    await expect(page.locator("#announcer")).to_contain_text("Note settled.")
    # the notice is outside the dialog that keeps the focus: its key reaches it
    await page.keyboard.press("u")
    await expect(note.get_by_role("button", name="Settle")).to_be_visible()
    await look(page, shots / "keyboard-notes.png")
    # zoomed in, the picture moves by keys
    ground = page.locator("[data-ground] > div").first
    await page.get_by_role("dialog").first.focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+ArrowLeft")
    await expect(ground).to_have_attribute(
        "style", re.compile(r"translate\(80px, 0px\) scale\(2\)")
    )
    await page.keyboard.press("Space")
    await page.keyboard.press("Space")
    await expect(ground).to_have_attribute("style", re.compile(r"scale\(1\)"))


async def _say(page: Page, words: str) -> None:
    field = page.get_by_label("What should change?")
    await expect(field).to_be_focused()
    await page.keyboard.type(words)
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("li[id^=note-]").filter(has_text=words)).to_be_visible()


async def _vote(page: Page, shots: Path) -> None:
    """Vote, compare in one place, comment, and decide."""
    await expect(page.get_by_role("img", name="Picture B")).to_be_visible(timeout=steps.LONG_MS)
    for key in ("j", "j"):
        await page.keyboard.press(key)
    await expect(page.locator("#announcer")).to_contain_text("Picture B. No votes.")
    for key in ("a", "4"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("button", name="Approve B")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.locator("#announcer")).to_contain_text("You approve, 4 stars. Picture B.")
    await expect(page.get_by_text("1 approves, 4.0 stars").last).to_be_visible()
    await page.keyboard.press("w")
    line = page.get_by_role("slider", name="Where the line is")
    await expect(line).to_be_visible()
    before = await line.input_value()
    await tab_to(page, re.compile("^Where the line is"))
    await page.keyboard.press("ArrowRight")
    await expect(line).not_to_have_value(before)
    await look(page, shots / "keyboard-vote.png")
    # keys mean the same while the line has the focus
    await page.keyboard.press("v")
    await expect(line).to_be_hidden()
    await tab_to(page, re.compile("^Say something"))
    await page.keyboard.type("Typed only")
    await tab_to(page, re.compile("^Comment$"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Typed only", exact=True)).to_be_visible()
    await tab_to(page, re.compile("^Use B$"), back=True)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Decided").first).to_be_visible()


async def _versions(page: Page, shots: Path) -> None:
    """Walk through versions, hold one, go back, and take that back."""
    await expect(page.get_by_role("textbox", name="Description")).to_be_visible()
    await tab_to(page, re.compile("^Compare versions$"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    looked = page.locator("[data-version] a[aria-current=true]")
    await expect(looked).to_be_visible()
    newest = await looked.get_attribute("href")
    await page.keyboard.press("j")
    await expect(looked).not_to_have_attribute("href", newest or "")
    await expect(page.locator("#announcer")).to_contain_text(re.compile(r"^Version \d+\. "))
    await page.keyboard.press("c")
    held = page.get_by_role("button", name=re.compile("^Let go of version"))
    await expect(held).to_have_count(1)
    await page.keyboard.press("c")
    await expect(held).to_have_count(0)
    # holding it looked at the newest one against it; there is a way back from an older one only
    await expect(looked).to_have_attribute("href", newest or "")
    await page.keyboard.press("j")
    await expect(looked).not_to_have_attribute("href", newest or "")
    timeline = page.get_by_role("navigation", name="Timeline")
    went = timeline.get_by_text(re.compile("went back to version|back from version"))
    count = await went.count()  # others may have gone back before
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox").first).to_be_visible()
    await look(page, shots / "keyboard-back.png")
    await tab_to(page, re.compile("^Go back to version"))
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#announcer")).to_contain_text("back")
    await expect(went).to_have_count(count + 1)
    await page.keyboard.press("u")
    await expect(went).to_have_count(count + 2)


async def test_all_that_can_be_pressed_is_reached_and_seen(
    house: House, token: str, demo: Demo, windows: Windows
) -> None:
    picture = _standing(house, token, demo)
    body = {"key": KEY, "variation_ids": [picture], "question": "Reached by keys?"}
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    note = {"text": "Reached, too", "mark": {"kind": "point", "at": [0.4, 0.4]}, "mentions": []}
    house.call("POST", f"/variations/{picture}/notes", token, note)
    project, character = f"/p/{demo.project}", f"/p/{demo.project}/c/{demo.mara}"
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        for path in (
            f"{project}/gallery",
            character,
            f"{character}?look={picture}",
            f"{character}/versions",
            f"{character}/consistency",
            f"{project}/decide",
            f"{project}/decide/{made['id']}",
            f"{project}/alerts",
            f"{project}/pairs",
            f"{project}/activity",
            "/inbox",
        ):
            await page.goto(path)
            await _settle(page)
            await _is_reached(page, path)


async def _settle(page: Page) -> None:
    """Wait until nothing is asked for any more, and nothing says that it is being read."""
    await page.wait_for_load_state("networkidle")
    await expect(page.get_by_role("main").or_(page.get_by_role("dialog")).first).to_be_visible()
    await expect(page.get_by_role("status", name=re.compile("^Opening|^Reading"))).to_have_count(0)


async def _is_reached(page: Page, path: str) -> None:
    mouse_only = await page.evaluate(FIND)
    assert mouse_only == [], f"{path}: only a mouse can press these"
    unseen: list[str] = []
    # once around; what comes and goes meanwhile is given some more
    for _ in range(len(await page.evaluate(LEFT)) + 30):
        await page.keyboard.press("Tab")
        here = await page.evaluate(REACHED)
        if here and not await page.evaluate(IS_SEEN):
            unseen.append(here)
    left = await page.evaluate(LEFT)
    assert left == [], f"{path}: Tab does not reach these"
    assert unseen == [], f"{path}: nobody sees that these have the focus"


def _standing(house: House, token: str, demo: Demo) -> str:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    return next(row["id"] for row in rows if row["key"] == KEY and row["current"])


def _ask(house: House, token: str, demo: Demo) -> str:
    """Ask which of two pictures it is to be; the second one is made by the real engine."""
    body: dict[str, Any] = {
        "key": KEY,
        "variation_ids": [_standing(house, token, demo)],
        "question": QUESTION,
    }
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    house.call("POST", f"/decisions/{made['id']}/generated", token, {"note": "wider"})
    return made["id"]
