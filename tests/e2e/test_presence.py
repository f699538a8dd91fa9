"""Three people at one picture: cursors, a line while it is drawn, one who follows another."""

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import PATIENCE_MS, Demo, Windows

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

LABEL = "Happy"
# of a cursor: where it stands, in shares of what it lies over
WHERE = """(cursor) => {
    const [sheet, spot] = [cursor.parentElement, cursor].map((one) => one.getBoundingClientRect());
    return [(spot.x - sheet.x) / sheet.width, (spot.y - sheet.y) / sheet.height];
}"""

# of a picture in the grid: which spot is in the middle of its cell, and how much it is magnified
MIDDLE = """(name) => {
    const picture = document.querySelector(`[alt="Picture ${name}"]`);
    const [seen, cell] = [picture, picture.parentElement].map((one) => one.getBoundingClientRect());
    return [
        (cell.x + cell.width / 2 - seen.x) / seen.width,
        (cell.y + cell.height / 2 - seen.y) / seen.height,
        Math.max(seen.width / cell.width, seen.height / cell.height),
    ];
}"""


async def test_three_are_together(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    picture = _picture(house, token, demo)
    me = house.call("GET", "/me", token)["name"]
    async with (
        windows.open() as ada,
        windows.open(scheme="light") as juna,
        windows.open(width=390, height=844) as tomke,
    ):
        await steps.enter(ada, house.command("link")["url"])
        for page, name in ((juna, "Juna Near"), (tomke, "Tomke Otter")):
            link = await steps.invite(ada, name=name, username=name.split()[0].lower() + "-near")
            await steps.add_to_project(ada, demo.project, name=name)
            await steps.come_in(page, link, name=name)
        for page in (ada, juna, tomke):
            await page.goto(f"/p/{demo.project}/gallery")
        await _see_each_other_in_the_gallery(ada, juna, me, shots)
        await tomke.screenshot(path=shots / "presence-gallery-phone.png")

        for page in (ada, juna, tomke):
            await page.goto(f"/p/{demo.project}/c/{demo.mara}?look={picture['id']}")
            await expect(page.get_by_role("heading", name="Notes")).to_be_visible()
        await _point(ada, juna, tomke)
        await _draw(ada, juna, tomke, shots)
        await _follow(ada, tomke, me, demo, shots)
        await _follow_by_keyboard(ada, juna, me, demo)

        for page in (ada, juna, tomke):
            found = await Axe().run(page)
            serious = [v for v in found.response["violations"] if v["impact"] in _BAD]
            assert not serious, serious


async def test_two_compare_pictures_and_see_where_the_other_points(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    me = house.call("GET", "/me", token)["name"]
    body = {
        "question": "Which smile, together?",
        "key": "expression/happy",
        "variation_ids": [_picture(house, token, demo)["id"]],
    }
    made = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)
    house.call("POST", f"/decisions/{made['id']}/generated", token, {})
    async with windows.open() as ada, windows.open(width=390, height=844, scheme="light") as pim:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, pim, demo.project, name="Pim Points", username="pim-points")
        for page in (ada, pim):
            await page.goto(f"/p/{demo.project}/decide/{made['id']}")
            await expect(page.get_by_role("img", name="Picture B")).to_be_visible(
                timeout=steps.LONG_MS
            )
        await expect(
            ada.get_by_role("button", name=re.compile("Pim Points, decides about"))
        ).to_be_visible()

        cursor = _plate(pim, "A").locator(f"[data-cursor-of='{me}']")
        await ada.mouse.move(*await _on(ada, "A", 0.5, 0.4))
        await expect(cursor).to_be_visible()
        assert await _spot(pim, "A", cursor) == pytest.approx([0.5, 0.4], abs=0.01)
        await pim.screenshot(path=shots / "presence-grid-phone-light.png")
        # magnified, it stands on the same feature still
        await pim.get_by_role("button", name="Zoom in").click()
        await expect(pim.get_by_role("button", name="Show all")).to_be_enabled()
        assert await _spot(pim, "A", cursor) == pytest.approx([0.5, 0.4], abs=0.01)
        await pim.get_by_role("button", name="Show all").click()

        # what the keys speak of is framed for the other
        await ada.keyboard.press("j")
        await expect(_plate(pim, "A").locator("[data-selected-by]")).to_have_text(me)
        await pim.get_by_role("img", name="Picture A").scroll_into_view_if_needed()
        await pim.screenshot(path=shots / "presence-grid-selected.png")

        # under the wipe's line lie two pictures: right of it the second one
        await ada.keyboard.press("w")
        wipe = ada.get_by_role("group", name=re.compile("wipe$"))
        box = await wipe.bounding_box()
        assert box is not None
        await ada.mouse.move(box["x"] + 0.8 * box["width"], box["y"] + 0.5 * box["height"])
        await expect(_plate(pim, "B").locator(f"[data-cursor-of='{me}']")).to_be_visible()
        await expect(cursor).to_have_count(0)
        await pim.get_by_role("img", name="Picture B").scroll_into_view_if_needed()
        await pim.mouse.move(*await _on(pim, "B", 0.5, 0.5))
        await expect(wipe.locator("[data-cursor-of='Pim Points']")).to_be_visible()
        await ada.screenshot(path=shots / "presence-wipe.png")
        await _follow_a_comparison(ada, pim, me, shots)
        # away from the pictures it points at nothing
        await ada.get_by_role("heading", level=1).hover()
        await expect(pim.locator(f"[data-cursor-of='{me}']")).to_have_count(0)
        for page in (ada, pim):
            found = await Axe().run(page)
            serious = [v for v in found.response["violations"] if v["impact"] in _BAD]
            assert not serious, serious


