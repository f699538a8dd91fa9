"""A training shows how it went, while it runs and afterwards, to everybody who looks."""

import re
from pathlib import Path

from playwright.async_api import Page, expect

from bench.support.house import House
from onmodel.demo.rest import Rest
from tests.e2e import steps
from tests.e2e.conftest import Windows
from tests.e2e.test_queue import faults, pytestmark
from tests.e2e.test_queue_order import trainable
from tests.support.photos import Photos

__all__ = ["pytestmark"]

WENT = re.compile(r"^\s*Change by each new picture\s+0\.\d+ at first, 0\.\d+ at the end\s*$")


async def _curve(page: Page) -> None:
    curve = page.get_by_role("figure")
    await expect(curve).to_have_text(WENT)
    drawn = await curve.locator("path").get_attribute("d")
    assert drawn is not None
    assert drawn.count("L") == 3  # five pictures: the first moves nothing, four have a point


async def test_a_training_shows_how_it_went(
    house: House, token: str, photos: Photos, windows: Windows, shots: Path
) -> None:
    rest = Rest(house.url, token)
    project, character = await trainable(house, rest, photos, "Ona")
    async with (
        windows.open() as ada,
        windows.open(width=390, height=844, scheme="light") as phone,
    ):
        for page in (ada, phone):
            await steps.enter(page, house.command("link")["url"])
            await page.goto(f"/p/{project}/c/{character}")
        await ada.get_by_role("button", name="Train model").click()
        for page in (ada, phone):
            await _curve(page)
        await ada.screenshot(path=shots / "training-dark.png")
        assert await faults(phone, shots / "training-phone.png") == []
        for show in ("now", "history"):
            await phone.goto(f"/p/{project}/queue?show={show}")
            await _curve(phone)
