"""What a person does in the browser, one verb each; every step waits for what it should cause."""

import base64
import mimetypes
import re
from pathlib import Path

from playwright.async_api import Locator, Page, expect

PASSWORD = "a lighthouse in fog"
# Training and a whole sheet on two busy cores.
LONG_MS = 600_000
# what was moved or marked just now is in place, and every picture that is in sight is there
STANDS_STILL = """async () => {
    await document.fonts.ready;
    const inSight = (image) => {
        const box = image.getBoundingClientRect();
        return box.height > 0 && box.bottom > 0 && box.top < innerHeight;
    };
    await Promise.all([...document.images].filter(inSight).map((i) => i.decode().catch(() => {})));
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""


async def come_in(page: Page, link: str, *, name: str, password: str = PASSWORD) -> None:
    """Open a one-time link and choose a name and a password."""
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Start").click()
    await expect(page.get_by_role("button", name="Your account")).to_be_visible()


async def enter(page: Page, link: str) -> None:
    """Open a one-time link and be signed in, without filling in anything."""
    await page.goto(link)
    welcome = page.get_by_role("heading", name="Welcome")
    account = page.get_by_role("button", name="Your account")
    await expect(welcome.or_(account).first).to_be_visible()


async def sign_in(page: Page, username: str, *, password: str = PASSWORD) -> None:
    await page.goto("/sign-in")
    await page.get_by_label("User name").fill(username)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("button", name="Your account")).to_be_visible()


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Your account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def make_project(page: Page, title: str) -> str:
    """Make a project from the first page; return its id."""
    await page.goto("/")
    await page.get_by_role("button", name="New project").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Title").fill(title)
    await dialog.get_by_role("button", name="Make project").click()
    await page.wait_for_url(re.compile(r"/p/[^/]+/gallery"))
    return page.url.split("/p/")[1].split("/")[0]


async def invite(page: Page, *, name: str, username: str) -> str:
    """Invite somebody to the server; return the link to send."""
    await page.goto("/admin/people")
    await page.get_by_role("button", name="Invite somebody").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Name", exact=True).fill(name)
    await dialog.get_by_label("User name").fill(username)
    await dialog.get_by_role("button", name="Make link").click()
    link = await dialog.get_by_label("One-time link").input_value()
    await dialog.get_by_role("button", name="Done").click()
    return link


async def add_to_project(page: Page, project: str, *, name: str) -> None:
    """Give somebody the role of an editor."""
    await page.goto(f"/p/{project}/people")
    form = page.locator("form").filter(has=page.get_by_role("button", name="Add")).first
    options = form.get_by_role("combobox").first
    await options.select_option(label=await _option_with(options, name))
    await form.get_by_role("button", name="Add").click()
    await expect(page.get_by_role("listitem").filter(has_text=name).first).to_be_visible()


async def bring_in(host: Page, guest: Page, project: str, *, name: str, username: str) -> None:
    """Invite somebody, make them an editor of the project, and let them come in."""
    link = await invite(host, name=name, username=username)
    await add_to_project(host, project, name=name)
    await come_in(guest, link, name=name)


async def make_character(page: Page, project: str, *, name: str, pictures: list[Path]) -> str:
    """Make a character with its first pictures dropped on the page; return its id."""
    await page.goto(f"/p/{project}/assets")
    await page.get_by_label("Name", exact=True).fill(name)
    await drop(page, pictures)
    await page.get_by_role("button", name=re.compile("^Make character")).click()
    await page.wait_for_url(re.compile(r"character="))
    return page.url.split("character=")[1]


async def drop(page: Page, files: list[Path]) -> None:
    """Drop files on the middle of the page, as the browser would on a real drag from a folder."""
    await _hand_over(page, files, "dragenter", "dragover", "drop")


async def paste(page: Page, files: list[Path]) -> None:
    """Paste files that were copied in another program."""
    await _hand_over(page, files, "paste")


async def _hand_over(page: Page, files: list[Path], *events: str) -> None:
    payload = [
        {
            "name": path.name,
            "type": mimetypes.guess_type(path.name)[0] or "application/octet-stream",
            "base64": base64.b64encode(path.read_bytes()).decode(),
        }
        for path in files
    ]
    await page.evaluate(
        """async ([files, events]) => {
            const transfer = new DataTransfer();
            for (const file of files) {
                const bytes = Uint8Array.from(atob(file.base64), (c) => c.charCodeAt(0));
                transfer.items.add(new File([bytes], file.name, { type: file.type }));
            }
            const target = document.querySelector('main');
            const how = { bubbles: true, cancelable: true };
            for (const name of events) {
                target.dispatchEvent(name === 'paste'
                    ? new ClipboardEvent(name, { ...how, clipboardData: transfer })
                    : new DragEvent(name, { ...how, dataTransfer: transfer }));
            }
        }""",
        [payload, list(events)],
    )


def tile(page: Page, picture: Path) -> Locator:
    """The reference tile of an uploaded picture."""
    button = page.get_by_role("button", name=f"Look at {picture.name}", exact=True)
    return page.get_by_role("listitem").filter(has=button)


async def checked(page: Page, pictures: list[Path], verdict: str) -> None:
    """Wait until each picture has been looked at and got this verdict."""
    for picture in pictures:
        await expect(tile(page, picture)).to_contain_text(verdict, timeout=LONG_MS)


async def open_viewer(page: Page, label: str) -> Locator:
    """Look at one variation of the sheet."""
    await page.get_by_role("link", name=re.compile(f"^{label}")).first.click()
    viewer = page.get_by_role("dialog")
    await expect(viewer.get_by_role("heading", name=label)).to_be_visible()
    return viewer


async def _option_with(select: Locator, text: str) -> str:
    option = select.locator("option").filter(has_text=text)
    return (await option.first.text_content() or "").strip()


async def stand_still(page: Page) -> None:
    """Wait until the page shows what it will; what is far down is not loaded, nor waited for."""
    await page.evaluate(STANDS_STILL)
