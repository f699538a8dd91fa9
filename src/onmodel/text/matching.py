"""Which words two texts have in common, found within a bound.

difflib compares every word with every equal one, again for each piece that is left, so a short
text of nothing but dots and commas would take it seconds.
"""

import re
from collections import Counter
from collections.abc import Sequence
from difflib import Match, SequenceMatcher

# a word with the space after it: spaces by themselves are in every text and match everywhere
_WORD = re.compile(r"\s+|[\w'’-]+\s*|[^\w\s]+\s*")
# words and pairs of equal words that are looked at: less than a tenth of a second at the worst, and
# more than the longest text takes in which one word in ten was changed
MOST_STEPS = 400_000

# (what, from and to in the older one, from and to in the newer one); see difflib
Opcode = tuple[str, int, int, int, int]


def words(text: str) -> list[str]:
    """Split into words, each with what separates it from the next; joined they are ``text``."""
    return _WORD.findall(text)


def opcodes(old: Sequence[str], new: Sequence[str]) -> list[Opcode]:
    """Return what is equal, deleted, inserted and replaced, in order.

    Where looking for more in common would take more than ``MOST_STEPS``, the rest is replaced.
    """
    return list[Opcode](_Bounded(old, new).get_opcodes())


class _Bounded(SequenceMatcher[str]):
    """Stops to find anything in common when its steps are spent."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        super().__init__(None, old, new, autojunk=False)
        self._old, self._equal = old, Counter(new)
        self._steps_left = MOST_STEPS

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        if self._steps_left > 0:
            self._steps_left -= sum(1 + self._equal[word] for word in self._old[alo:ahi])
        if self._steps_left <= 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)
