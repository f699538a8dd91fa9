"""An art director's round: what is alike, what people say, who is told, what is learnt."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.support.photos import Photos

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

UNLIKE = 4
"""So many of the sheet's pictures, the least alike ones, a person calls somebody else."""


async def test_an_art_directors_round(
    house: House, token: str, demo: Demo, windows: Windows, photos: Photos, shots: Path
) -> None:
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await _look_at_a_pair(page, demo)
        await _say_what_the_eyes_say(page, house, token, demo)
        await _learn_and_go_back(page)
        await _let_an_alert_sleep(page, house, token, demo)
        await _check_a_picture(page, demo, photos.person_b[0], shots)
        await _find_pictures_like_her(page, demo)


async def _look_at_a_pair(page: Page, demo: Demo) -> None:
    """Open two pictures from the heat map, by keyboard, and come back to where one was."""
    await page.goto(f"/p/{demo.project}/c/{demo.mara}/consistency")
    cell = page.locator('[data-cell="0,1"]')
    await cell.focus()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_be_visible()
    await expect(dialog.get_by_role("img")).to_have_count(2)
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.locator('[data-cell="1,2"]')).to_be_focused()


async def _say_what_the_eyes_say(page: Page, house: House, token: str, demo: Demo) -> None:
    """Judge the whole sheet, one picture of it by key, and see the disagreement listed."""
    listed = house.call("GET", f"/characters/{demo.mara}/variations", token)
    rows = sorted((row for row in listed if row["p_same"]), key=lambda row: row["p_same"])
    for at, row in enumerate(rows[1:], start=1):
        said = {"judgement": "not_same" if at < UNLIKE else "same"}
        house.call("PUT", f"/variations/{row['id']}/judgement", token, said)
    least = rows[0]
    await page.goto(f"/p/{demo.project}/c/{demo.mara}?look={least['id']}")
    viewer = page.get_by_role("dialog", name=least["label"])
    await viewer.get_by_role("button", name=re.compile("Identity: ")).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("group", name="Is it the same character?")).to_be_visible()
    await page.keyboard.press("n")
    choice = page.get_by_role("button", name=re.compile("Not same"))
    await expect(choice).to_have_attribute("aria-pressed", "true")
    await page.goto("/identity")
    people = page.get_by_role("region", name="People and the measure")
    await expect(people.get_by_text(least["label"], exact=True)).to_be_visible()
    await expect(people.get_by_text("1 says not same").first).to_be_visible()


async def _learn_and_go_back(page: Page) -> None:
    """Fit a version on the verdicts, judge by it, and roll back."""
    faces = page.get_by_role("region", name="dlib ResNet")
    await faces.get_by_role("button", name="Fit on the team’s verdicts").click()
    second = faces.get_by_role("radio", name=re.compile("Version 2"))
    await second.check()
    await faces.get_by_role("button", name="Use version 2").click()
    judged = faces.get_by_role("listitem").filter(has_text="Judges now")
    await expect(judged).to_contain_text("Version 2")
    await faces.get_by_role("radio", name=re.compile("Version 1")).check()
    await faces.get_by_role("button", name="Go back to version 1").click()
    await expect(judged).to_contain_text("Version 1")


async def _let_an_alert_sleep(page: Page, house: House, token: str, demo: Demo) -> None:
    """Nobody's likeness is certain, so a limit of 1 opens alerts; one is put to sleep."""
    settings = {"off_model_below": 1.0}
    house.call("PATCH", f"/characters/{demo.mara}/consistency", token, settings)
    await page.goto(f"/p/{demo.project}/alerts")
    first = page.get_by_role("listitem").filter(has=page.get_by_role("button", name="Put to sleep"))
    title = await first.first.get_by_role("heading").inner_text()
    await first.first.get_by_role("button", name="Put to sleep").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Why it can wait").fill("The wig is new")
    await dialog.get_by_role("button", name="Put to sleep").click()
    await expect(dialog).to_be_hidden()
    await page.get_by_role("radio", name=re.compile("Asleep")).check(force=True)
    asleep = page.get_by_role("listitem").filter(has_text=title)
    await expect(asleep).to_contain_text("The wig is new")
    settings = {"off_model_below": 0.5}
    house.call("PATCH", f"/characters/{demo.mara}/consistency", token, settings)


async def _check_a_picture(page: Page, demo: Demo, stranger: Path, shots: Path) -> None:
    """Say who should be in a picture of somebody else, and hear that she is missing."""
    await page.goto(f"/p/{demo.project}/check")
    await page.get_by_role("button", name="Mara Quell").click()
    await page.locator('input[type="file"]').first.set_input_files(stranger)
    checked = page.get_by_role("listitem").filter(has_text=stranger.name)
    await expect(checked.get_by_text("Nobody we know")).to_be_visible(timeout=steps.LONG_MS)
    await expect(checked).to_contain_text("Not in the picture: Mara Quell.")
    await page.screenshot(path=shots / "check.png")


async def _find_pictures_like_her(page: Page, demo: Demo) -> None:
    await page.goto(f"/p/{demo.project}/c/{demo.mara}/consistency")
    await page.get_by_role("button", name="Search the library").click()
    found = page.get_by_role("link", name=re.compile(r"Mara Quell, .* %"))
    await expect(found.first).to_be_visible()
