"""Two texts compared word by word."""

from typing import Literal

from pydantic import BaseModel

from onmodel.text.matching import opcodes, words

Kind = Literal["same", "removed", "added"]


class Span(BaseModel):
    """A piece of text; ``removed`` stood only in the older one, ``added`` stands in the newer."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Span]:
    """Return the pieces, in reading order, from which both texts can be put together again."""
    old, new = words(before), words(after)
    spans: list[Span] = []
    for kind, a, b, c, d in opcodes(old, new):
        if kind == "equal":
            spans.append(Span(kind="same", text="".join(old[a:b])))
            continue
        if a < b:
            spans.append(Span(kind="removed", text="".join(old[a:b])))
        if c < d:
            spans.append(Span(kind="added", text="".join(new[c:d])))
    return spans
