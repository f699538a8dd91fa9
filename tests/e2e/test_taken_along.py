"""Pictures with their notes are taken along: as a picture, as PDF, as ZIP."""

import json
import zipfile
from pathlib import Path

import pytest
from PIL import Image, PdfParser
from playwright.async_api import Download, Page, expect

from bench.support.house import House
from tests.e2e import steps
from tests.e2e.conftest import Demo, Windows
from tests.e2e.eyes import look

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

SECTION, PICTURES = "lighting/", 2
WORDS = "Warmer here, cooler there"


async def test_annotated_pictures_arrive_and_open(
    house: House, token: str, demo: Demo, windows: Windows, shots: Path, tmp_path: Path
) -> None:
    rows = house.call("GET", f"/characters/{demo.mara}/variations", token)
    lit = [row for row in rows if row["key"].startswith(SECTION) and row["current"] and row["file"]]
    pictures = lit[:PICTURES]
    name = house.call("GET", f"/characters/{demo.mara}", token)["name"]
    mark = {"kind": "box", "start": [0.2, 0.2], "end": [0.5, 0.5]}
    for picture in pictures:
        body = {"text": WORDS, "mark": mark, "mentions": []}
        house.call("POST", f"/variations/{picture['id']}/notes", token, body)
    noted = {n["variation_id"] for n in house.call("GET", _notes(demo), token)}
    async with windows.open() as page:
        await steps.enter(page, house.command("link")["url"])
        await page.goto(f"/p/{demo.project}/c/{demo.mara}")

        pdf = await _taken(page, "Export model sheet", "PDF", tmp_path)
        assert pdf.name == f"{name} notes.pdf"
        assert len(PdfParser.PdfParser(buf=pdf.read_bytes()).pages) == len(noted)
        archive = await _taken(page, "More", "ZIP", tmp_path, shots / "export-menu.png")
        assert archive.name == f"{name} notes.zip"
        _the_archive_holds_all(archive, len(noted))

        # one picture, from beside it, by keyboard
        await page.goto(f"/p/{demo.project}/c/{demo.mara}?look={pictures[0]['id']}")
        link = page.get_by_role("link", name="Download the picture with its notes")
        async with page.expect_download() as download:
            await link.press("Enter")
        one = await _kept(await download.value, tmp_path)
        with Image.open(one) as image:
            # the words stand beside or below the picture
            plain = pictures[0]["file"]
            assert image.format == "PNG"
            assert image.width * image.height > plain["width"] * plain["height"]


def _notes(demo: Demo) -> str:
    return f"/characters/{demo.mara}/notes"


async def _taken(page: Page, menu: str, kind: str, folder: Path, shot: Path | None = None) -> Path:
    """Choose it from a menu by keyboard, and keep what arrives."""
    await page.get_by_role("button", name=menu, exact=True).press("Enter")
    item = page.get_by_role("menuitem", name=f"Annotated pictures as {kind}")
    await expect(item).to_be_visible()
    if shot:
        await look(page, shot)
    async with page.expect_download() as download:
        await item.press("Enter")
    await expect(item).to_be_hidden()
    return await _kept(await download.value, folder)


async def _kept(download: Download, folder: Path) -> Path:
    path = folder / download.suggested_filename
    await download.save_as(path)
    return path


def _the_archive_holds_all(path: Path, pictures: int) -> None:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        drawn = [name for name in names if name.endswith(".png")]
        assert len(drawn) == pictures
        for name in drawn:
            with archive.open(name) as file, Image.open(file) as image:
                image.verify()
        said = [one["text"] for one in json.loads(archive.read("notes.json"))]
        assert said.count(WORDS) >= PICTURES
        assert WORDS in archive.read("notes.txt").decode()
