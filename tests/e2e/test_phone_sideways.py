"""Reviewing on a phone that is held sideways."""

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


async def test_a_phone_held_sideways_shows_what_one_works_on(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    picture = next(
        one["id"] for one in rows if one["key"] == "expression/surprised" and one["current"]
    )
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


async def _look(page: Page, shot: Path) -> None:
    """Take a picture of the page and let axe judge it."""
    await page.screenshot(path=shot)
    found: dict[str, Any] = (await Axe().run(page)).response
    faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    assert faults == [], f"{shot.name}: {faults}"
