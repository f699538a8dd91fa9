"""Three people choose a face: two of the team live, and one outside by a link."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEY = "expression/happy"
SECRET = "a bell at low tide"
MATRIX = re.compile(r"matrix\(([^)]*)\)")


async def test_three_vote_live_and_the_winner_stands_in_the_sheet(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    project = demo.project
    standing = await _standing(house, token, demo)
    async with (
        windows.open() as ada,
        windows.open(width=390, height=844, scheme="light") as bea,
        windows.open(width=390, height=844) as cleo,
    ):
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, bea, project, name="Dee Decides", username="dee")

        decision = await _ask(ada, demo)
        await _make_one(house, token, decision)
        for page in (ada, bea):
            await page.goto(f"/p/{project}/decide/{decision}")
            await expect(page.get_by_role("img", name="Picture B")).to_be_visible(
                timeout=steps.LONG_MS
            )
        address = await _make_link(ada)
        await _enter(cleo, address)
        await _faces_are_locked(ada)

        await bea.get_by_role("button", name="Approve B").click()
        await expect(_under(ada, "B")).to_contain_text("1 approves")
        await cleo.get_by_role("button", name="Approve B").click()
        await cleo.get_by_role("button", name="5 stars for B").click()
        await expect(_under(ada, "B")).to_contain_text("Advice: 1 approves, 5.0 stars")
        await cleo.get_by_label("Say something").fill("The second one is <b>her</b>.")
        await cleo.get_by_role("button", name="Comment").click()
        await expect(ada.get_by_text("The second one is <b>her</b>.")).to_be_visible()
        await ada.keyboard.press("j")
        await ada.keyboard.press("x")
        await expect(_under(bea, "A")).to_contain_text("1 rejects")
        for page, name in ((ada, "dark"), (bea, "phone-light"), (cleo, "outside-phone")):
            await _look(page, shots / f"decide-{name}.png")

        await _two_in_one_place(ada, shots)
        await ada.get_by_role("button", name="Use B").click()
        await expect(bea.get_by_text("Decided").first).to_be_visible()
        # the outside page asks again by itself
        await expect(cleo.get_by_text("Thank you. Voting is over.")).to_be_visible()
        assert await _standing(house, token, demo) != standing
        await ada.get_by_role("button", name="Undo").click()
        await expect(bea.get_by_role("button", name="Approve B")).to_be_visible()
        assert await _standing(house, token, demo) == standing

        await ada.get_by_role("button", name=re.compile("^Revoke the link")).click()
        await expect(
            cleo.get_by_text("It has expired, was revoked, or never existed.")
        ).to_be_visible()
        await cleo.goto(f"/p/{project}/decide/{decision}")
        await expect(cleo.get_by_role("heading", name="Sign in")).to_be_visible()
        await ada.goto(f"/p/{project}/decide")
        await expect(ada.get_by_role("link", name=re.compile("Which smile"))).to_be_visible()
        await _look(ada, shots / "decide-list.png")


async def test_blind_pairs_by_keyboard_end_in_a_ranking(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    made = _create(house, token, demo, method="blind", question="Which smile, blind?")
    await _make_one(house, token, made["id"])
    async with windows.open() as page, windows.open(width=844, height=390) as sideways:
        for one in (page, sideways):
            await steps.enter(one, house.command("link")["url"])
            await one.goto(f"/p/{demo.project}/decide/{made['id']}")
            await expect(one.get_by_role("img", name="Picture Left")).to_be_visible(
                timeout=steps.LONG_MS
            )
        await expect(page.get_by_text("Pair 1 of 1")).to_be_visible()
        await _look(page, shots / "decide-blind.png")
        await _look(sideways, shots / "decide-blind-sideways.png")
        await page.keyboard.press("ArrowLeft")
        await expect(page.get_by_role("heading", name="Ranking")).to_be_visible()
        await expect(page.get_by_role("row")).to_have_count(3)
        await _look(page, shots / "decide-ranking.png")


async def _standing(house: House, token: str, demo: Demo) -> str:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    return next(row["id"] for row in rows if row["key"] == KEY and row["current"])


def _create(house: House, token: str, demo: Demo, **data: Any) -> Any:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    standing = next(row["id"] for row in rows if row["key"] == KEY and row["current"])
    body = {"key": KEY, "variation_ids": [standing]} | data
    return house.call("POST", f"/characters/{demo.mara}/decisions", token, body)


async def _ask(page: Page, demo: Demo) -> str:
    await page.goto(f"/p/{demo.project}/c/{demo.mara}")
    await page.get_by_role("button", name="Ask the team").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("About").select_option(KEY)
    await dialog.get_by_label("Question").fill("Which smile is hers?")
    await dialog.get_by_role("button", name="Ask", exact=True).click()
    await page.wait_for_url(re.compile(r"/decide/[0-9a-f-]+$"))
    return page.url.rpartition("/")[2]


async def _make_one(house: House, token: str, decision: str) -> None:
    """Have a second picture made by the real engine."""
    house.call("POST", f"/decisions/{decision}/generated", token, {"note": "wider"})


async def _make_link(page: Page) -> str:
    await page.get_by_role("button", name="Make a link").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("For whom").fill("The client")
    await dialog.get_by_label(re.compile("^Password")).fill(SECRET)
    await dialog.get_by_role("button", name="Make link").click()
    address = await dialog.get_by_label("Review link").input_value()
    await dialog.get_by_role("button", name="Done").click()
    return address


async def _enter(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("Your name").fill("Cleo")
    await page.get_by_label("Password").fill("not this one")
    await page.get_by_role("button", name="Look at the pictures").click()
    await expect(page.get_by_text("The password does not fit this link.")).to_be_visible()
    await page.get_by_label("Password").fill(SECRET)
    await page.get_by_role("button", name="Look at the pictures").click()
    await expect(page.get_by_role("heading", name="Which smile is hers?")).to_be_visible()


async def _faces_are_locked(page: Page) -> None:
    """Both pictures are measured: their faces lie in one place, and move together."""
    await expect(page.get_by_text("Eyes and mouth lie in the same place in all.")).to_be_visible(
        timeout=steps.LONG_MS
    )
    before = [await _scale(page, name) for name in "AB"]
    await page.keyboard.press("+")
    for name, was in zip("AB", before, strict=True):
        await expect(page.get_by_role("img", name=f"Picture {name}")).not_to_have_attribute(
            "style", re.compile(re.escape(f"{was:.5f}"))
        )
        assert await _scale(page, name) == pytest.approx(1.5 * was, rel=1e-3)
    await page.keyboard.press("0")


async def _scale(page: Page, name: str) -> float:
    style = await page.get_by_role("img", name=f"Picture {name}").get_attribute("style") or ""
    found = MATRIX.search(style)
    assert found is not None, style
    return float(found[1].split(",")[0])


async def _two_in_one_place(page: Page, shots: Path) -> None:
    for key, name in (("w", "wipe"), ("o", "onion"), ("d", "difference")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("group", name=f"A and B, {name}")).to_be_visible()
        await page.screenshot(path=shots / f"decide-{name}.png")
    await page.keyboard.press("v")
    await expect(page.get_by_role("group", name="A and B, difference")).to_be_hidden()


def _under(page: Page, name: str) -> Locator:
    """What stands under one picture."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("img", name=f"Picture {name}"))


async def _look(page: Page, shot: Path) -> None:
    """Take a picture of the page and let axe judge it."""
    await steps.stand_still(page)
    await page.screenshot(path=shot, full_page=True)
    found = (await Axe().run(page)).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
