"""Two people judge three pictures blind; the ranking says how sure it is, and gets surer."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import heard, listen, look
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEY = "expression/sleepy"
QUESTION = "How sleepy, blind?"
PAIRS = 3
STRENGTH = re.compile(r"^Strength (-?[\d.]+), between (-?[\d.]+) and (-?[\d.]+)$")


async def test_two_judge_blind_and_the_ranking_gets_surer(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    me = house.call("GET", "/me", token)["name"]
    decision, order = _three_pictures(house, token, demo)
    async with (
        windows.open() as ada,
        windows.open(width=390, height=844, scheme="light") as bea,
    ):
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, bea, demo.project, name="Bea Blind", username="bea-blind")
        for page in (ada, bea):
            await page.goto(f"/p/{demo.project}/decide/{decision}")
            await expect(page.get_by_text(f"Pair 1 of {PAIRS}")).to_be_visible()
            await _says_nothing_yet(page, me)
        await look(bea, shots / "blind-phone-light.png")

        await listen(ada)
        await _prefer(ada, order, by_key=True)
        await heard(ada, "That was every pair.")
        first = await _ranking(ada)
        assert [row["file"] for row in await _places(ada, house, token, decision)] == order
        await expect(
            ada.get_by_text("Bars that overlap are not told apart yet", exact=False)
        ).to_be_visible()
        await look(ada, shots / "blind-ranking.png")
        # what one of them said stays hidden from who has not compared enough
        await _says_nothing_yet(bea, me)

        await _prefer(bea, order, by_key=False)
        # both have compared the same way: without a reload the first one sees that it is surer now
        for before, after in zip(first, await _ranking_other_than(ada, first), strict=True):
            assert after[2] - after[1] < before[2] - before[1]
        await expect(bea.get_by_role("heading", name="Ranking")).to_be_visible()
        await look(bea, shots / "blind-ranking-phone-light.png")
        rows = await _places(ada, house, token, decision)
        assert [row["file"] for row in rows] == order
        for shown, row in zip(await _ranking(ada), rows, strict=True):
            said = [row["rank"][part] for part in ("strength", "low", "high")]
            assert shown == pytest.approx(said, abs=0.06)
        best = sum(round(100 * row["rank"]["p_best"]) for row in rows)
        assert best == pytest.approx(100, abs=2)

        # when it is decided everybody sees who brought what
        await ada.get_by_role("button", name=re.compile("^Use ")).first.click()
        await expect(bea.get_by_text("Decided").first).to_be_visible()
        await expect(bea.get_by_text(f"By {me}").first).to_be_visible()


def _three_pictures(house: House, token: str, demo: Demo) -> tuple[str, list[str]]:
    """Ask about three pictures; return the decision, and their files in an order of preference."""
    body = {"key": KEY, "method": "blind", "variation_ids": [], "question": QUESTION}
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    for note in ("wider", "calmer", "heavier lids"):
        house.call("POST", f"/decisions/{made['id']}/generated", token, {"note": note})
    files: list[str] = []

    def there() -> bool:
        seen = house.call("GET", f"/decisions/{made['id']}", token)["decision"]
        files[:] = [one["file"]["id"] for one in seen["candidates"] if one["file"]]
        return len(files) == 3

    eventually(there, seconds=steps.LONG_MS / 1000)
    return made["id"], sorted(files)


async def _says_nothing_yet(page: Page, maker: str) -> None:
    """Neither who made a picture, nor what others said of it."""
    await expect(page.get_by_text("They show once you have compared enough.")).to_be_visible()
    await expect(page.get_by_role("heading", name="Ranking")).to_be_hidden()
    await expect(page.get_by_text(f"By {maker}")).to_have_count(0)


async def _prefer(page: Page, order: list[str], *, by_key: bool) -> None:
    """Answer every pair by a known order of preference."""
    for number in range(1, PAIRS + 1):
        await expect(page.get_by_text(f"Pair {number} of {PAIRS}")).to_be_visible()
        places = [order.index(await _file(page, side)) for side in ("Left", "Right")]
        side = "Left" if places[0] < places[1] else "Right"
        if by_key:
            await page.keyboard.press(f"Arrow{side}")
        else:
            await page.get_by_role("button", name=f"{side} is better").click()
    await expect(page.get_by_role("heading", name="Ranking")).to_be_visible()


async def _file(page: Page, name: str) -> str:
    source = await page.get_by_role("img", name=f"Picture {name}").get_attribute("src")
    return (source or "").split("/files/")[1].split("/")[0]


async def _ranking(page: Page) -> list[list[float]]:
    """Return strength, low and high as they are read out, best first."""
    bars = page.get_by_role("img", name=re.compile("^Strength"))
    await expect(bars).to_have_count(3)
    found: list[list[float]] = []
    for bar in await bars.all():
        match = STRENGTH.match(await bar.get_attribute("aria-label") or "")
        assert match is not None
        found.append([float(number) for number in match.groups()])
    return found


async def _ranking_other_than(page: Page, before: list[list[float]]) -> list[list[float]]:
    strength, low, high = before[0]
    old = f"Strength {strength:.1f}, between {low:.1f} and {high:.1f}"
    await expect(page.get_by_role("img", name=old, exact=True)).to_have_count(0)
    return await _ranking(page)


async def _places(page: Page, house: House, token: str, decision: str) -> list[dict[str, Any]]:
    """Return the candidates in the order of the table on the page."""
    seen = house.call("GET", f"/decisions/{decision}", token)["decision"]["candidates"]
    names = await page.get_by_role("row").locator("td:nth-child(2)").all_inner_texts()
    rows = [seen["ABC".index(name.strip())] for name in names]
    return [row | {"file": row["file"]["id"]} for row in rows]
