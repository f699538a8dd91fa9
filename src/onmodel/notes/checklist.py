"""Checklists inside a note: lines as in GitHub's task lists (``- [ ]``, ``- [x]``)."""

import re

_ITEM = re.compile(r"^(\s*[-*] \[)([ xX])\] (.*)$", re.MULTILINE)


def tick(text: str, number: int, *, done: bool, line: str | None = None) -> str | None:
    """Return the text with a line of its list ticked or not; None without such a line.

    Args:
        text: the note's words.
        number: which line, counted from 0 among those of the list.
        done: ticked, or open again.
        line: what has to stand behind the box; of several such lines it is the one nearest to
            ``number``, because somebody may have put others before it.
    """
    items = dict(enumerate(_ITEM.finditer(text)))
    if line is not None:
        alike = [at for at, item in items.items() if item[3].strip() == line.strip()]
        number = min(alike, key=lambda at: abs(at - number), default=-1)
    if number not in items:
        return None
    start, end = items[number].span(2)
    return text[:start] + ("x" if done else " ") + text[end:]
