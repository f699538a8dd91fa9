"""Work that waits for other work, that is needed by a moment, that has ended, and that is seen."""

import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from onmodel.demo.rest import Rest
from tests.e2e import steps
from tests.e2e.conftest import Windows
from tests.e2e.test_queue import faults, no_worker, pytestmark
from tests.support.photos import Photos
from tests.support.waiting import eventually

__all__ = ["pytestmark"]


async def trainable(house: House, rest: Rest, photos: Photos, name: str) -> tuple[str, str]:
    """Make a project with a character that can be trained; return both ids."""
    project = (await rest.post("/projects", {"title": f"{name}’s film"}))["id"]
    character = (await rest.post(f"/projects/{project}/characters", {"name": name}))["id"]
    for photo in photos.person_a[:5]:
        await rest.upload(f"/characters/{character}/references", photo)
    token = rest.token
    path = f"/characters/{character}"
    eventually(
        lambda: house.call("GET", path, token)["usable_reference_count"] == 5,
        what="the pictures are checked",
    )
    return project, character


def _list(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name=name).get_by_role("listitem")


async def test_pictures_wait_for_the_training(
    house: House, token: str, photos: Photos, windows: Windows, shots: Path
) -> None:
    rest = Rest(house.url, token)
    project, character = await trainable(house, rest, photos, "Noor")
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{project}/c/{character}")
        with no_worker(house, token):
            await page.get_by_role("button", name="Train model").click()
            when = page.get_by_role("button", name=re.compile("^When new pictures are wanted"))
            await expect(when).to_contain_text("after the training", ignore_case=True)
            await when.click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_role("button", name="Tomorrow, 09:00").click()
            await dialog.get_by_role("button", name="Save").click()
            await page.get_by_role("button", name="Make Happy").click()
            await page.get_by_role("button", name="Make Sad").click()
            await page.goto(f"/p/{project}/queue")
            rows = _list(page, "Working and waiting")
            happy = rows.filter(has_text="Noor, Happy")
            await expect(happy).to_contain_text("After Noor, Train model")
            await expect(happy).to_contain_text("needed by tomorrow 09:00")
            await _needed_at_another_moment(page, happy)
            await page.screenshot(path=shots / "queue-after-dark.png")
            assert await faults(page, shots / "queue-after-axe.png") == []
            await _cancel_and_bring_back(page, rows)
            await _clear_and_undo(page)


async def _needed_at_another_moment(page: Page, row: Locator) -> None:
    await row.get_by_role("button", name="What to do with").click()
    await page.get_by_role("menuitem", name="Needed by…").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="At any time").click()
    await expect(row).not_to_contain_text("needed by")


async def _cancel_and_bring_back(page: Page, rows: Locator) -> None:
    """Cancel the training, with which the pictures go; another try brings all of them back."""
    training = rows.filter(has=page.get_by_role("checkbox", name="Choose Noor, Train model"))
    await training.get_by_role("button", name="What to do with").click()
    await page.get_by_role("menuitem", name="Cancel").click()
    await expect(rows).to_have_count(0)
    ended = _list(page, "Finished")
    await expect(ended.filter(has_text="Noor, Sad")).to_contain_text(
        "What this waited for was cancelled."
    )
    await page.get_by_role("button", name="Try again", exact=True).click()
    await expect(rows.filter(has_text="After Noor, Train model")).to_have_count(2)


async def _clear_and_undo(page: Page) -> None:
    ended = _list(page, "Finished")
    before = await ended.count()
    assert before >= 3
    await page.get_by_role("button", name="Clear finished").click()
    await page.get_by_role("menuitem", name="Everybody’s").click()
    await expect(ended).to_have_count(0)
    await page.get_by_role("button", name="Undo").click()
    await expect(ended).to_have_count(before)


async def test_what_is_made_is_seen_while_it_is_made(
    house: House, token: str, photos: Photos, windows: Windows, shots: Path
) -> None:
    rest = Rest(house.url, token)
    project, character = await trainable(house, rest, photos, "Vega")
    async with windows.open() as sheet, windows.open(scheme="light") as queue:
        await steps.enter(sheet, house.command("link")["url"])
        await steps.enter(queue, house.command("link")["url"])
        await sheet.goto(f"/p/{project}/c/{character}")
        await queue.goto(f"/p/{project}/queue")
        await expect(queue.get_by_role("heading", name="Queue")).to_be_visible()
        await expect(sheet.get_by_role("heading", name="Standard sheet")).to_be_visible()
        asked = await rest.post(f"/characters/{character}/variations", {})
        so_far = re.compile("so far$")
        await expect(sheet.get_by_role("img", name=so_far).first).to_be_visible()
        await sheet.screenshot(path=shots / "preview-sheet.png")
        await expect(queue.get_by_role("img", name=so_far).first).to_be_visible()
        await queue.screenshot(path=shots / "preview-queue.png")
        for row in asked:
            path = f"/variations/{row['id']}"
            eventually(
                lambda path=path: house.call("GET", path, token)["state"] == "succeeded",
                what="the picture is made",
            )
        await expect(sheet.get_by_role("img", name=so_far)).to_have_count(0)
        await expect(queue.get_by_role("img", name=so_far)).to_have_count(0)
