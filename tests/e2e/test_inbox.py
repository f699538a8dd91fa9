"""Somebody is mentioned while they work on another film, and finds the note at once."""

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

LABEL = "Happy"


async def test_a_mention_rings_on_another_project_and_leads_to_its_note(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    picture = _picture(house, token, demo)
    async with windows.open() as ada, windows.open() as ines:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, ines, demo.project, name="Ines Inbox", username="ines")
        # a role was given before the first look: it waits already
        await expect(_bell(ines, 1)).to_be_visible()
        await steps.make_project(ines, "Another film of Ines")
        _ask_for_vote(house, token, demo, picture, "ines")
        await expect(_bell(ines, 2)).to_be_visible()

        # she works elsewhere; the mention is written in the demo film
        await ada.goto(f"/p/{demo.project}/c/{demo.mara}?look={picture['id']}")
        await ada.get_by_role("heading", name="Notes").click()
        await ada.keyboard.press("n")
        field = ada.get_by_label("What should change?")
        await field.press_sequentially("Softer light here, @Ines")
        await expect(ada.get_by_role("option", name="Ines Inbox")).to_be_visible()
        await field.press("Enter")
        await field.press("Control+Enter")

        await expect(_bell(ines, 3)).to_be_visible()
        await expect(
            ines.get_by_role("region", name="Notices").get_by_text("mentioned you on Happy of Mara")
        ).to_be_visible()

        # by keyboard to the inbox, to the first notice, and to the note itself
        await ines.keyboard.press("b")
        await expect(ines.get_by_role("heading", name="Inbox")).to_be_visible()
        notice = ines.get_by_role("link", name=re.compile("mentioned you on Happy of Mara"))
        await expect(notice).to_contain_text("Softer light here")
        await _look_at(ines, shots, "inbox")
        await ines.keyboard.press("j")
        await expect(notice).to_be_focused()
        await ines.keyboard.press("Enter")
        await ines.wait_for_url(re.compile(r"look=.+&note="))
        note_id = ines.url.rpartition("note=")[2]
        note = ines.locator(f"#note-{note_id}")
        await expect(note).to_have_class(re.compile("border-accent"))
        await expect(note).to_contain_text("Softer light here")
        await expect(_bell(ines, 2)).to_be_visible()

        await _read_all_and_back(ines)
        await _since_and_activity(ines, house, token, demo, shots)


async def _read_all_and_back(page: Page) -> None:
    await page.goto("/inbox")
    await page.get_by_role("button", name="Mark all read").click()
    await expect(_bell(page, 0)).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(_bell(page, 2)).to_be_visible()
    await _tab(page, "Decisions").click()
    await expect(page.get_by_role("link", name=re.compile("asks for your vote"))).to_be_visible()
    await _tab(page, "Work").click()
    await expect(page.get_by_role("heading", name="Nothing for you here")).to_be_visible()
    await _tab(page, "People").click()
    await expect(page.get_by_role("link", name=re.compile("made you an editor"))).to_be_visible()


async def _since_and_activity(
    page: Page, house: House, token: str, demo: Demo, shots: Path
) -> None:
    """Go away from the film, let something happen there, come back."""
    async with page.expect_response(re.compile("since-visit")):
        await page.goto(f"/p/{demo.project}/gallery")
    await expect(page.get_by_role("link", name=re.compile("Mara Quell Low")).first).to_be_visible()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    picture = _picture(house, token, demo)
    for text in ("Warmer", "And the collar"):
        house.call("POST", f"/variations/{picture['id']}/notes", token, {"text": text})
    await page.goto(f"/p/{demo.project}/gallery")
    since = page.get_by_role("region", name=re.compile("Since you were here"))
    await expect(since).to_contain_text("wrote 2 notes · Mara")
    await page.screenshot(path=shots / "since-dark.png")
    await page.reload()
    await expect(since).to_be_visible()  # until it is put away, or everything was looked at
    await since.get_by_role("link", name=re.compile("See")).click()
    await expect(page.get_by_role("heading", name="Activity")).to_be_visible()
    await expect(page.get_by_text("New since you were last here")).to_be_visible()
    await _look_at(page, shots, "activity")
    await page.get_by_label("Character").select_option(label="Mara Quell")
    await expect(page).to_have_url(re.compile("character="))
    await page.get_by_label("Person").select_option(label="Ines Inbox")
    await expect(page.get_by_role("heading", name="Nothing happened here")).to_be_visible()
    async with page.expect_response(re.compile("since-visit")):
        await page.goto(f"/p/{demo.project}/gallery")
    await expect(page.get_by_role("link", name=re.compile("Mara Quell Low")).first).to_be_visible()
    await expect(since).to_be_hidden()


async def _look_at(page: Page, shots: Path, name: str) -> None:
    """Take pictures in both schemes and on a phone, and let axe look."""
    await page.screenshot(path=shots / f"{name}-dark.png")
    found = await Axe().run(page)
    serious = [one for one in found.response["violations"] if one["impact"] in _BAD]
    assert not serious, serious
    await page.evaluate("document.documentElement.dataset.theme = 'light'")
    await page.screenshot(path=shots / f"{name}-light.png")
    await page.set_viewport_size({"width": 390, "height": 844})
    await page.screenshot(path=shots / f"{name}-phone.png")
    wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not await page.evaluate(wide)
    await page.set_viewport_size({"width": 1440, "height": 900})
    await page.evaluate("document.documentElement.dataset.theme = 'dark'")


_BAD = ("serious", "critical")


def _tab(page: Page, name: str) -> Locator:
    return page.locator("label").filter(has_text=name)


def _bell(page: Page, unread: int) -> Locator:
    words = {0: "Inbox: nothing new", 1: "Inbox: 1 new one"}.get(
        unread, f"Inbox: {unread} new ones"
    )
    return page.get_by_role("link", name=words, exact=True)


def _ask_for_vote(
    house: House, token: str, demo: Demo, picture: dict[str, Any], username: str
) -> None:
    people = house.call("GET", "/people", token)
    (person,) = [one for one in people if one["username"] == username]
    body = {
        "question": "Is this smile hers?",
        "key": picture["key"],
        "variation_ids": [picture["id"]],
        "asked": [person["id"]],
    }
    house.call("POST", f"/characters/{demo.mara}/decisions", token, body)


def _picture(house: House, token: str, demo: Demo) -> dict[str, Any]:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    (found,) = [one for one in rows if one["label"] == LABEL and one["current"]]
    return found
