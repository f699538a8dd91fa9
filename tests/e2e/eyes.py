"""What a page looks like and what it says, to people who see it and to people who hear it."""

from pathlib import Path
from typing import Any

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page
from playwright.async_api import TimeoutError as TooLateError

_LISTEN = """() => {
    const place = document.querySelector('#announcer');
    window.heard = [];
    new MutationObserver(() => {
        const said = place.textContent.trim();
        if (said) window.heard.push(said);
    }).observe(place, { childList: true, characterData: true, subtree: true });
}"""


async def look(page: Page, shot: Path) -> None:
    """Take a picture of the page and let axe judge it."""
    await page.screenshot(path=shot)
    found: dict[str, Any] = (await Axe().run(page)).response
    faults = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found["violations"]]
    assert faults == [], f"{shot.name}: {faults}"


async def listen(page: Page) -> None:
    """Remember from now on what a screen reader is told of changes."""
    await page.evaluate(_LISTEN)


async def heard(page: Page, sentence: str) -> None:
    """Wait until a screen reader was told this, whatever it was told since then."""
    try:
        await page.wait_for_function(
            "(sentence) => window.heard.some((said) => said.includes(sentence))", arg=sentence
        )
    except TooLateError as error:
        raise AssertionError(f"{sentence!r} is not among {await _all_heard(page)}") from error


async def _all_heard(page: Page) -> list[str]:
    said: list[str] = await page.evaluate("() => window.heard")
    return said
