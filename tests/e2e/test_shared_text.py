"""Two people write the same sentence at once; one of them goes offline and comes back."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Windows

pytestmark = pytest.mark.e2e

TEXT = "A tall smuggler with green eyes."
CARET = "(box, at) => { box.focus(); box.setSelectionRange(at, at); }"


async def test_two_write_one_sentence_and_one_loses_the_network(
    house: House, token: str, windows: Windows, shots: Path
) -> None:
    async with windows.open() as ada, windows.open(width=390, height=844, scheme="light") as bo:
        await steps.enter(ada, house.command("link")["url"])
        project = await steps.make_project(ada, "The Lighthouse")
        await steps.bring_in(ada, bo, project, name="Bea", username="bea")
        made = {"name": "Mara", "description": TEXT}
        character = house.call("POST", f"/projects/{project}/characters", token, made)["id"]
        for page in (ada, bo):
            await page.goto(f"/p/{project}/c/{character}")
            await expect(_box(page)).to_have_value(TEXT)
            await expect(_box(page)).to_be_editable()

        await _both_write_at_once(ada, bo)
        await ada.screenshot(path=shots / "shared-text.png")
        await bo.screenshot(path=shots / "shared-text-phone.png")
        await _only_ones_own_is_taken_back(ada, bo)
        await _offline_and_back(ada, bo)
        await _the_pause_makes_a_version(ada)


async def _both_write_at_once(ada: Page, bo: Page) -> None:
    await _stand(ada, len("A tall"))
    await _stand(bo, len(TEXT) - 1)
    await expect(ada.locator("[data-cursor=Bea]")).to_be_attached()
    for one, other in zip(" and old", " and a 😀", strict=True):
        await ada.keyboard.insert_text(one)
        await bo.keyboard.insert_text(other)
    both = "A tall and old smuggler with green eyes and a 😀."
    for page in (ada, bo):
        await expect(_box(page)).to_have_value(both)


async def _only_ones_own_is_taken_back(ada: Page, bo: Page) -> None:
    await ada.keyboard.press("Control+z")
    alone = "A tall smuggler with green eyes and a 😀."
    for page in (ada, bo):
        await expect(_box(page)).to_have_value(alone)
    await ada.keyboard.press("Control+Shift+z")
    for page in (ada, bo):
        await expect(_box(page)).to_have_value("A tall and old smuggler with green eyes and a 😀.")


async def _offline_and_back(ada: Page, bo: Page) -> None:
    await bo.context.set_offline(True)
    await bo.keyboard.insert_text(" (offline)")
    await expect(bo.get_by_text("Kept here until you are back")).to_be_visible()
    await _stand(ada, 0)
    await ada.keyboard.insert_text("Meanwhile: ")
    await expect(_box(ada)).to_have_value(re.compile("^Meanwhile: A tall"))
    await expect(_box(bo)).to_have_value(re.compile(r"^A tall .* \(offline\)\.$"))
    assert "Meanwhile" not in await _box(bo).input_value()
    await bo.context.set_offline(False)
    both = "Meanwhile: A tall and old smuggler with green eyes and a 😀 (offline)."
    for page in (ada, bo):
        await expect(_box(page)).to_have_value(both)
    await expect(bo.get_by_text("Kept here until you are back")).to_be_hidden()


async def _the_pause_makes_a_version(ada: Page) -> None:
    history = ada.get_by_role("region", name="History")
    await expect(history.get_by_text("together with").first).to_be_visible()


def _box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Description")


async def _stand(page: Page, at: int) -> None:
    """Put the caret before so many UTF-16 units."""
    await _box(page).evaluate(CARET, at)
