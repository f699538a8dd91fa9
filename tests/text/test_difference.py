"""What was changed between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from onmodel.text import operations as ot
from onmodel.text.difference import difference


@given(st.text(max_size=40), st.text(max_size=40))
def test_it_makes_one_of_the_other_and_back(before: str, after: str) -> None:
    made = ot.check(difference(before, after))
    assert ot.apply(before, made) == after
    assert ot.apply(after, ot.invert(made)) == before


def test_what_lies_between_two_changed_words_is_left_alone() -> None:
    made = difference("A tall smuggler with green eyes.", "A short smuggler with brown eyes.")
    theirs = difference(
        "A tall smuggler with green eyes.", "A tall retired smuggler with green eyes."
    )
    both = ot.apply(
        "A tall smuggler with green eyes.", ot.compose(made, ot.transform(theirs, made, "right"))
    )
    assert both == "A short retired smuggler with brown eyes."


def test_a_long_text_is_one_change_or_one_word() -> None:
    before, after = "ab" * 5_000, "cd" * 5_000
    assert difference(before, after) == [{"d": before}, after]
    assert difference("x" + before, "x" + before + "y") == [10_001, "y"]
