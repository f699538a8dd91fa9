"""What two texts have in common is looked for within a bound, however dull they are."""

import random
from difflib import Match, SequenceMatcher
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.text import operations as ot
from onmodel.text.difference import difference
from onmodel.text.matching import MOST_STEPS, words
from onmodel.versions.wording import compare


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count each word and each pair of equal words that difflib looks at."""
    counted: list[int] = []
    plain = SequenceMatcher.find_longest_match

    def count(self: SequenceMatcher[str], alo: int, ahi: int, blo: int, bhi: int) -> Match:
        seen: Any = self  # what difflib says of it in its documentation, and typeshed does not
        counted.append(sum(1 + len(seen.b2j.get(word, ())) for word in seen.a[alo:ahi]))
        return plain(self, alo, ahi, blo, bhi)

    monkeypatch.setattr(SequenceMatcher, "find_longest_match", count)
    return counted


DULL = random.Random(4)
TEXTS = [
    ("".join(DULL.choices(["a ", "b "], k=4_990)), "".join(DULL.choices(["a ", "b "], k=4_990))),
    ("".join(DULL.choices(".,", k=3_990)), "".join(DULL.choices(".,", k=3_990))),
    ("".join(DULL.choices(". ,", k=9_990)), "".join(DULL.choices(". ,", k=9_990))),
    # few pairs in each pass, and many passes
    (" ".join(map(str, range(1_900))), " ".join(f"{n} x" for n in range(0, 1_900, 2))),
]


@pytest.mark.parametrize(("before", "after"), TEXTS)
def test_no_two_texts_take_more_than_the_bound(steps: list[int], before: str, after: str) -> None:
    before, after = f"x{before}y", f"z{after}w"
    assert ot.apply(before, difference(before, after)) == after
    assert sum(steps) <= MOST_STEPS
    steps.clear()
    spans = compare(before, after)
    assert "".join(span.text for span in spans if span.kind != "added") == before
    assert sum(steps) <= MOST_STEPS


def test_a_long_text_of_words_stays_well_within_it(steps: list[int]) -> None:
    some = random.Random(5)
    written = some.choices([f"word{n}" for n in range(300)] + ["the", "of", "and"] * 30, k=1_800)
    changed = [word if some.random() > 0.05 else "other" for word in written]
    before, after = " ".join(["A", *written]), " ".join(["B", *changed, "end"])
    kept = sum(len(span.text) for span in compare(before, after) if span.kind == "same")
    assert kept > 0.85 * len(before)


@given(st.text(max_size=60))
def test_words_are_the_text(text: str) -> None:
    assert "".join(words(text)) == text
