"""The newcomer's path, with two people in two browsers, on real photographs."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Windows
from tests.support.photos import Photos

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

SHEET = 12
# A training may be over before a busy machine looks again, so the page itself remembers the bar.
SEE_PROGRESS = """() => {
    window.progressWasSeen = new Promise((seen) => {
        const look = () => {
            for (const bar of document.querySelectorAll('[role="progressbar"]'))
                if (bar.ariaLabel?.startsWith('Training of Mara') && bar.checkVisibility())
                    seen(true);
        };
        new MutationObserver(look).observe(document, {
            subtree: true, childList: true, attributes: true,
        });
        look();
    });
}"""
PNG, PDF = b"\x89PNG\r\n\x1a\n", b"%PDF-"


async def test_from_the_first_link_to_an_exported_model_sheet(
    house: House, windows: Windows, photos: Photos
) -> None:
    async with windows.open() as ada, windows.open() as bo:
        await steps.come_in(ada, house.command("link")["url"], name="Ada")
        project = await steps.make_project(ada, "The Lighthouse")
        await steps.bring_in(ada, bo, project, name="Bo", username="bo")

        character = await _character_with_a_stranger_among_the_pictures(ada, project, photos)
        await bo.goto(f"/p/{project}/c/{character}")
        await _training_is_seen_by_both(ada, bo, project, character)
        await _sheet_is_seen_by_both(ada, bo)
        await _verdicts_are_seen_by_both(ada, bo)
        await _nothing_is_replaced_until_confirmed(ada)
        await _exports_open(ada)
        _a_recipe_makes_the_same_bytes(house, character)
        await steps.sign_out(ada)
        await ada.goto(f"/p/{project}/gallery")
        await expect(ada.get_by_role("heading", name="Sign in")).to_be_visible()


async def _character_with_a_stranger_among_the_pictures(
    page: Page, project: str, photos: Photos
) -> str:
    good = photos.person_a[:6]
    character = await steps.make_character(page, project, name="Mara", pictures=good)
    await steps.checked(page, good, "Helps")
    stranger = photos.person_c[0]
    await steps.paste(page, [stranger])
    await steps.checked(page, [stranger], "Hurts")
    await expect(steps.tile(page, stranger)).to_contain_text(re.compile("somebody else", re.I))
    return character


async def _training_is_seen_by_both(ada: Page, bo: Page, project: str, character: str) -> None:
    await ada.goto(f"/p/{project}/c/{character}")
    await expect(bo.get_by_role("region", name="Model")).to_be_visible()
    await bo.evaluate(SEE_PROGRESS)
    await ada.get_by_role("button", name="Train model").click()
    async with asyncio.timeout(steps.LONG_MS / 1000):
        await bo.evaluate("() => window.progressWasSeen")
    for page in (ada, bo):
        model = page.get_by_role("region", name="Model")
        await expect(model).to_contain_text("Complete", timeout=steps.LONG_MS)


async def _sheet_is_seen_by_both(ada: Page, bo: Page) -> None:
    await ada.get_by_role("button", name="Generate sheet").click()
    for page in (bo, ada):
        scores = page.get_by_role("button", name=re.compile("^Identity: "))
        await expect(scores.nth(SHEET - 1)).to_be_visible(timeout=steps.LONG_MS)
        sheet = page.get_by_role("region", name="Standard sheet")
        await expect(sheet.get_by_role("status")).to_contain_text(
            re.compile(r"^\s*\d+ of \d+ made"), timeout=steps.LONG_MS
        )
    # all are made, and the last of them are still being measured
    measured = ada.get_by_role("button", name=re.compile(r"^Identity: [<>]?\d+"))
    await expect(measured.nth(SHEET - 1)).to_be_visible(timeout=steps.LONG_MS)
    await expect(ada.get_by_text("Preview", exact=True).first).to_be_visible()


async def _verdicts_are_seen_by_both(ada: Page, bo: Page) -> None:
    viewer = await steps.open_viewer(ada, "Happy")
    await ada.keyboard.press("a")
    await expect(viewer.get_by_role("button", name="Approved")).to_be_visible()
    await ada.keyboard.press("s")
    await expect(viewer.get_by_role("button", name="Remove star")).to_be_visible()
    await ada.keyboard.press("?")
    # a click reaches only what lies on top
    keys = ada.get_by_role("dialog", name="Keys")
    await keys.get_by_role("button", name="Close").click()
    await expect(keys).to_be_hidden()
    await expect(viewer).to_be_visible()
    await ada.keyboard.press("Escape")
    viewer = await steps.open_viewer(ada, "Noir")
    await viewer.get_by_role("button", name="Reject").click()
    await expect(viewer.get_by_role("button", name="Rejected")).to_be_visible()
    await ada.keyboard.press("Escape")
    await expect(bo.get_by_role("link", name="Happy, approved")).to_be_visible()
    await expect(bo.get_by_role("link", name="Noir, rejected")).to_be_visible()
    await expect(bo.get_by_label("Starred")).to_be_visible()


async def _nothing_is_replaced_until_confirmed(page: Page) -> None:
    viewer = await steps.open_viewer(page, "Surprised")
    current = viewer.get_by_role("img", name="Mara, Surprised", exact=True)
    before = await current.get_attribute("src")
    await viewer.get_by_role("button", name="Make it again").click()
    new = viewer.get_by_role("img", name="Mara, Surprised, new", exact=True)
    await expect(new).to_be_visible(timeout=steps.LONG_MS)
    assert await current.get_attribute("src") == before
    made = await new.get_attribute("src")
    assert made != before
    await viewer.get_by_role("button", name="Use the new one").click()
    await expect(new).to_be_hidden()
    await expect(current).to_have_attribute("src", re.compile(f"/files/{_file(made)}/"))
    await page.keyboard.press("Escape")


async def _exports_open(page: Page) -> None:
    for kind, magic in (("PNG", PNG), ("PDF", PDF)):
        await page.get_by_role("button", name="Export model sheet").click()
        item = page.get_by_role("menuitem", name=f"Model sheet as {kind}")
        href = await item.get_attribute("href")
        assert href
        answer = await page.request.get(href, timeout=steps.LONG_MS)
        assert answer.status == 200
        body: Any = await answer.body()
        assert body.startswith(magic)
        assert len(body) > 50_000
        await page.keyboard.press("Escape")


def _file(source: str | None) -> str:
    """The id of the file that an address shows."""
    found = re.search(r"/files/([0-9a-f-]+)/", source or "")
    return found[1] if found else ""


def _a_recipe_makes_the_same_bytes(house: House, character: str) -> None:
    made = house.call("GET", f"/characters/{character}/variations", house.token())
    noir = next(row["id"] for row in made if row["key"] == "lighting/noir")
    again = house.command("regenerate", noir)
    assert again["same"] is True
    assert again["sha256"] == again["stored_sha256"]
