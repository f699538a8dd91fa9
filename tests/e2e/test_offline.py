"""The network is pulled while somebody works: everything goes on, and arrives once."""

import time
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import FilePayload, Locator, Page, Route, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.support.drawings import picture

pytestmark = pytest.mark.e2e

TEXT = "A tall smuggler."
WORDS = "Softer eyelids, said in a tunnel"
LABEL, KEY = "Suspicious", "expression/suspicious"
BACK_WITHIN_SECONDS = 5.0


async def test_fields_and_words_survive_the_page_and_two_choose_a_name(
    house: House, token: str, windows: Windows, shots: Path
) -> None:
    async with windows.open() as ada, windows.open(width=390, height=844, scheme="light") as olga:
        await steps.enter(ada, house.command("link")["url"])
        project = await steps.make_project(ada, "The Tunnel")
        await steps.bring_in(ada, olga, project, name="Olga", username="olga")
        made = {"name": "Mara", "description": TEXT}
        character = house.call("POST", f"/projects/{project}/characters", token, made)["id"]
        address = f"/p/{project}/c/{character}"
        for page in (ada, olga):
            await page.goto(address)
            await expect(_text(page)).to_be_editable()

        await olga.context.set_offline(True)
        await expect(olga.get_by_text("You are offline. Go on")).to_be_visible()
        await _write(olga, "Name", "Marisol")
        await _write(olga, "Trigger word", "tunnel_girl")
        await _write(olga, "Tags", "tunnel", key="Enter")
        await _text(olga).press("End")
        await olga.keyboard.insert_text(" Scarred.")
        await expect(olga.get_by_text("4 changes wait here and go out")).to_be_visible()
        await expect(olga.get_by_role("textbox", name="Name")).to_have_value("Marisol")
        await olga.screenshot(path=shots / "offline-phone-light.png")
        await _is_accessible(olga)

        # meanwhile somebody changes other facts, and one that is the same
        await _write(ada, "Name", "Marianne")
        await _write(ada, "Tags", "harbour", key="Enter")
        await expect(ada.get_by_role("button", name="Remove tag harbour")).to_be_visible()

        # the page dies before the network is back; the next one sends what it left
        await olga.close()
        olga_again = await olga.context.new_page()
        await olga.context.set_offline(False)
        await olga_again.goto(address)
        await expect(_text(olga_again)).to_have_value(f"{TEXT} Scarred.")
        await expect(_text(ada)).to_have_value(f"{TEXT} Scarred.")
        await expect(ada.get_by_role("textbox", name="Trigger word")).to_have_value("tunnel_girl")

        await _both_are_asked(ada, olga_again, shots)
        await expect(olga_again.get_by_text("need you")).to_be_hidden()
        # words become a version of the record at the next pause
        history = ada.get_by_role("region", name="History")
        await expect(history.get_by_text("description").first).to_be_visible()
    _arrived_once(house, token, character, "Marisol", "tunnel_girl")


async def _both_are_asked(ada: Page, olga: Page, shots: Path) -> None:
    hers = olga.get_by_role("alert").filter(has_text="while you wrote “Marisol”")
    await expect(hers).to_contain_text("“Marianne”")
    tags = olga.get_by_role("alert").filter(has_text="tunnel")
    await expect(tags).to_contain_text("harbour")
    await olga.screenshot(path=shots / "conflict-phone-light.png")
    theirs = ada.get_by_role("alert").filter(has_text="Marisol")
    await expect(theirs).to_contain_text("Olga wrote “Marisol” while you wrote “Marianne”")
    await ada.screenshot(path=shots / "conflict-dark.png")
    await _is_accessible(ada)
    await theirs.get_by_role("button", name="Use theirs").click()
    for page in (ada, olga):
        await expect(page.get_by_role("textbox", name="Name")).to_have_value("Marisol")
    # one of the two has chosen, and nobody is asked any more
    await expect(hers).to_be_hidden()
    await expect(theirs).to_be_hidden()
    await olga.get_by_role("button", name="Look").click()
    dialog = olga.get_by_role("dialog", name="Not saved")
    await expect(dialog).to_contain_text("Tags of")
    await olga.screenshot(path=shots / "not-saved-phone-light.png")
    await dialog.get_by_role("button", name="Keep mine").click()
    await expect(ada.get_by_role("button", name="Remove tag tunnel")).to_be_visible()


