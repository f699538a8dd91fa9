"""A whole OnModel and real Chromium windows that look at it."""

import os
import re
import shutil
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from bench.support.house import House, shared_caches

# What Chromium needs on a server without a screen, and what keeps it from calling home.
CHROMIUM = os.environ.get("ONMODEL_CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-color-profile=srgb",
]
# Every wait of a test ends when what it waits for is there; this ends a test that hangs.
PATIENCE_MS = 120_000
expect.set_options(timeout=PATIENCE_MS)  # five seconds otherwise, whatever a window is told
# Messages that are no fault of ours: Chromium reports every refused request as an error, and every
# one without a network; the tests of bad input and of tunnels provoke some.
EXPECTED = re.compile(
    r"Failed to load resource: the server responded with a status of 4\d\d"
    r"|net::ERR_INTERNET_DISCONNECTED"
)


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The running product, shared by all browser tests; each test makes its own project."""
    # webhooks of the tests listen on this machine, which notifications do not reach otherwise
    os.environ["ONMODEL_NOTIFY_PRIVATE_NETWORKS"] = "127.0.0.0/8"
    with House(keep_caches=shared_caches()) as running:
        yield running


@pytest.fixture
def reading_house(tmp_path: Path) -> Iterator[House]:
    """A house of its own, whose generator reads all that a version has for it.

    Among ours it would never be chosen: the puppet makes the same in the same quality.
    """
    root = Path(__file__).parents[2]
    functions = tmp_path / "functions"
    functions.mkdir()
    for name in ("sdk", "vision", "functions/identity-measure", "functions/identity-profile"):
        (tmp_path / name).symlink_to(root / name)
    shutil.copytree(root / "tests" / "support" / "scribe", functions / "scribe")
    with House(keep_caches=shared_caches(), functions=functions) as running:
        yield running


@pytest.fixture(scope="session")
def token(house: House) -> str:
    """An API token of the first administrator."""
    return house.token()


@dataclass(frozen=True)
class Demo:
    """The demo film, filled by the real command, with Mara's sheet. Tests only add to it."""

    project: str
    mara: str


@pytest.fixture(scope="session")
def demo(house: House, token: str) -> Demo:
    project = house.command("demo")["id"]
    (mara,) = house.call("GET", f"/projects/{project}/characters?q=mara", token)["items"]
    return Demo(project, mara["id"])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE_MS
        )
        yield chromium
        await chromium.close()


class Windows:
    """Opens browser windows for different people and remembers what went wrong in them."""

    def __init__(self, browser: Browser, house: House, shots: Path) -> None:
        self._browser = browser
        self._house = house
        self._shots = shots
        self._opened = 0
        self.complaints: list[str] = []

    @asynccontextmanager
    async def open(
        self,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "dark",
        motion: bool = False,
        house: House | None = None,
    ) -> AsyncGenerator[Page]:
        """Open a window of its own (own cookies) on the house, or on another one.

        Without ``motion`` the system asks for less of it, as people do whom it makes ill.
        """
        context = await self._browser.new_context(
            base_url=(house or self._house).url,
            viewport={"width": width, "height": height},
            color_scheme="light" if scheme == "light" else "dark",
            reduced_motion="no-preference" if motion else "reduce",
            accept_downloads=True,
        )
        context.set_default_timeout(PATIENCE_MS)
        # The page is dark unless a person chose otherwise, whatever the system says.
        await context.add_init_script(f"localStorage.setItem('onmodel.theme', '{scheme}')")
        page = await self._watched(context)
        try:
            yield page
        except BaseException:
            self._opened += 1
            await page.screenshot(path=self._shots / f"failed-{self._opened}.png")
            raise
        finally:
            await context.close()

    async def _watched(self, context: BrowserContext) -> Page:
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"exception: {error}"))
        page.on(
            "console",
            lambda message: (
                self.complaints.append(f"console: {message.text} ({message.location})")
                if message.type == "error" and not EXPECTED.search(message.text)
                else None
            ),
        )
        return page


@pytest.fixture
def windows(browser: Browser, house: House, shots: Path) -> Iterator[Windows]:
    """Windows on the house; a test fails when a page threw or logged an error."""
    opened = Windows(browser, house, shots)
    yield opened
    assert opened.complaints == []


@pytest.fixture(scope="session")
def shots() -> Path:
    """Where screenshots go."""
    folder = Path(os.environ.get("ONMODEL_SHOTS", "/tmp/onmodel-shots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
