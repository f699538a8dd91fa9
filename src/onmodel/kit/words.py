"""Words that people write: what may stand in them, and how they are cut."""

import unicodedata

LINE_CHARACTERS = 80
# embeddings, overrides and isolates, which turn the words of others around (UAX #9)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain(text: str) -> str:
    """Return the text; raises ValueError for what a person cannot see or a database cannot keep.

    A letter that Python does not know yet (category ``Cn``) is most likely this year's emoji.
    """
    for letter in text:
        hidden = unicodedata.category(letter) in {"Cc", "Cs"} and letter not in "\n\t"
        if hidden or letter in _TURNING:
            raise ValueError("This holds a character that cannot be shown.")
    return text


def is_plain(text: str) -> bool:
    """Say whether ``plain`` takes a text."""
    try:
        plain(text)
    except ValueError:
        return False
    return True


def first_line(text: str) -> str:
    """Return a text's first line, cut where it is longer than a line of the history."""
    line = text.partition("\n")[0]
    return line if len(line) <= LINE_CHARACTERS else f"{line[: LINE_CHARACTERS - 1]}…"
