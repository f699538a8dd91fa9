"""Who said something puts it otherwise, and the others see it happen."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import heard, listen, look
from tests.e2e.questions import ask_about

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEY, QUESTION = "expression/neutral", "How calm is she when nobody looks?"
SELECT = "(box, [start, end]) => box.setSelectionRange(start, end)"
SAID, PUT_OTHERWISE = "Her left brow is higher.", "Her left brow is lower."


async def test_a_comment_is_put_otherwise_before_the_others(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    decision = ask_about(house, token, demo, key=KEY, question=QUESTION)
    async with windows.open() as ada, windows.open(width=390, height=844, scheme="light") as cora:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, cora, demo.project, name="Cora Comment", username="cora")
        for page in (ada, cora):
            await page.goto(f"/p/{demo.project}/decide/{decision}")
            await expect(page.get_by_text("Nobody has said anything yet.")).to_be_visible()
        await cora.get_by_label("Say something").fill(SAID)
        await cora.get_by_role("button", name="Comment").click()
        for page in (ada, cora):
            await expect(_comment(page)).to_contain_text(SAID)
            await expect(_comment(page)).not_to_contain_text("edited")
        # only who said it may put it otherwise
        await expect(_comment(ada).get_by_role("button", name="Edit")).to_have_count(0)

        await listen(ada)
        await _comment(cora).get_by_role("button", name="Edit").click()
        await expect(_box(cora)).to_be_focused()
        at = SAID.index("higher")
        await _box(cora).evaluate(SELECT, [at, at + len("higher")])
        await cora.keyboard.type("as high")
        await expect(_comment(ada)).to_contain_text("Her left brow is as high.")
        await expect(_comment(ada)).to_contain_text("Cora Comment writing here")
        await look(cora, shots / "comment-edit-phone-light.png")
        await look(ada, shots / "comment-edit.png")
        await heard(ada, "Cora Comment is changing the words of a comment.")
        await cora.keyboard.press("Control+z")
        await expect(_comment(ada)).to_contain_text(SAID)

        await _without_a_network(ada, cora)
        await cora.keyboard.press("Control+Enter")
        await expect(_box(cora)).to_be_hidden()
        for page in (ada, cora):
            await expect(_comment(page)).to_contain_text(PUT_OTHERWISE)
            await expect(_comment(page)).to_contain_text("edited")
        await cora.reload()
        await expect(_comment(cora)).to_contain_text(PUT_OTHERWISE)
    (kept,) = house.call("GET", f"/decisions/{decision}", token)["decision"]["comments"]
    assert kept["text"] == PUT_OTHERWISE
    assert kept["edited_at"] is not None


async def _without_a_network(ada: Page, cora: Page) -> None:
    """What is written in a tunnel is there after it, and nobody saw half of it."""
    await cora.context.set_offline(True)
    await _box(cora).fill(PUT_OTHERWISE)
    await expect(cora.get_by_text("Kept here until you are back")).to_be_visible()
    await expect(_comment(ada)).to_contain_text(SAID)
    await cora.context.set_offline(False)
    await expect(_comment(ada)).to_contain_text(PUT_OTHERWISE)


def _comment(page: Page) -> Locator:
    comments = page.get_by_role("region", name="Comments")
    return comments.get_by_role("listitem").filter(has_text=re.compile("Cora Comment"))


def _box(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Words of a comment")
