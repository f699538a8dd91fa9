"""Two texts compared word by word."""

import re
from collections import Counter
from difflib import SequenceMatcher
from typing import Literal

from pydantic import BaseModel

Kind = Literal["same", "removed", "added"]

# a word with the space after it: spaces by themselves are in every text and match everywhere
_WORD = re.compile(r"\s+|[\w'’-]+\s*|[^\w\s]+\s*")
# pairs of equal words that one pass looks at; beyond it frequent words are left out
_MOST_PAIRS = 200_000


class Span(BaseModel):
    """A piece of text; ``removed`` stood only in the older one, ``added`` stands in the newer."""

    kind: Kind
    text: str


def compare(before: str, after: str) -> list[Span]:
    """Return the pieces, in reading order, from which both texts can be put together again."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    counted = Counter(old)
    pairs = sum(counted[word] for word in new)
    matcher = SequenceMatcher(None, old, new, autojunk=pairs > _MOST_PAIRS)
    spans: list[Span] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            spans.append(Span(kind="same", text="".join(old[a:b])))
            continue
        if a < b:
            spans.append(Span(kind="removed", text="".join(old[a:b])))
        if c < d:
            spans.append(Span(kind="added", text="".join(new[c:d])))
    return spans
