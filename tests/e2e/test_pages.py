"""Every page of the filled demo: free of accessibility faults and worth a look.

The screenshots (dark, light, phone) land in ONMODEL_SHOTS; the chosen few in docs/screenshots
come from here.
"""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LOOKS = (("dark", 1440, 900), ("light", 1440, 900), ("phone", 390, 844))
PAGES = (
    "projects",
    "gallery",
    "assets",
    "asset-manager",
    "character",
    "viewer",
    "consistency",
    "check",
    "pairs",
    "alerts",
    "likeness",
    "functions",
    "people",
    "settings",
    "admin",
    "shares",
)
LONG = {"character": "History", "consistency": "How this is judged"}
"""Pages that are taken whole, too, and their last part."""


@pytest.fixture(scope="module")
def addresses(house: House, token: str, demo: Demo) -> dict[str, str]:
    """The address of each page of the demo film."""
    project, character = demo.project, demo.mara
    rows = house.call("GET", f"/characters/{character}/variations", token)
    happy = next(row["id"] for row in rows if row["key"] == "expression/happy")
    return {
        "projects": "/",
        "gallery": f"/p/{project}/gallery",
        "assets": f"/p/{project}/assets",
        "asset-manager": f"/p/{project}/assets?character={character}",
        "character": f"/p/{project}/c/{character}",
        "viewer": f"/p/{project}/c/{character}?look={happy}",
        "consistency": f"/p/{project}/c/{character}/consistency",
        "check": f"/p/{project}/check",
        "pairs": f"/p/{project}/pairs",
        "alerts": f"/p/{project}/alerts",
        "likeness": "/identity",
        "functions": "/functions",
        "people": f"/p/{project}/people",
        "settings": "/settings",
        "admin": "/admin/people",
        "shares": "/admin/shares",
    }


@pytest.mark.parametrize(("look", "width", "height"), LOOKS)
async def test_pages_have_no_accessibility_fault(
    house: House,
    windows: Windows,
    addresses: dict[str, str],
    shots: Path,
    look: str,
    width: int,
    height: int,
) -> None:
    faults: list[str] = []
    scheme = "light" if look == "light" else "dark"
    async with windows.open(width=width, height=height, scheme=scheme) as page:
        await page.goto("/sign-in")
        faults += await _look_at(page, "sign-in", shots / f"sign-in-{look}.png")
        await steps.enter(page, house.command("link")["url"])
        faults += await _look_at(page, "welcome", shots / f"welcome-{look}.png")
        for name in PAGES:
            await page.goto(addresses[name])
            faults += await _look_at(page, name, shots / f"{name}-{look}.png")
            if name in LONG:
                await _whole(page, LONG[name], shots / f"{name}-whole-{look}.png")
            overflow = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if overflow > 0:
                faults.append(f"{name}: {overflow} px wider than the window")
        await page.goto("/p/00000000-0000-7000-8000-000000000000/gallery")
        faults += await _look_at(page, "missing project", shots / f"missing-{look}.png")
    assert faults == []


async def _look_at(page: Page, name: str, shot: Path) -> list[str]:
    """Wait until the page stands still, take its picture, and let axe judge it."""
    await expect(page.get_by_role("heading").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await page.evaluate("document.fonts.ready")
    await _pictures_are_there(page)
    await page.screenshot(path=shot)
    judged: dict[str, Any] = (await Axe().run(page)).response
    return [
        f"{name}: {found['id']} ({found['impact']}): "
        f"{[node['html'][:120] for node in found['nodes'][:3]]}"
        for found in judged["violations"]
    ]


async def _pictures_are_there(page: Page) -> None:
    """Wait for every picture that loads at once.

    Playwright's own waiting evaluates text in the page, which the page's security policy forbids.
    """
    async with asyncio.timeout(120):
        await page.evaluate(
            """async () => {
                const pending = (i) => !i.complete && i.loading !== 'lazy';
                while ([...document.images].some(pending))
                    await new Promise(requestAnimationFrame);
            }"""
        )


async def _whole(page: Page, region: str, shot: Path) -> None:
    """Take the page from top to bottom, with every picture that would load on the way."""
    last = page.get_by_role("region", name=region)
    await last.scroll_into_view_if_needed()
    await page.evaluate("for (const i of document.images) i.loading = 'eager'")
    await _pictures_are_there(page)
    await page.evaluate("scrollTo(0, 0)")
    await page.screenshot(path=shot, full_page=True)
