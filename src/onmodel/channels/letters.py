"""What a message says: one notice as it stands, or many as one letter."""

from collections.abc import Sequence
from dataclasses import dataclass

from onmodel.inbox.models import Notice

MOST_IN_A_LETTER = 30
MOST_PUSH_BODY = 300  # a push service takes 4,096 bytes in all (RFC 8030, section 7.2)


@dataclass(frozen=True)
class Letter:
    """Title and words without markup; ``path`` is the page that it leads to."""

    title: str
    body: str
    path: str


TEST = Letter(
    "A test from OnModel",
    "This is where your notifications arrive.",
    "/settings#notifications",
)


def compose(notices: Sequence[Notice], url: str) -> Letter:
    """Write one letter about one or more notices, oldest first; ``url`` is the server's."""
    if len(notices) == 1:
        (one,) = notices
        return Letter(_line(one.title), _paragraphs(one.body, url + one.url), one.url)
    shown = [
        _paragraphs(f"• {_line(one.title)}", _line(one.body), url + one.url, between="\n")
        for one in notices[:MOST_IN_A_LETTER]
    ]
    if more := len(notices) - len(shown):
        shown.append(f"And {more} more: {url}/inbox")
    return Letter(f"{len(notices)} new things in OnModel", "\n\n".join(shown), "/inbox")


def for_a_browser(notices: Sequence[Notice], letter: Letter) -> dict[str, str]:
    """Return what the page's push worker shows: short, and without an address in the words."""
    if len(notices) == 1:
        body = notices[0].body
    elif notices:
        body = "\n".join(_line(one.title) for one in notices[:4])
    else:
        body = letter.body
    return {"title": letter.title, "body": body[:MOST_PUSH_BODY], "path": letter.path}


def _line(text: str) -> str:
    return " ".join(text.split())


def _paragraphs(*parts: str, between: str = "\n\n") -> str:
    return between.join(part for part in parts if part)
