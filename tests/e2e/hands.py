"""Going through a page by keys alone."""

import re

from playwright.async_api import Page

MOST_PRESSES = 200
# the focus stands still, whatever is pressed
STUCK = 6
# of what has the focus: what it is called; '' for the page itself
NAME = r"""async () => {
    // a key may move the focus after the page was drawn anew
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const here = document.activeElement;
    if (!here || here === document.body) return '';
    return (here.getAttribute('aria-label') ?? here.labels?.[0]?.textContent ?? here.textContent)
        .replace(/\s+/g, ' ').trim();
}"""
# what has the focus has a line around it: itself, or what stands for it
IS_SEEN = """() => {
    const here = document.activeElement;
    const lined = (one) => one && getComputedStyle(one).outlineStyle !== 'none';
    return lined(here) || lined(here.closest('label')) || lined(here.labels?.[0]);
}"""


async def step_to(page: Page, key: str, name: re.Pattern[str]) -> None:
    """Press a key until what has the focus has this name."""
    seen: list[str] = []
    for _ in range(MOST_PRESSES):
        await page.keyboard.press(key)
        seen.append(await page.evaluate(NAME))
        if name.search(seen[-1]):
            return
        if seen[-STUCK:] == [seen[-1]] * STUCK:
            break
    raise AssertionError(f"{name.pattern} is not reached by {key}: {seen}")


async def tab_to(page: Page, name: re.Pattern[str], *, back: bool = False) -> None:
    """Walk with Tab, as who sees no pointer does, and see that the focus is never invisible."""
    await step_to(page, "Shift+Tab" if back else "Tab", name)
    assert await page.evaluate(IS_SEEN), f"nobody sees that {name.pattern} has the focus"
