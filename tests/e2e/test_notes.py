"""Two people draw on the same picture at once, talk about it, and settle it."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LABEL = "Angry"


async def test_two_draw_on_one_picture_and_settle_it(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    picture = _picture(house, token, demo)
    address = f"/p/{demo.project}/c/{demo.mara}?look={picture['id']}"
    async with windows.open() as ada, windows.open(width=844, height=390, scheme="light") as nora:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, nora, demo.project, name="Nora Notes", username="nora")
        for page in (ada, nora):
            await page.goto(address)
            await expect(page.get_by_role("heading", name="Notes")).to_be_visible()

        # both hold a tool at the same time, and both marks stay
        await _drag(ada, "2", (0.3, 0.3), (0.5, 0.45))
        await _drag(nora, "4", (0.6, 0.6), (0.7, 0.8))
        await _say(ada, "Brows lower, @Nora")
        # the name that is offered is taken by a key
        await expect(_pins(nora)).to_have_count(1)
        await _say(nora, "- [ ] fewer teeth\n- [ ] darker hair")
        for page in (ada, nora):
            await expect(_pins(page)).to_have_count(2)
        await expect(
            nora.get_by_role("region", name="Notices").get_by_text("mentioned you on Angry of Mara")
        ).to_be_visible()
        await ada.screenshot(path=shots / "notes-dark.png")
        await nora.screenshot(path=shots / "notes-sideways-light.png")

        # a line of the list is ticked off, and seen by the other
        await ada.get_by_role("checkbox", name="fewer teeth").check()
        await expect(nora.get_by_role("checkbox", name="fewer teeth")).to_be_checked()

        # an answer and settling, by keyboard to the note and from its thread
        await nora.get_by_role("heading", name="Notes").click()
        await nora.keyboard.press("]")
        await nora.get_by_label("Answer", exact=True).fill("Done in the next one")
        await nora.get_by_label("Answer", exact=True).press("Control+Enter")
        await expect(ada.get_by_text("Done in the next one", exact=True)).to_be_visible()
        first = ada.locator("li[id^=note-]").first
        await first.get_by_role("button", name="Settle").click()
        await expect(_pins(nora)).to_have_count(2)  # it is the selected one: it stays in sight
        await ada.get_by_role("button", name="Undo").click()
        await expect(first.get_by_role("button", name="Settle")).to_be_visible()

        # a point without a mouse
        await ada.get_by_role("heading", name="Notes").click()
        await ada.keyboard.press("1")
        for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowUp", "Enter"):
            await ada.keyboard.press(key)
        await _say(ada, "Here")
        await expect(_pins(nora)).to_have_count(3)
        # Escape puts a tool away and leaves the picture open
        await ada.get_by_role("heading", name="Notes").click()
        await ada.keyboard.press("2")
        await expect(ada.get_by_text("Drag over the picture")).to_be_visible()
        await ada.keyboard.press("Escape")
        await expect(ada.get_by_text("Drag over the picture")).to_be_hidden()
        await expect(ada.get_by_role("heading", name="Notes")).to_be_visible()

        for page in (ada, nora):
            found = await Axe().run(page)
            serious = [v for v in found.response["violations"] if v["impact"] in _BAD]
            assert not serious, serious

        await _a_link_opens_the_note(ada, house, token, demo, address)


_BAD = ("serious", "critical")


async def _a_link_opens_the_note(
    page: Page, house: House, token: str, demo: Demo, address: str
) -> None:
    (note,) = [one for one in _notes(house, token, demo) if one["text"] == "Here"]
    assert note["mark"]["at"] == pytest.approx([0.46, 0.4])
    await page.goto(f"{address}&note={note['id']}")
    await expect(page.locator(f"#note-{note['id']}")).to_have_class(re.compile("border-accent"))
    await page.keyboard.press("Escape")
    tile = page.get_by_role("link", name=LABEL, exact=True)
    await expect(tile.locator("xpath=..")).to_contain_text("3")


def _picture(house: House, token: str, demo: Demo) -> dict[str, Any]:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    (found,) = [one for one in rows if one["label"] == LABEL and one["current"]]
    return found


def _notes(house: House, token: str, demo: Demo) -> list[dict[str, Any]]:
    return house.call("GET", f"/characters/{demo.mara}/notes", token)


def _pins(page: Page) -> Locator:
    return page.get_by_role("button", name=re.compile(r"^Note \d+: "))


async def _drag(page: Page, key: str, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Take a tool by its key and drag it over the picture, in shares of it."""
    await page.get_by_role("heading", name="Notes").click()
    await page.keyboard.press(key)
    sheet = page.get_by_role("group", name=re.compile("Choose the place"))
    box = await sheet.bounding_box()
    assert box is not None

    def at(spot: tuple[float, float]) -> tuple[float, float]:
        return box["x"] + spot[0] * box["width"], box["y"] + spot[1] * box["height"]

    await page.mouse.move(*at(start))
    await page.mouse.down()
    await page.mouse.move(*at(((start[0] + end[0]) / 2, start[1])))
    await page.mouse.move(*at(end))
    await page.mouse.up()


async def _say(page: Page, text: str) -> None:
    field = page.get_by_label("What should change?")
    await field.press_sequentially(text)
    if "@" in text:
        await expect(page.get_by_role("option", name="Nora Notes")).to_be_visible()
        await field.press("Enter")
    await field.press("Control+Enter")
    await expect(field).to_be_hidden()