async def _follow_a_comparison(ada: Page, pim: Page, me: str, shots: Path) -> None:
    """Whoever follows sees the same part of the pictures, laid out and wiped the same way."""
    await ada.keyboard.press("v")
    await pim.get_by_role("button", name=re.compile(f"See what {me}")).click()
    await expect(pim.locator("[data-following]")).to_contain_text(me)
    for key in ("+", "+", "Shift+ArrowRight", "Shift+ArrowUp"):
        await ada.keyboard.press(key)
    await expect(pim.get_by_role("button", name="Zoom out")).to_be_enabled()
    for name in "AB":
        await _shows_the_same(ada, pim, name)
    await pim.screenshot(path=shots / "follow-grid-phone-light.png")
    await ada.keyboard.press("w")
    await expect(pim.get_by_role("group", name="A and B, wipe")).to_be_visible()
    await ada.get_by_role("slider", name="Where the line is").fill("30")
    await expect(pim.get_by_role("slider", name="Where the line is")).to_have_value("30")
    await pim.screenshot(path=shots / "follow-wipe-phone-light.png")
    # one key of ones own ends it, and what one saw last stays
    await pim.keyboard.press("Shift")
    await expect(pim.locator("[data-following]")).to_have_count(1)
    await pim.keyboard.press("Escape")
    await expect(pim.locator("[data-following]")).to_have_count(0)
    await ada.keyboard.press("v")
    await ada.keyboard.press("0")
    await expect(ada.get_by_role("button", name="Zoom out")).to_be_disabled()
    await expect(pim.get_by_role("group", name="A and B, wipe")).to_be_visible()
    for page in (ada, pim):
        await page.keyboard.press("w" if page is ada else "v")


async def _shows_the_same(one: Page, other: Page, name: str) -> None:
    """The same spot of a picture is in the middle, equally magnified, however large the window."""
    wished = await one.evaluate(MIDDLE, name)

    async with asyncio.timeout(PATIENCE_MS / 1000):
        while await other.evaluate(MIDDLE, name) != pytest.approx(wished, abs=0.02):
            await other.evaluate("() => new Promise(requestAnimationFrame)")


