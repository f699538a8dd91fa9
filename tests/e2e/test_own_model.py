"""Somebody who follows the guide has a model of torch, and sees a picture that it made."""

import io
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from PIL import Image
from playwright.async_api import Browser, expect

from bench.support.house import House, shared_caches
from onmodel.demo.rest import Rest
from tests.e2e import steps
from tests.support.guide import ROOT, Followed, followed
from tests.support.photos import Photos
from tests.support.waiting import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

OURS = ("functions/identity-measure", "functions/puppet", "sdk", "vision")


@contextmanager
def _studio(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[House]:
    """Run the product with the new function beside ours."""
    left_out = shutil.ignore_patterns("__pycache__", ".venv", "tests")
    for name in OURS:
        shutil.copytree(ROOT / name, checkout / name, ignore=left_out)
    monkeypatch.setenv("ONMODEL_FUNCTIONS_DIR", str(checkout / "functions"))
    if wheels := os.environ.get("PIP_FIND_LINKS"):
        monkeypatch.setenv("UV_FIND_LINKS", os.environ.get("UV_FIND_LINKS", wheels))
    with House(keep_caches=shared_caches()) as house:
        yield house


def _conforms(done: Followed) -> None:
    assert "It conforms." in done.said
    assert "fits character.generate_variation" in done.said
    assert "the same seed makes the same" in done.said
    with Image.open(done.checkout / "softened" / "image.png") as made:
        assert made.size == (768, 768)
    lock = (done.checkout / "functions" / "grain" / "uv.lock").read_text()
    assert "+cpu" in lock
    assert "nvidia" not in lock
    assert done.outside("grain") == {"home", "softened"}


async def test_a_model_of_torch_makes_a_picture_in_the_product(
    browser: Browser, photos: Photos, shots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with followed("A model of torch", "grain") as done:
        _conforms(done)
        with _studio(done.checkout, monkeypatch) as house:
            token = house.token()
            rest = Rest(house.url, token)
            project = (await rest.post("/projects", {"title": "Grain"}))["id"]
            character = (await rest.post(f"/projects/{project}/characters", {"name": "Ada"}))["id"]
            await rest.upload(f"/characters/{character}/references", photos.person_a[0])
            references = f"/characters/{character}/references"
            eventually(
                lambda: house.call("GET", references, token)[0]["state"] == "ready",
                what="the reference is checked",
            )
            variations = f"/characters/{character}/variations"
            await rest.post(variations, {"keys": ["expression/happy"], "seed": 7})
            eventually(
                lambda: house.call("GET", variations, token)[0]["state"] == "succeeded",
                what="the picture is made",
            )
            (made,) = house.call("GET", variations, token)
            assert (made["recipe"]["function"], made["preview"]) == ("grain", False)
            assert made["recipe"]["tier_used"] == "low"
            assert made["recipe"]["function_reason"] == "The best that is installed."
            with Image.open(io.BytesIO(_bytes(house, made["file"]["id"], token))) as picture:
                assert (picture.format, picture.size) == ("PNG", (768, 768))
            await _is_seen(browser, house, f"/p/{project}/c/{character}", shots)
            _breaks(done.checkout / "functions" / "grain")
            await rest.post(variations, {"keys": ["expression/sad"]})
            await _log_is_read(browser, house, f"/p/{project}/queue", shots)


def _breaks(folder: Path) -> None:
    """Make a new version of the function, which prints and fails."""
    handler, manifest = folder / "src" / "onmodel_grain" / "handler.py", folder / "function.toml"
    begins = "        picture = Image.open"
    fails = '        print("printed before")\n        raise RuntimeError("broken on purpose")\n'
    handler.write_text(handler.read_text().replace(begins, fails + begins))
    manifest.write_text(manifest.read_text().replace('"0.1.0"', '"0.2.0"'))


async def _log_is_read(browser: Browser, house: House, address: str, shots: Path) -> None:
    """A failure in the history shows all that the function printed."""
    context = await browser.new_context(base_url=house.url, reduced_motion="reduce")
    page = await context.new_page()
    await steps.enter(page, house.command("link")["url"])
    await page.goto(address)
    await page.get_by_text("History", exact=True).click()
    failed = (
        page.get_by_role("list", name="History")
        .get_by_role("listitem")
        .filter(has_text="The model stopped with an error.")
    )
    await failed.get_by_text("Log", exact=True).click()
    log = failed.get_by_label("Log of Ada, Sad")
    await expect(log).to_contain_text("printed before")
    await expect(failed).to_contain_text("RuntimeError: broken on purpose")
    await expect(failed.get_by_role("button", name="Copy the log")).to_be_visible()
    await page.screenshot(path=shots / "log.png")
    await context.close()


def _bytes(house: House, file_id: str, token: str) -> bytes:
    request = Request(
        f"{house.url}/api/v1/files/{file_id}/original", headers={"Authorization": f"Bearer {token}"}
    )
    with urlopen(request, timeout=60) as answer:
        return answer.read()


async def _is_seen(browser: Browser, house: House, address: str, shots: Path) -> None:
    context = await browser.new_context(base_url=house.url, reduced_motion="reduce")
    page = await context.new_page()
    await steps.enter(page, house.command("link")["url"])
    await page.goto(address)
    picture = page.get_by_role("link", name="Happy", exact=True).locator("img")
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", value=True)
    await page.screenshot(path=shots / "own-model.png")
    await context.close()
