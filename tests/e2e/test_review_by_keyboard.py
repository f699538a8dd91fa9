"""Reviewing without a mouse, with everything read out, and on a phone held sideways."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LABEL, KEY = "Surprised", "expression/surprised"
QUESTION = "How surprised, by keyboard?"
MOST_TABS = 150
NAME = r"""async () => {
    // a key may move the focus after the page was drawn anew
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const here = document.activeElement;
    if (!here || here === document.body) return '';
    return (here.getAttribute('aria-label') ?? here.labels?.[0]?.textContent ?? here.textContent)
        .replace(/\s+/g, ' ').trim();
}"""


async def test_notes_compare_vote_and_versions_without_a_mouse(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    decision = _ask(house, token, demo)
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{demo.project}/gallery")
        await expect(page.locator("[id^=cell-]").first).to_be_visible()
        await _step_to(page, "j", re.compile("^Mara"))
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("textbox", name="Description")).to_be_visible()
        await expect(page.get_by_role("link", name=LABEL, exact=True)).to_be_visible()
        await _step_to(page, "j", re.compile(f"^{LABEL}"))
        await page.keyboard.press("Enter")
        await _notes(page)
        await _look(page, shots / "keyboard-notes.png")

        await page.keyboard.press("c")
        await expect(page.get_by_role("img", name=re.compile("reference$"))).to_be_visible()
        await page.keyboard.press("c")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("heading", name="Notes")).to_be_hidden()
        assert (await page.evaluate(NAME)).startswith(LABEL), "focus went back to the tile"

        await _tab_to(page, re.compile("^Decide$"), back=True)
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/decide$"))
        await _tab_to(page, re.compile(re.escape(QUESTION)))
        await page.keyboard.press("Enter")
        await _vote(page, shots)
        said = house.call("GET", f"/decisions/{decision}", token)["decision"]
        assert (said["state"], said["comments"][0]["text"]) == ("decided", "Typed only")

        await _tab_to(page, re.compile("^Gallery$"), back=True)
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("/gallery$"))
        await _step_to(page, "j", re.compile("^Mara"))
        await page.keyboard.press("Enter")
        await _versions(page, shots)


async def _notes(page: Page) -> None:
    """Put a point on the picture, say something, answer it, and settle it."""
    await expect(page.get_by_role("heading", name="Notes")).to_be_visible()
    await page.keyboard.press("1")
    await expect(page.get_by_role("group", name=re.compile("Choose the place"))).to_be_focused()
    for key in ("ArrowLeft", "Shift+ArrowUp", "Enter"):
        await page.keyboard.press(key)
    await expect(page.get_by_label("What should change?")).to_be_focused()
    await page.keyboard.type("Wider eyes")
    await page.keyboard.press("Control+Enter")
    note = page.locator("li[id^=note-]").filter(has_text="Wider eyes")
    await expect(note).to_be_visible()
    await _tab_to(page, re.compile("^Answer$"))
    await page.keyboard.type("Done")
    await page.keyboard.press("Control+Enter")
    await expect(note.get_by_text("Done", exact=True)).to_be_visible()
    await _tab_to(page, re.compile("^Settle$"), back=True)
    await page.keyboard.press("Enter")
    await expect(note.get_by_role("button", name="Open again")).to_be_visible()
    await expect(page.locator("#announcer")).to_contain_text("Note settled.")


async def _vote(page: Page, shots: Path) -> None:
    """Vote, compare in one place, comment, and decide."""
    await expect(page.get_by_role("img", name="Picture B")).to_be_visible(timeout=steps.LONG_MS)
    for key in ("j", "j", "a", "4"):
        await page.keyboard.press(key)
    await expect(page.get_by_role("button", name="Approve B")).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(page.get_by_text("1 approves, 4.0 stars")).to_be_visible()
    await page.keyboard.press("w")
    line = page.get_by_role("slider", name="Where the line is")
    await expect(line).to_be_visible()
    before = await line.input_value()
    await _tab_to(page, re.compile("^Where the line is"))
    await page.keyboard.press("ArrowRight")
    await expect(line).not_to_have_value(before)
    await _look(page, shots / "keyboard-vote.png")
    await page.keyboard.press("v")
    await _tab_to(page, re.compile("^Say something"))
    await page.keyboard.type("Typed only")
    await _tab_to(page, re.compile("^Comment$"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Typed only", exact=True)).to_be_visible()
    await _tab_to(page, re.compile("^Use B$"), back=True)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Decided").first).to_be_visible()


async def _versions(page: Page, shots: Path) -> None:
    """Walk through versions, hold one, go back, and take that back."""
    await expect(page.get_by_role("textbox", name="Description")).to_be_visible()
    await _tab_to(page, re.compile("^Compare versions$"))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Versions")).to_be_visible()
    looked = page.locator("[data-version] a[aria-current=true]")
    await expect(looked).to_be_visible()
    newest = await looked.get_attribute("href")
    await page.keyboard.press("j")
    await expect(looked).not_to_have_attribute("href", newest or "")
    await page.keyboard.press("c")
    held = page.get_by_role("button", name=re.compile("^Let go of version"))
    await expect(held).to_have_count(1)
    await page.keyboard.press("c")
    await expect(held).to_have_count(0)
    await page.keyboard.press("r")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("checkbox").first).to_be_visible()
    await _look(page, shots / "keyboard-back.png")
    await _tab_to(page, re.compile("^Go back to version"))
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    timeline = page.get_by_role("navigation", name="Timeline")
    went = timeline.get_by_text(re.compile("went back to version|back from version"))
    count = await went.count()
    await expect(page.locator("#announcer")).to_contain_text("back")
    await _tab_to(page, re.compile("^Undo$"))
    await page.keyboard.press("Enter")
    await expect(went).to_have_count(count + 1)


async def test_a_phone_held_sideways_shows_what_one_works_on(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    picture = next(one["id"] for one in rows if one["key"] == KEY and one["current"])
    character = f"/p/{demo.project}/c/{demo.mara}"
    async with windows.open(width=844, height=390) as page:
        await steps.enter(page, house.command("link")["url"])
        # the words of a note and the button that sends them stand beside the picture
        await page.goto(f"{character}?look={picture}")
        await expect(page.get_by_role("heading", name="Notes")).to_be_visible()
        await page.keyboard.press("n")
        await expect(page.get_by_role("button", name="Add note")).to_be_in_viewport(ratio=1)
        await _look(page, shots / "sideways-note.png")
        # what differs stands beside the list of versions
        await page.goto(f"{character}/versions")
        title = page.get_by_role("heading", name=re.compile(r"^Version \d+"))
        await expect(title).to_be_in_viewport(ratio=1)
        await _look(page, shots / "sideways-versions.png")
        for place in ("gallery", "decide", "queue", "activity"):
            await page.goto(f"/p/{demo.project}/{place}")
            await expect(page.get_by_role("main")).to_be_visible()
            await _look(page, shots / f"sideways-{place}.png")
            assert await page.evaluate("document.documentElement.scrollWidth") <= 844


def _ask(house: House, token: str, demo: Demo) -> str:
    """Ask which of two pictures it is to be; the second one is made by the real engine."""
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    standing = next(row["id"] for row in rows if row["key"] == KEY and row["current"])
    body = {"key": KEY, "variation_ids": [standing], "question": QUESTION}
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    house.call("POST", f"/decisions/{made['id']}/generated", token, {"note": "wider"})
    return made["id"]


async def _step_to(page: Page, key: str, name: re.Pattern[str]) -> None:
    """Press a key until what has the focus has this name."""
    await _press_until(page, key, name)


async def _tab_to(page: Page, name: re.Pattern[str], *, back: bool = False) -> None:
    """Walk with Tab, as who sees no pointer does, and see that the focus is never invisible."""
    await _press_until(page, "Shift+Tab" if back else "Tab", name)
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(ring) != "none", f"nobody sees that {name.pattern} has the focus"


async def _press_until(page: Page, key: str, name: re.Pattern[str]) -> None:
    seen: list[str] = []
    for _ in range(MOST_TABS):
        await page.keyboard.press(key)
        seen.append(await page.evaluate(NAME))
        if name.search(seen[-1]):
            return
    raise AssertionError(f"{name.pattern} is not reached by {key}: {seen}")


async def _look(page: Page, shot: Path) -> None:
    """Take a picture of the page and let axe judge it."""
    await page.screenshot(path=shot)
    found: dict[str, Any] = (await Axe().run(page)).response
    faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    assert faults == [], f"{shot.name}: {faults}"