def _plate(page: Page, name: str) -> Locator:
    """Return the cell of a picture in the grid."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("img", name=f"Picture {name}"))


async def _on(page: Page, name: str, x: float, y: float) -> tuple[float, float]:
    """Return where a spot of a picture is in the window."""
    box = await page.get_by_role("img", name=f"Picture {name}").bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


async def _spot(page: Page, name: str, cursor: Locator) -> list[float]:
    """Return where a cursor stands, in shares of the picture."""
    picture = await page.get_by_role("img", name=f"Picture {name}").bounding_box()
    spot = await cursor.evaluate(
        "(one) => [one.getBoundingClientRect()].map(({x, y}) => [x, y])[0]"
    )
    assert picture is not None
    return [
        (spot[0] - picture["x"]) / picture["width"],
        (spot[1] - picture["y"]) / picture["height"],
    ]


_BAD = ("serious", "critical")


async def _see_each_other_in_the_gallery(ada: Page, juna: Page, me: str, shots: Path) -> None:
    here = ada.get_by_role("banner").get_by_role("group", name="Here now")
    await expect(
        here.get_by_role("button", name=re.compile("Juna Near, in the gallery"))
    ).to_be_visible()
    await expect(
        here.get_by_role("button", name=re.compile("Tomke Otter, in the gallery"))
    ).to_be_visible()
    # what one has under the focus is framed for the others, with the name
    await ada.locator("[id^=cell-]").first.focus()
    await expect(juna.locator("[data-selected-by]")).to_have_text(me)
    await juna.screenshot(path=shots / "presence-selected-light.png")
    await ada.locator("[id^=cell-]").first.blur()
    await expect(juna.locator("[data-selected-by]")).to_have_count(0)


async def _point(ada: Page, juna: Page, tomke: Page) -> None:
    await _move(juna, 0.25, 0.4)
    for page in (ada, tomke):
        cursor = page.locator("[data-cursor-of='Juna Near']")
        await expect(cursor).to_have_attribute("style", re.compile(r"left: 2[45]"))
        # the same place of the picture, however large it is here
        assert await cursor.evaluate(WHERE) == pytest.approx([0.25, 0.4], abs=0.01)
    # zoomed in, it stands at the same place of the picture still
    await ada.get_by_role("heading", name="Notes").click()
    await ada.keyboard.press("Space")
    await expect(_ground(ada)).to_have_attribute("style", re.compile(r"scale\(2\)"))
    cursor = ada.locator("[data-cursor-of='Juna Near']")
    assert await cursor.evaluate(WHERE) == pytest.approx([0.25, 0.4], abs=0.01)
    for _ in range(2):
        await ada.keyboard.press("Space")
    # a pointer that leaves the picture points at nothing
    await juna.get_by_role("heading", name="Notes").hover()
    await expect(ada.locator("[data-cursor-of='Juna Near']")).to_have_count(0)


async def _draw(ada: Page, juna: Page, tomke: Page, shots: Path) -> None:
    await _begin_a_line(juna)
    # the button is still down
    for page in (ada, tomke):
        await expect(page.locator("[data-stroke-of='Juna Near'] path").first).to_be_visible()
    await ada.get_by_role("heading", name="Notes").hover()
    await ada.screenshot(path=shots / "presence-stroke.png")
    await juna.mouse.up()
    await expect(juna.get_by_label("What should change?")).to_be_visible()
    await expect(ada.locator("[data-stroke-of='Juna Near']")).to_be_attached()
    # taken back: gone everywhere, and nothing of it was kept
    await juna.get_by_label("What should change?").press("Escape")
    for page in (ada, tomke):
        await expect(page.locator("[data-stroke-of='Juna Near']")).to_have_count(0)
    pins = ada.get_by_role("button", name=re.compile(r"^Note \d+: "))
    before = await pins.count()
    await _begin_a_line(juna)
    await juna.mouse.up()
    await juna.get_by_label("What should change?").fill("Softer here")
    await _move(tomke, 0.7, 0.2)
    await _move(ada, 0.6, 0.75)
    await juna.mouse.move(*await _at(juna, 0.42, 0.62))
    cursor = ada.locator("[data-cursor-of='Juna Near']")
    await expect(cursor).to_have_attribute("style", re.compile(r"left: 4[12]"))
    await ada.screenshot(path=shots / "together.png")
    await juna.screenshot(path=shots / "together-light.png")
    await tomke.screenshot(path=shots / "together-phone.png")
    await juna.get_by_label("What should change?").press("Control+Enter")
    await expect(pins).to_have_count(before + 1)
    await expect(ada.locator("[data-stroke-of='Juna Near']")).to_have_count(0)
    # the note that one reads shows its reader to the others
    await expect(ada.locator("li[id^=note-] span[title='Juna Near']").first).to_be_visible()


async def _follow(ada: Page, tomke: Page, me: str, demo: Demo, shots: Path) -> None:
    await tomke.get_by_role("button", name=re.compile(f"See what {me}")).click()
    frame = tomke.locator("[data-following]")
    await expect(frame).to_contain_text(f"You see what {me} sees")
    followed = ada.locator("p").filter(has_text="Tomke Otter sees what you see")
    await expect(followed).to_be_visible()
    # a zoom
    await ada.get_by_role("heading", name="Notes").click()
    await ada.keyboard.press("Space")
    await expect(_ground(tomke)).to_have_attribute("style", re.compile(r"scale\(2\)"))
    await tomke.screenshot(path=shots / "follow-phone.png")
    # another page, and how far it is scrolled
    await ada.keyboard.press("Escape")
    await tomke.wait_for_url(re.compile(rf"/c/{demo.mara}$"))
    await ada.evaluate("scrollTo(0, 0)")
    await expect(tomke.locator("#sheet-title")).not_to_be_in_viewport()
    await ada.locator("#sheet-title").evaluate("(title) => title.scrollIntoView()")
    await expect(tomke.locator("#sheet-title")).to_be_in_viewport()
    await ada.get_by_role("link", name="Gallery").first.click()
    await tomke.wait_for_url(re.compile("/gallery$"))
    await expect(frame).to_be_visible()
    await ada.screenshot(path=shots / "followed.png")
    # any input of one's own ends it, and does what it always does
    await tomke.get_by_role("link", name="Queue", exact=True).click()
    await tomke.wait_for_url(re.compile("/queue$"))
    await expect(frame).to_have_count(0)
    await expect(followed).to_have_count(0)


async def _follow_by_keyboard(ada: Page, juna: Page, me: str, demo: Demo) -> None:
    frame = juna.locator("[data-following]")
    await juna.get_by_role("heading", name="Notes").click()
    for _ in range(2):
        await juna.keyboard.press("l")
        if me in (await frame.inner_text()):
            break
    await expect(frame).to_contain_text(me)
    await juna.wait_for_url(re.compile("/gallery$"))
    await ada.locator(f"a[href$='/c/{demo.mara}']").first.click()
    await steps.open_viewer(ada, LABEL)
    await expect(juna.get_by_role("heading", name="Notes")).to_be_visible()
    # Escape ends the following, and not the picture
    await juna.keyboard.press("Escape")
    await expect(frame).to_have_count(0)
    await expect(juna.get_by_role("heading", name="Notes")).to_be_visible()


async def _begin_a_line(page: Page) -> None:
    await page.get_by_role("heading", name="Notes").click()
    await page.keyboard.press("4")
    await expect(page.get_by_role("group", name=re.compile("Choose the place"))).to_be_visible()
    await page.mouse.move(*await _at(page, 0.35, 0.55))
    await page.mouse.down()
    for x, y in ((0.38, 0.6), (0.42, 0.62), (0.46, 0.61), (0.5, 0.56)):
        await page.mouse.move(*await _at(page, x, y))


async def _move(page: Page, x: float, y: float) -> None:
    """Move the pointer over the picture; twice, because the first one only enters it."""
    await page.mouse.move(*await _at(page, x + 0.05, y))
    await page.mouse.move(*await _at(page, x, y))


async def _at(page: Page, x: float, y: float) -> tuple[float, float]:
    box = await _box(_sheet(page))
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def _sheet(page: Page) -> Locator:
    """What lies over the picture, exactly as large as it is."""
    return page.get_by_role("group", name=re.compile("Marks on the picture|Choose the place"))


def _ground(page: Page) -> Locator:
    """What moves when the picture is zoomed."""
    return page.locator("[data-ground] > div")


async def _box(thing: Locator) -> Any:
    box = await thing.bounding_box()
    assert box is not None
    return box


def _picture(house: House, token: str, demo: Demo) -> dict[str, Any]:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    (found,) = [one for one in rows if one["label"] == LABEL and one["current"]]
    return found
