"""An administrator deals the machines out to projects, in the browser."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from bench.support.house import House
from onmodel.demo.rest import Rest
from tests.e2e import steps
from tests.e2e.conftest import Windows

pytestmark = pytest.mark.e2e


async def test_an_administrator_gives_a_project_its_share(
    house: House, token: str, windows: Windows, shots: Path
) -> None:
    rest = Rest(house.url, token)
    project = (await rest.post("/projects", {"title": "The Harbour of Shares"}))["id"]
    async with windows.open() as ada:
        await steps.enter(ada, house.command("link")["url"])
        await ada.goto("/admin/shares")
        row = ada.get_by_role("listitem").filter(has_text="The Harbour of Shares")
        await expect(row).to_contain_text("Weight 1, no limit")
        change = row.get_by_role("button", name="Change the share of The Harbour of Shares")
        await change.press("Enter")
        dialog = ada.get_by_role("dialog")
        await dialog.get_by_label("Weight").fill("12")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_contain_text("A whole number from 1 to 10.")
        await dialog.get_by_label("Weight").fill("3")
        await dialog.get_by_label("Calls", exact=True).fill("200")
        await dialog.get_by_text("is refused").click()
        await ada.screenshot(path=shots / "share-dialog.png")
        assert (await Axe().run(ada)).response["violations"] == []
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_be_hidden()
        await expect(row).to_contain_text("Weight 3, 200 calls a day, refused beyond")
        await expect(change).to_be_focused()
        share = house.call("GET", f"/projects/{project}/share", token)
        assert (share["weight"], share["quota_calls"], share["refuses"]) == (3, 200, True)
        assert share["max_running"] is None
        await ada.screenshot(path=shots / "shares.png")
    for look, width, height in (("light", 1280, 800), ("phone", 390, 844)):
        scheme = "light" if look == "light" else "dark"
        async with windows.open(width=width, height=height, scheme=scheme) as page:
            await steps.enter(page, house.command("link")["url"])
            await page.goto("/admin/shares")
            button = page.get_by_role("button", name="Change the share of The Harbour of Shares")
            await button.click()
            dialog = page.get_by_role("dialog")
            await expect(dialog.get_by_label("Weight")).to_have_value("3")
            await page.screenshot(path=shots / f"share-dialog-{look}.png")
            save = await dialog.get_by_role("button", name="Save").bounding_box()
            assert save is not None
            assert save["y"] + save["height"] <= height
            await page.keyboard.press("Escape")
            await expect(dialog).to_be_hidden()
            await page.screenshot(path=shots / f"shares-{look}.png")
            overflow = "document.documentElement.scrollWidth - window.innerWidth"
            assert await page.evaluate(overflow) <= 0


async def test_who_is_no_administrator_is_told_whom_to_ask(
    house: House, token: str, windows: Windows
) -> None:
    invited = await Rest(house.url, token).post("/users", {"username": "shay", "name": "Shay"})
    async with windows.open() as shay:
        await steps.come_in(shay, invited["link"], name="Shay")
        await shay.goto("/admin/shares")
        await expect(shay.get_by_role("heading", name="For administrators")).to_be_visible()
        await shay.get_by_role("button", name="Your account").click()
        await expect(shay.get_by_role("menuitem", name="Queue")).to_be_visible()
        await expect(shay.get_by_role("menuitem", name="Shares of the machines")).to_be_hidden()
