"""Two texts compared word by word."""

from hypothesis import given
from hypothesis import strategies as st

from onmodel.versions.wording import compare


def test_words_are_compared_and_not_letters() -> None:
    spans = compare("A quiet smuggler from Genoa.", "A loud smuggler from old Genoa.")
    assert [(span.kind, span.text) for span in spans] == [
        ("same", "A "),
        ("removed", "quiet "),
        ("added", "loud "),
        ("same", "smuggler from "),
        ("added", "old "),
        ("same", "Genoa."),
    ]


@given(st.text(max_size=200), st.text(max_size=200))
def test_both_texts_can_be_put_together_again(before: str, after: str) -> None:
    spans = compare(before, after)
    assert "".join(span.text for span in spans if span.kind != "added") == before
    assert "".join(span.text for span in spans if span.kind != "removed") == after
    assert all(span.text for span in spans)


def test_the_longest_and_dullest_texts_are_compared_too() -> None:
    spans = compare("a b " * 2500, "b a a " * 1666)
    assert "".join(span.text for span in spans if span.kind != "added") == "a b " * 2500