def _arrived_once(house: House, token: str, character: str, name: str, word: str) -> None:
    rows = house.call("GET", f"/characters/{character}/history", token)
    fields = [row["change"].get("fields", {}) for row in rows]
    for field, value in (("name", name), ("trigger_word", word)):
        assert [one[field][1] for one in fields if field in one].count(value) == 1
    record = house.call("GET", f"/characters/{character}", token)
    assert record["tags"] == ["tunnel"]
    assert record["description"] == f"{TEXT} Scarred."


async def test_a_newer_page_comes_when_nobody_writes(
    house: House, token: str, windows: Windows, shots: Path
) -> None:
    project = house.call("POST", "/projects", token, {"title": "Upgraded"})["id"]
    made = {"name": "Ida", "description": TEXT}
    character = house.call("POST", f"/projects/{project}/characters", token, made)["id"]

    async def newer(route: Route) -> None:
        await route.fulfill(json={"version": "newer"})

    async with windows.open() as page:
        await page.clock.install()
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{project}/c/{character}")
        await expect(_text(page)).to_be_editable()
        await page.evaluate("window.before = true")
        await _text(page).press("End")
        await page.route("**/_app/version.json", newer)
        await page.context.set_offline(True)
        await page.context.set_offline(False)
        await expect(page.get_by_text("OnModel was upgraded.")).to_be_visible()
        await page.screenshot(path=shots / "upgraded-dark.png")
        await page.clock.fast_forward(120_000)
        await page.keyboard.insert_text(" Writing.")
        assert await page.evaluate("window.before") is True
        await page.unroute("**/_app/version.json")
        await _text(page).press("Escape")
        await page.clock.fast_forward(60_000)
        await page.wait_for_function("window.before === undefined")
        await expect(_text(page)).to_have_value(f"{TEXT} Writing.")
        await expect(page.get_by_text("OnModel was upgraded.")).to_be_hidden()


async def test_somebody_compares_blind_pairs_in_a_tunnel(
    house: House, token: str, windows: Windows, shots: Path
) -> None:
    project = house.call("POST", "/projects", token, {"title": "Blind Tunnel"})["id"]
    cast = house.call("POST", f"/projects/{project}/characters", token, {"name": "Vera"})["id"]
    body = {"question": "Which one, blind?", "key": KEY, "method": "blind"}
    decision = house.call("POST", f"/characters/{cast}/decisions", token, body)["id"]
    async with windows.open(width=390, height=844) as page:
        for number in range(4):
            file = FilePayload(name="face.jpg", mimeType="image/jpeg", buffer=picture(900 + number))
            brought = await page.context.request.post(
                f"/api/v1/decisions/{decision}/pictures",
                headers={"Authorization": f"Bearer {token}"},
                multipart={"file": file},
            )
            assert brought.ok, await brought.text()
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{project}/decide/{decision}")
        await expect(page.get_by_text("Pair 1 of 6")).to_be_visible()
        await page.get_by_role("button", name="Left is better").click()
        await expect(page.get_by_text("Pair 2 of 6")).to_be_visible()

        await page.context.set_offline(True)
        for number in range(3, 7):
            await page.get_by_role("button", name="Right is better").click()
            await expect(page.get_by_text(f"Pair {number} of 6")).to_be_visible()
        await page.screenshot(path=shots / "offline-pairs-phone-dark.png")
        await page.get_by_role("button", name="Neither").click()
        await expect(page.get_by_text("Your answers are kept on this page")).to_be_visible()
        await expect(page.get_by_text("5 changes wait here")).to_be_visible()
        await page.screenshot(path=shots / "offline-pairs-kept-phone-dark.png")
        await _is_accessible(page)

        await page.context.set_offline(False)
        await expect(page.get_by_role("heading", name="Ranking")).to_be_visible()
        await expect(page.get_by_text("wait here")).to_be_hidden()
    # whoever signed in by the link is the administrator of the token
    view = house.call("GET", f"/decisions/{decision}", token)
    assert view["pairs_answered"] == 6
    assert min(one["rank"]["place"] for one in view["decision"]["candidates"]) == 1


