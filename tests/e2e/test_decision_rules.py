"""Who decides changes the rules after asking, and has a picture made as somebody wishes it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import look
from tests.e2e.questions import ask_about

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEY = "expression/fearful"
QUESTION, BETTER = "Which fear?", "Which fear is hers?"
WISH = "eyes wide, mouth shut"
# in so many days, as a form takes it in the browser's own time
IN_DAYS = """(days) => {
    const at = new Date(Date.now() + days * 864e5);
    return new Date(at - at.getTimezoneOffset() * 6e4).toISOString().slice(0, 16);
}"""


async def test_rules_are_changed_after_asking_and_everybody_sees_it(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    me = house.call("GET", "/me", token)["name"]
    async with (
        windows.open() as ada,
        windows.open(width=390, height=844, scheme="light") as rolf,
    ):
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, rolf, demo.project, name="Rolf Rules", username="rolf-rules")
        decision = ask_about(house, token, demo, key=KEY, question=QUESTION)
        for page in (ada, rolf):
            await page.goto(f"/p/{demo.project}/decide/{decision}")
            await expect(page.get_by_text("No votes yet")).to_be_visible()
        await expect(_change(rolf)).to_have_count(0)

        dialog = await _open(ada)
        await dialog.get_by_label("Votes needed").select_option("2")
        await dialog.get_by_label("Lead", exact=True).select_option(label="Rolf Rules")
        await dialog.get_by_label("Deadline").fill("2020-01-01T00:00")
        await dialog.get_by_role("checkbox", name="Rolf Rules").check()
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog.get_by_role("alert")).to_contain_text("Choose a later time.")
        await dialog.get_by_label("Deadline").fill(await ada.evaluate(IN_DAYS, 3))
        await look(ada, shots / "rules-dialog.png")
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_be_hidden()
        for page in (ada, rolf):
            about = page.get_by_role("status").filter(has_text="Open votes")
            await expect(about).to_contain_text("0 of 2 needed votes")
            await expect(about).to_contain_text("Ends in 3 days")
            await expect(about).to_contain_text("Rolf Rules decides")
            await expect(_voter(page, "Rolf Rules")).to_contain_text("Asked")
        # it concerns him: the bell says so, wherever he is
        await expect(rolf.get_by_role("link", name=re.compile("^Inbox: [1-9]"))).to_be_visible()

        # now he leads: he may change it, too; both do at once, and nobody is overwritten unseen
        his = await _open(rolf)
        await look(rolf, shots / "rules-dialog-phone-light.png")
        hers = await _open(ada)
        await hers.get_by_label("Question").fill(BETTER)
        await hers.get_by_role("button", name="Save").click()
        await expect(hers).to_be_hidden()
        await expect(rolf.get_by_role("heading", name=BETTER, include_hidden=True)).to_be_attached()
        await his.get_by_label("Votes needed").select_option("0")
        await his.get_by_label("Deadline").fill("")
        await his.get_by_role("button", name="Save").click()
        await expect(his.get_by_role("alert")).to_contain_text("was changed by somebody else")
        await his.get_by_label("Question").fill(BETTER)
        await his.get_by_role("button", name="Save").click()
        await expect(his).to_be_hidden()
        about = ada.get_by_role("status").filter(has_text="Open votes")
        await expect(about).to_contain_text("0 of 1 voted")
        await expect(about).not_to_contain_text("Ends in")
        await expect(ada.get_by_role("heading", name=BETTER)).to_be_visible()
        now = house.call("GET", f"/decisions/{decision}", token)["decision"]
        assert (now["question"], now["quorum"], now["deadline_at"]) == (BETTER, 0, None)

        # a picture as somebody wishes it: the wish is read by all, and stays with the picture
        await _make_as_wished(ada, shots)
        for page in (ada, rolf):
            await expect(page.get_by_text("B: is being made")).to_be_visible()
        for page in (ada, rolf):
            await expect(page.get_by_role("img", name="Picture B")).to_be_visible(
                timeout=steps.LONG_MS
            )
            card = _under(page, "B")
            await expect(card).to_contain_text(WISH)
            await expect(card).to_contain_text(f"By {me}")
        made = house.call("GET", f"/decisions/{decision}", token)["decision"]["candidates"][1]
        picture = house.call("GET", f"/variations/{made['variation_id']}", token)
        assert picture["recipe"]["prompt"] == WISH
        # the lead, and not who asked, takes it
        await rolf.get_by_role("button", name="Use B").click()
        await expect(ada.get_by_text("Decided").first).to_be_visible()
        await expect(_change(ada)).to_have_count(0)
        await ada.goto(f"/p/{demo.project}/c/{demo.mara}?look={made['variation_id']}")
        recipe = ada.get_by_role("complementary", name="About this picture")
        await recipe.get_by_text("How it was made").click()
        await expect(recipe.get_by_text(WISH, exact=True)).to_be_visible()


async def _make_as_wished(page: Page, shots: Path) -> None:
    await page.get_by_role("button", name="Make one").click()
    dialog = page.get_by_role("dialog")
    wish = dialog.get_by_label("What should it show?")
    await expect(wish).to_be_focused()
    await wish.fill(WISH)
    await look(page, shots / "make-one.png")
    await dialog.get_by_role("button", name="Make it").click()
    await expect(dialog).to_be_hidden()


def _change(page: Page) -> Locator:
    return page.get_by_role("button", name="Change", exact=True)


async def _open(page: Page) -> Locator:
    await _change(page).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Question")).to_be_visible()
    return dialog


def _voter(page: Page, name: str) -> Locator:
    return (
        page.get_by_role("region", name="Who votes").get_by_role("listitem").filter(has_text=name)
    )


def _under(page: Page, name: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("img", name=f"Picture {name}"))
