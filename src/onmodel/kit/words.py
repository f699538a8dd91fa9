"""Words cut to fit."""

LINE_CHARACTERS = 80


def first_line(text: str) -> str:
    """Return a text's first line, cut where it is longer than a line of the history."""
    line = text.partition("\n")[0]
    return line if len(line) <= LINE_CHARACTERS else f"{line[: LINE_CHARACTERS - 1]}…"