@pytest.mark.functions
async def test_a_reviewer_writes_settles_and_votes_in_a_tunnel(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    picture = _picture(house, token, demo)
    body = {"question": "Suspicious enough?", "key": KEY, "variation_ids": [picture["id"]]}
    decision = house.call("POST", f"/characters/{demo.mara}/decisions", token, body)["id"]
    address = f"/p/{demo.project}/c/{demo.mara}?look={picture['id']}"
    async with windows.open() as ada, windows.open(width=390, height=844) as nell:
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, nell, demo.project, name="Nell Tunnel", username="nell")
        await ada.goto(address)
        await expect(ada.get_by_role("heading", name="Notes")).to_be_visible()
        await nell.goto(address)
        await expect(nell.get_by_role("heading", name="Notes")).to_be_visible()

        await nell.context.set_offline(True)
        await _note(nell, WORDS)
        await expect(nell.get_by_text("not sent yet")).to_be_visible()
        note = nell.locator("li[id^=note-]").filter(has_text=WORDS)
        answer = note.get_by_label("Answer", exact=True)
        await answer.fill("An answer to it")
        await answer.press("Control+Enter")
        await note.get_by_role("button", name="Settle").click()
        await expect(nell.get_by_text("3 changes wait here")).to_be_visible()
        await nell.screenshot(path=shots / "offline-notes-phone-dark.png")
        began = time.monotonic()
        await nell.context.set_offline(False)
        await expect(nell.get_by_text("You are offline.")).to_be_hidden()
        await expect(nell.get_by_text("not sent yet")).to_have_count(0)
        assert time.monotonic() - began < BACK_WITHIN_SECONDS
        await ada.get_by_role("button", name="1 settled note").click()
        await expect(ada.get_by_text(WORDS, exact=True)).to_be_visible()

        await nell.goto(f"/p/{demo.project}/decide/{decision}")
        approve = nell.get_by_role("button", name="Approve A")
        await expect(approve).to_be_visible()
        await nell.context.set_offline(True)
        await approve.click()
        await expect(approve).to_have_attribute("aria-pressed", "true")
        await nell.get_by_label("Say something").fill("From the tunnel")
        await nell.get_by_role("button", name="Comment").click()
        await expect(nell.get_by_text("2 changes wait here")).to_be_visible()
        await ada.goto(f"/p/{demo.project}/decide/{decision}")
        await expect(ada.get_by_text("Suspicious enough?").first).to_be_visible()
        await nell.context.set_offline(False)
        await expect(ada.get_by_text("1 approves")).to_be_visible()
        await expect(ada.get_by_text("From the tunnel")).to_be_visible()
    notes = house.call("GET", f"/characters/{demo.mara}/notes", token)
    (written,) = [one for one in notes if one["text"] == WORDS]
    assert written["resolved_at"] is not None
    assert [one["text"] for one in notes if one["parent_id"] == written["id"]] == [
        "An answer to it"
    ]
    said = house.call("GET", f"/decisions/{decision}", token)["decision"]
    assert [one["text"] for one in said["comments"]] == ["From the tunnel"]


def _picture(house: House, token: str, demo: Demo) -> dict[str, Any]:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    (found,) = [one for one in rows if one["label"] == LABEL and one["current"]]
    return found


def _text(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Description")


async def _write(page: Page, label: str, text: str, *, key: str = "Enter") -> None:
    """Write over a field that is edited where it stands."""
    field = page.get_by_label(label, exact=True)
    await field.fill(text)
    await field.press(key)


async def _note(page: Page, text: str) -> None:
    await page.get_by_role("button", name="Whole picture").click()
    field = page.get_by_label("What should change?")
    await field.fill(text)
    await field.press("Control+Enter")
    await expect(field).to_be_hidden()


async def _is_accessible(page: Page) -> None:
    found = await Axe().run(page)
    bad = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
    assert not bad, bad
