"""Checklists inside a note: lines as in GitHub's task lists (``- [ ]``, ``- [x]``)."""

import re

_ITEM = re.compile(r"^(\s*[-*] \[)([ xX])(\] )", re.MULTILINE)


def tick(text: str, number: int, *, done: bool) -> str | None:
    """Return the text with a line of its list (from 0) ticked or not; None without such a line."""
    items = list(_ITEM.finditer(text))
    if not 0 <= number < len(items):
        return None
    start, end = items[number].span(2)
    return text[:start] + ("x" if done else " ") + text[end:]
