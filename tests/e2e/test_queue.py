"""Two people at the queue: both see the same work live, and steer it.

The worker is stopped with SIGSTOP while they do, so that what waits stays where it is.
"""

import asyncio
import json
import os
import re
import signal
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from onmodel.demo.rest import Rest
from tests.e2e import steps
from tests.e2e.conftest import Windows
from tests.support.photos import Photos
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LOOKS = (("dark", 1440, 900), ("light", 1440, 900), ("phone", 390, 844), ("sideways", 844, 390))


@contextmanager
def no_worker(house: House, token: str) -> Generator[None]:
    """Stop the worker until it counts as lost, so that nothing is dealt to it meanwhile."""
    parts = json.loads((house.home / "run" / "parts.json").read_text())
    pid = next(part["pid"] for part in parts if part["name"] == "The worker")
    os.kill(pid, signal.SIGSTOP)
    try:
        eventually(lambda: house.call("GET", "/workers", token) == [], what="the worker is lost")
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _row(page: Page, title: str) -> Locator:
    box = page.get_by_role("checkbox", name=f"Choose {title}", exact=True)
    return (
        page.get_by_role("list", name="Working and waiting").get_by_role("listitem").filter(has=box)
    )


async def _waiting(page: Page) -> list[str]:
    """The titles of the rows that wait, from top to bottom."""
    rows = page.get_by_role("list", name="Working and waiting").get_by_role("listitem")
    texts = await rows.filter(has_text=re.compile("in line")).all_inner_texts()
    return [text.strip().splitlines()[0] for text in texts]


async def _film(rest: Rest, photos: Photos) -> tuple[str, str]:
    """Make a project with a character of five pictures; return both ids."""
    project = (await rest.post("/projects", {"title": "Queue"}))["id"]
    character = (await rest.post(f"/projects/{project}/characters", {"name": "Kaya"}))["id"]
    for photo in photos.person_a[:5]:
        await rest.upload(f"/characters/{character}/references", photo)
    return project, character


async def test_two_people_steer_the_queue(
    house: House, token: str, photos: Photos, windows: Windows, shots: Path
) -> None:
    rest = Rest(house.url, token)
    project, character = await _film(rest, photos)
    invited = await rest.post("/users", {"username": "quinn", "name": "Quinn"})
    member = f"/projects/{project}/members/{invited['user']['id']}"
    house.call("PUT", member, token, {"role": "editor"})
    async with windows.open() as ada, windows.open(scheme="light") as quinn:
        await steps.enter(ada, house.command("link")["url"])
        await steps.come_in(quinn, invited["link"], name="Quinn")
        await ada.goto(f"/p/{project}/queue")
        await quinn.goto("/queue")
        await expect(ada.get_by_role("heading", name="Nothing is waiting")).to_be_visible()
        with no_worker(house, token):
            asked = await rest.post(f"/characters/{character}/variations", {})
            assert len(asked) > 4
            await expect(_row(ada, "Kaya, Happy")).to_be_visible()
            await expect(_row(quinn, "Kaya, Happy")).to_be_visible()
            await _reorder_by_keys(ada, quinn)
            await _cancel_and_try_again(quinn, ada)
            await _pause_two(ada, quinn)
            await ada.screenshot(path=shots / "queue-dark.png")
        await ada.get_by_role("toolbar").get_by_role("button", name="Choose none").click()
        await _seen_in_history(quinn)


async def _reorder_by_keys(ada: Page, quinn: Page) -> None:
    before = await _waiting(ada)
    last = before[-1]
    await _row(ada, last).get_by_role("checkbox").focus()
    await ada.keyboard.press("Alt+ArrowUp")
    notices = ada.get_by_role("region", name="Notices")
    await expect(notices.get_by_text(re.compile(f"^{last} is at place"))).to_be_visible()
    expected = [*before[:-2], last, before[-2]]
    for page in (ada, quinn):
        async with asyncio.timeout(60):
            while await _waiting(page) != expected:
                await page.evaluate("() => new Promise(requestAnimationFrame)")


async def _cancel_and_try_again(quinn: Page, ada: Page) -> None:
    await _row(quinn, "Kaya, Happy").get_by_role("button", name="What to do with").click()
    await quinn.get_by_role("menuitem", name="Cancel").click()
    await expect(_row(ada, "Kaya, Happy")).to_have_count(0)
    await quinn.get_by_role("button", name="Try again", exact=True).click()
    await expect(_row(ada, "Kaya, Happy")).to_be_visible()
    await expect(_row(ada, "Kaya, Happy")).to_contain_text("Quinn")


async def _pause_two(ada: Page, quinn: Page) -> None:
    titles = (await _waiting(ada))[-2:]
    await _row(ada, titles[0]).get_by_role("checkbox").click()
    await _row(ada, titles[1]).get_by_role("checkbox").click(modifiers=["Shift"])
    bar = ada.get_by_role("toolbar")
    await expect(bar).to_contain_text("2 entries chosen")
    await bar.get_by_role("button", name="Pause").click()
    for title in titles:
        await expect(_row(quinn, title)).to_contain_text("Paused")


async def _seen_in_history(quinn: Page) -> None:
    await quinn.get_by_text("History", exact=True).click()
    await quinn.get_by_label("Outcome").select_option(label="Cancelled")
    past = quinn.get_by_role("list", name="History").get_by_role("listitem")
    await expect(past.filter(has_text="Kaya, Happy").first).to_contain_text("Cancelled")


@pytest.mark.parametrize(("look", "width", "height"), LOOKS)
async def test_the_queue_has_no_accessibility_fault(
    house: House,
    token: str,
    windows: Windows,
    photos: Photos,
    shots: Path,
    look: str,
    width: int,
    height: int,
) -> None:
    rest = Rest(house.url, token)
    project = (await rest.post("/projects", {"title": f"Queue {look}"}))["id"]
    character = (await rest.post(f"/projects/{project}/characters", {"name": "Iris"}))["id"]
    seen: list[Any] = []
    scheme = "light" if look == "light" else "dark"
    async with windows.open(width=width, height=height, scheme=scheme) as page:
        await steps.enter(page, house.command("link")["url"])
        with no_worker(house, token):
            for photo in photos.person_a[:3]:
                await rest.upload(f"/characters/{character}/references", photo)
            await page.goto(f"/p/{project}/queue")
            rows = page.get_by_role("list", name="Working and waiting").get_by_role("listitem")
            rows = rows.filter(has=page.get_by_role("checkbox"))
            await expect(rows).to_have_count(3)
            await rows.first.get_by_role("checkbox").click()
            seen += await faults(page, shots / f"queue-axe-{look}.png")
            await page.goto(f"/p/{project}/queue?show=history")
            await expect(page.get_by_label("Outcome")).to_be_visible()
            seen += await faults(page, shots / f"queue-history-{look}.png")
    assert seen == []


async def faults(page: Page, shot: Path) -> list[str]:
    await page.evaluate("document.fonts.ready")
    await page.screenshot(path=shot)
    judged: dict[str, Any] = (await Axe().run(page)).response
    named = [
        f"{found['id']}: {[node['html'][:120] for node in found['nodes'][:3]]}"
        for found in judged["violations"]
    ]
    wide = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [*named, f"{wide} px too wide"] if wide > 0 else named
