"""What others do is read out to who does not see it, and nothing moves for who asked for that."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import heard, listen

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEY = "expression/suspicious"
QUESTION = "Which look, heard?"
# every animation and transition that runs, with its length in seconds
MOVES = """() => {
    window.moved = [];
    const seconds = (text) => Math.max(...text.split(',').map(parseFloat));
    for (const event of ['animationstart', 'transitionrun'])
        document.addEventListener(event, ({ target, propertyName, animationName }) => {
            const style = getComputedStyle(target);
            const long = animationName ? style.animationDuration : style.transitionDuration;
            window.moved.push([seconds(long), propertyName ?? animationName]);
        }, true);
}"""


async def test_what_others_do_is_read_out(
    house: House, token: str, demo: Demo, windows: Windows
) -> None:
    me = house.call("GET", "/me", token)["name"]
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    picture = next(row for row in rows if row["key"] == KEY and row["current"])
    async with windows.open() as rea, windows.open() as ada:
        link = _member(house, token, demo, "Rea Listens", "rea-listens")
        await steps.come_in(rea, link, name="Rea Listens")
        await rea.goto(f"/p/{demo.project}/c/{demo.mara}")
        await expect(rea.get_by_role("textbox", name="Description")).to_be_editable()
        await listen(rea)

        # somebody comes, to the project and to the same page
        await steps.enter(ada, house.command("link")["url"])
        await ada.goto(f"/p/{demo.project}/c/{demo.mara}")
        await heard(rea, f"{me} is here now.")
        # somebody writes
        text = ada.get_by_role("textbox", name="Description")
        await expect(text).to_be_editable()
        await text.press("End")
        await ada.keyboard.insert_text(" Left-handed.")
        await heard(rea, f"{me} is changing the description.")
        # a note
        note = {"text": "One brow up", "mark": None, "mentions": []}
        house.call("POST", f"/variations/{picture['id']}/notes", token, note)
        await heard(rea, f"{me} wrote on {picture['label']}: One brow up")
        await _a_decision_is_heard(rea, house, token, demo, picture["id"], me)
        # a way back
        versions = house.call("GET", f"/characters/{demo.mara}/versions", token)
        newest = versions[0]["number"]
        start = next(one["number"] for one in versions if one["number"] < newest - 1)
        await asyncio.to_thread(_go_back, house, token, demo, start)
        await heard(rea, f": {me} went back to version {start}. Press U to compare.")
        await rea.keyboard.press("u")
        await rea.wait_for_url(re.compile("/versions"))


async def _a_decision_is_heard(
    page: Page, house: House, token: str, demo: Demo, picture: str, me: str
) -> None:
    body = {"key": KEY, "variation_ids": [picture], "question": QUESTION}
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    path = f"/decisions/{made['id']}"
    await heard(page, f"New question: {QUESTION}")
    house.call("PATCH", path, token, {"version": made["version"], "quorum": 2})
    await heard(page, f"The rules changed: {QUESTION} 0 of 2 needed votes.")
    candidate = made["candidates"][0]["id"]
    house.call("PUT", f"{path}/votes/{candidate}", token, {"verdict": "approve", "stars": None})
    await heard(page, "1 of 2 needed votes.")
    house.call("POST", f"{path}/comments", token, {"text": "Narrower eyes"})
    await heard(page, f"{me} commented: Narrower eyes")
    house.call("POST", f"{path}/generated", token, {"note": "narrower"})
    await heard(page, "A picture was suggested.")
    house.call("POST", f"{path}/decide", token, {"candidate_id": None})
    await heard(page, f"Decided: {QUESTION}")
    house.call("POST", f"{path}/reopen", token)
    await heard(page, f"Open again: {QUESTION}")


@pytest.mark.parametrize("motion", [True, False])
async def test_nothing_moves_for_who_asked_for_that(
    house: House, token: str, demo: Demo, windows: Windows, motion: bool
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    label = next(row["label"] for row in rows if row["key"] == KEY and row["current"])
    async with windows.open(motion=motion) as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{demo.project}/c/{demo.mara}")
        await expect(page.get_by_role("link", name=label, exact=True)).to_be_visible()
        await page.evaluate(MOVES)
        # a dialog, a menu, the viewer, a notice, another page
        await page.get_by_role("button", name="Ask the team").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Export model sheet").click()
        await page.keyboard.press("Escape")
        viewer = await steps.open_viewer(page, label)
        await viewer.get_by_role("button", name=re.compile("^Star|^Remove star")).click()
        await page.keyboard.press("Space")
        await page.keyboard.press("Escape")
        await page.get_by_role("link", name="Compare versions").click()
        await expect(page.get_by_role("heading", name="Versions")).to_be_visible()
        moved: list[tuple[float, str]] = await page.evaluate("() => window.moved")
    long = [one for one in moved if one[0] > 0.001]
    assert bool(long) is motion, long


def _member(house: House, token: str, demo: Demo, name: str, username: str) -> str:
    """Invite somebody as an editor; return the link by which they come in."""
    made: dict[str, Any] = house.call("POST", "/users", token, {"username": username, "name": name})
    members = f"/projects/{demo.project}/members/{made['user']['id']}"
    house.call("PUT", members, token, {"role": "editor"})
    return str(made["link"])


def _go_back(house: House, token: str, demo: Demo, number: int) -> None:
    path = f"/characters/{demo.mara}/versions"
    newest = house.call("GET", path, token)[0]["number"]
    body = {"onto": newest, "parts": None}
    house.call("POST", f"{path}/{number}/restore", token, body)
