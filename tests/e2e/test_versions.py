"""Versions in real browsers: compared, named, gone back to in part, undone; another one sees it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Locator, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

TEXT = "Keeper of the lighthouse. Her eyes are grey, and she never smiles at strangers."


async def test_versions_are_compared_named_and_gone_back_to_in_part(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path
) -> None:
    path = f"/characters/{demo.mara}"
    me = house.call("GET", "/me", token)["name"]
    start = house.call("GET", f"{path}/versions", token)[0]["number"]
    before = house.call("GET", path, token)
    house.call("PATCH", path, token, {"version": before["version"], "description": TEXT})
    first = _happy(house, token, demo)
    _replace_happy(house, token, demo)
    address = f"/p/{demo.project}/c/{demo.mara}/versions"
    async with (
        windows.open() as ada,
        windows.open(width=390, height=844, scheme="light") as vera,
        windows.open(width=844, height=390) as sideways,
    ):
        await steps.enter(ada, house.command("link")["url"])
        await steps.bring_in(ada, vera, demo.project, name="Vera Versions", username="vera")
        await steps.enter(sideways, house.command("link")["url"])

        await ada.goto(f"/p/{demo.project}/c/{demo.mara}")
        await ada.get_by_role("link", name="Compare versions").click()
        await expect(ada.get_by_role("heading", name="Versions")).to_be_visible()
        for page in (vera, sideways):
            await page.goto(address)
        # the newest change: two pictures with their scores, side by side and over each other
        await expect(ada.get_by_text("Happy, replaced")).to_be_visible()
        await expect(ada.get_by_role("img", name=re.compile("^Picture Version"))).to_have_count(2)
        await _look(ada, shots / "versions.png")
        await _look(vera, shots / "versions-phone-light.png")
        await ada.evaluate("document.documentElement.dataset.theme = 'light'")
        await _look(ada, shots / "versions-light.png")
        await ada.evaluate("document.documentElement.dataset.theme = 'dark'")
        await _look(sideways, shots / "versions-sideways.png")
        await ada.keyboard.press("d")
        await expect(ada.get_by_role("group", name=re.compile("difference$"))).to_be_visible()
        await _look(ada, shots / "versions-heat.png")
        await ada.keyboard.press("w")
        await expect(ada.get_by_role("slider", name="Where the line is")).to_be_visible()
        # the one before it, by keyboard: a text, word by word
        await ada.keyboard.press("j")
        await expect(ada.locator("ins", has_text="lighthouse")).to_be_visible()
        await ada.keyboard.press("k")
        await ada.keyboard.press("c")
        await expect(
            ada.get_by_role("button", name=re.compile("^Let go of version"))
        ).to_have_count(0)

        await ada.goto(f"{address}?to={start}")
        await ada.get_by_role("button", name="Name it").click()
        dialog = ada.get_by_role("dialog")
        await dialog.get_by_label("Name", exact=True).fill("Locked for episode 3")
        await dialog.get_by_label("Note").fill("Signed off by the director.")
        await _look(ada, shots / "versions-name.png")
        await dialog.get_by_role("button", name="Name this version").click()
        await expect(vera.get_by_text("Locked for episode 3").first).to_be_visible()

        # back in part: the text, not the picture
        await vera.goto(f"/p/{demo.project}/c/{demo.mara}")
        await expect(_description(vera)).to_have_value(TEXT)
        await ada.get_by_role("button", name="Go back to it").click()
        await expect(dialog.get_by_role("checkbox")).to_have_count(2)
        await dialog.get_by_role("checkbox", name=re.compile("Happy")).uncheck()
        await _look(ada, shots / "versions-back.png")
        await dialog.get_by_role("button", name="Take these back").click()
        said = f"took the description back from version {start}"
        await expect(
            ada.get_by_role("navigation", name="Timeline").get_by_text(said)
        ).to_be_visible()
        await expect(_description(vera)).to_have_value(before["description"])
        assert house.call("GET", path, token)["description"] == before["description"]
        await _is_told(vera, f": {me} {said}.")
        await expect(_tile(vera)).not_to_have_attribute("id", f"slot-{first['id']}")
        await ada.get_by_role("button", name="Undo").click()
        await expect(_description(vera)).to_have_value(TEXT)

        # pictures of a version that is locked
        await ada.goto(f"/p/{demo.project}/c/{demo.mara}")
        pick = ada.get_by_role("combobox", name="Make pictures of")
        await pick.select_option(label=f"Of Locked for episode 3 (version {start})")
        await _look(ada, shots / "versions-pin.png")

        # everything as it was, by the same door
        await ada.goto(f"{address}?to={start}")
        await ada.get_by_role("button", name="Go back to it").click()
        await dialog.get_by_role("button", name=f"Go back to version {start}").click()
        await expect(_description(vera)).to_have_value(before["description"])
        # the other one sees all of it at once, is told why, and one press leads to what differs
        await expect(_tile(vera)).to_have_attribute("id", f"slot-{first['id']}")
        await _is_told(vera, f": {me} went back to version {start}.")
        notice = vera.get_by_role("region", name="Notices")
        await notice.get_by_role("link", name="Compare").last.click()
        await vera.wait_for_url(re.compile(r"/versions\?from=\d+&to=\d+$"))
        await expect(vera.get_by_text("Happy, replaced")).to_be_visible()
    after = house.call("GET", path, token)
    assert after["description"] == before["description"]


async def test_a_pinned_picture_says_what_it_was_made_of_and_held_against(
    reading_house: House, windows: Windows, shots: Path
) -> None:
    house = reading_house
    token = house.token()
    project = house.command("demo")["id"]
    (mara,) = house.call("GET", f"/projects/{project}/characters?q=mara", token)["items"]
    path = f"/characters/{mara['id']}"
    _write(house, token, path, positive_prompt="freckles, grey coat", negative_prompt="hat")
    locked = house.call("GET", f"{path}/versions", token)[0]["number"]
    name = {"name": "Locked for episode 3"}
    house.call("POST", f"{path}/versions/{locked}/names", token, name)
    model = house.call("GET", f"{path}/versions/{locked}", token)["adapter"]
    # another look and fewer pictures since: none of it may reach what is pinned
    _write(house, token, path, positive_prompt="scar", negative_prompt="coat")
    first = house.call("GET", f"{path}/references", token)[0]
    house.call("DELETE", f"/references/{first['id']}", token)

    async with (
        windows.open(house=house) as ada,
        windows.open(house=house, width=390, height=844, scheme="light") as phone,
    ):
        await steps.enter(ada, house.command("link")["url"])
        await steps.enter(phone, house.command("link")["url"])
        await ada.goto(f"/p/{project}/c/{mara['id']}")
        pick = ada.get_by_role("combobox", name="Make pictures of")
        await pick.select_option(label=f"Of Locked for episode 3 (version {locked})")
        await ada.get_by_role("button", name="Make Sleepy").click()

        def made() -> list[dict[str, Any]]:
            rows = house.call("GET", f"{path}/variations", token)
            sleepy = [one for one in rows if one["key"] == "expression/sleepy"]
            return [one for one in sleepy if one["measurable"] == "measured"]

        eventually(made, seconds=steps.LONG_MS / 1000)
        (pinned,) = made()
        given = _given(house, token, project, pinned)
        assert given["positive_prompt"] == "freckles, grey coat"
        assert given["negative_prompt"] == "hat"
        assert given["description"] == mara["description"]
        assert given["identity_profile"] == model["sha256"]
        assert given["references"] == [one["sha256"] for one in pinned["recipe"]["inputs"]]
        assert house.command("regenerate", pinned["id"])["same"] is True

        for page, shot in ((ada, "pinned"), (phone, "pinned-phone-light")):
            await page.goto(f"/p/{project}/c/{mara['id']}?look={pinned['id']}")
            about = page.get_by_role("complementary", name="About this picture")
            await expect(
                about.get_by_text("Measured against “Locked for episode 3”.")
            ).to_be_visible()
            await expect(about.get_by_text("Against the character as it is now")).to_be_visible()
            await about.get_by_text("How it was made").click()
            for said in (
                f"Version {locked}",
                "freckles, grey coat",
                "hat",
                f"as in version {locked}",
                f"{model['number']}, identity profile, {model['sha256'][:12]}",
            ):
                await expect(about.get_by_text(said, exact=True).first).to_be_visible()
            await expect(about.get_by_text("Not used")).to_have_count(0)
            await _judge(page, shots / f"{shot}.png")
            # the score's own explanation says it, too
            await about.get_by_role("button", name=re.compile("^Identity: ")).click()
            why = page.get_by_role("dialog", name="Why Sleepy has this score")
            await expect(
                why.get_by_text("Measured against “Locked for episode 3”.")
            ).to_be_visible()
            await expect(why.get_by_text("Against the character as it is now")).to_be_visible()
            await page.screenshot(path=shots / f"{shot}-score.png")


def _write(house: House, token: str, path: str, **fields: str) -> None:
    version = house.call("GET", path, token)["version"]
    house.call("PATCH", path, token, {"version": version, **fields})


def _given(house: House, token: str, project: str, picture: dict[str, Any]) -> dict[str, Any]:
    """Return what the generator wrote down of what it was given."""
    calls = house.call("GET", f"/queue/history?project_id={project}", token)["items"]
    of_it = [one for one in calls if one["subject_id"] == picture["id"]]
    call = next(one for one in of_it if one["task"] == "character.generate_variation")
    said: str = house.call("GET", f"/queue/{call['id']}/log", token)["text"]
    found: dict[str, Any] = json.loads(said.splitlines()[-1])
    return found


def _replace_happy(house: House, token: str, demo: Demo) -> None:
    """Have another smile made and let it take its place."""
    standing = _happy(house, token, demo)
    fresh = house.call("POST", f"/variations/{standing['id']}/regenerate", token, {"seed": 5})

    def judged() -> bool:
        row = house.call("GET", f"/variations/{fresh['id']}", token)
        return row["state"] == "succeeded" and row["measurable"] != "pending"

    eventually(judged, seconds=steps.LONG_MS / 1000)
    house.call("POST", f"/variations/{fresh['id']}/confirm", token)


def _happy(house: House, token: str, demo: Demo) -> dict[str, Any]:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    return next(r for r in rows if r["key"] == "expression/happy" and r["current"])


def _tile(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile("^Happy"))


async def _is_told(page: Page, sentence: str) -> None:
    await expect(page.get_by_role("region", name="Notices").get_by_text(sentence)).to_be_visible()


def _description(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Description")


async def _look(page: Page, path: Path) -> None:
    """Take a picture of the page, once all of its pictures are there, and let axe judge it."""
    await steps.stand_still(page)
    await _judge(page, path)


async def _judge(page: Page, path: Path) -> None:
    """The same where pictures far down the page are not loaded, which would never be decoded."""
    await page.screenshot(path=path)
    found: dict[str, Any] = (await Axe().run(page)).response
    faults = [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found["violations"]]
    assert faults == [], f"{path.name}: {faults}"
