"""What does not belong gets a sentence that an artist understands, and nothing is half written."""

import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from bench.support.house import House
from tests.e2e import hostile, steps
from tests.e2e.conftest import Windows
from tests.support.photos import Photos

pytestmark = [pytest.mark.e2e, pytest.mark.functions]


@pytest.fixture
def character(house: House, token: str) -> tuple[str, str]:
    """A project and a character in it, made over REST."""
    project = house.call("POST", "/projects", token, {"title": "Bad input"})["id"]
    made = house.call("POST", f"/projects/{project}/characters", token, {"name": "Ida"})
    return project, made["id"]


async def test_every_refused_file_says_why_and_leaves_nothing_behind(
    house: House,
    token: str,
    windows: Windows,
    photos: Photos,
    character: tuple[str, str],
    tmp_path: Path,
) -> None:
    project, character_id = character
    files = hostile.refused(tmp_path, photos.person_a[0])
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{project}/c/{character_id}")
        await expect(page.get_by_role("heading", name="References")).to_be_visible()
        chooser = page.get_by_label("Choose pictures")
        await chooser.set_input_files(list(files.values()))
        for sentence, path in files.items():
            refused = _upload(page, path)
            await expect(refused).to_contain_text("Not taken", timeout=steps.LONG_MS)
            await expect(refused).to_contain_text(re.compile(sentence, re.I))
    assert _references(house, token, character_id) == []


async def test_odd_files_and_names_are_taken_and_cleaned(
    house: House,
    token: str,
    windows: Windows,
    photos: Photos,
    character: tuple[str, str],
    tmp_path: Path,
) -> None:
    project, character_id = character
    odd = hostile.odd(tmp_path, photos.person_a[0])
    emoji = tmp_path / "🦊 née ‮gnp.png"
    shutil.copy(photos.person_a[3], emoji)
    files = [*odd, emoji]
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{project}/c/{character_id}")
        await page.get_by_label("Choose pictures").set_input_files(files)
        tiles = page.get_by_role("button", name=re.compile("^Look at "))
        await expect(tiles).to_have_count(len(files), timeout=steps.LONG_MS)
        await steps.drop(page, [photos.person_a[3]])
        again = _upload(page, photos.person_a[3])
        await expect(again).to_contain_text("Not taken")
        await expect(again).to_contain_text(re.compile("already", re.I))
        await page.reload()
        await expect(tiles).to_have_count(len(files))
        for reference in _references(house, token, character_id):
            await _is_clean(page, reference)


async def _is_clean(page: Page, reference: dict[str, Any]) -> None:
    answer = await page.request.get(f"/api/v1/files/{reference['file']['id']}/original")
    assert answer.status == 200
    with Image.open(io.BytesIO(await answer.body())) as picture:
        assert picture.mode in ("RGB", "RGBA", "L")
        assert not picture.getexif().get_ifd(0x8825), "the place where it was taken is still in it"
        if reference["name"].startswith("turned"):
            assert picture.width > picture.height, "it stands on its side"


async def test_a_link_works_once(house: House, windows: Windows) -> None:
    link = house.command("link")["url"]
    async with windows.open() as first, windows.open() as second:
        await first.goto(link)
        await expect(first.get_by_role("heading", name="Welcome")).to_be_visible()
        await second.goto(link)
        await expect(
            second.get_by_role("heading", name="This link no longer works")
        ).to_be_visible()


async def test_somebody_elses_project_is_not_there(
    house: House, windows: Windows, character: tuple[str, str]
) -> None:
    project, character_id = character
    link = house.command("user", "add", "stranger", "--name", "Stranger")["url"]
    async with windows.open() as page:
        await steps.come_in(page, link, name="Stranger")
        for address in (f"/p/{project}/gallery", f"/p/{project}/c/{character_id}"):
            await page.goto(address)
            await expect(page.get_by_role("link", name="All projects").first).to_be_visible()
            await expect(page.get_by_text("Ida")).to_have_count(0)
        answer = await page.request.get(f"/api/v1/characters/{character_id}")
        assert answer.status == 404
        assert (await answer.json())["code"] == "character_not_found"


async def test_an_edit_on_an_old_version_is_shown_and_decided_by_the_person(
    house: House, token: str, windows: Windows, character: tuple[str, str]
) -> None:
    _, character_id = character
    before = house.call("GET", f"/characters/{character_id}", token)
    change = {"version": before["version"], "description": "Somebody was faster."}
    house.call("PATCH", f"/characters/{character_id}", token, change)
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        answer = await page.request.patch(
            f"/api/v1/characters/{character_id}",
            data={"version": before["version"], "description": "Too late."},
            headers={"X-OnModel": "1"},
        )
        assert answer.status == 409
        problem = await answer.json()
        assert problem["code"] == "stale_version"
        assert problem["try"]
    after = house.call("GET", f"/characters/{character_id}", token)
    assert after["description"] == "Somebody was faster."


def _upload(page: Page, path: Path) -> Any:
    """The tile of an upload that is on its way, or was refused."""
    button = page.get_by_role("button", name=f"Dismiss {path.name}", exact=True)
    return page.get_by_role("listitem").filter(has=button)


def _references(house: House, token: str, character_id: str) -> list[dict[str, Any]]:
    return house.call("GET", f"/characters/{character_id}/references", token)
