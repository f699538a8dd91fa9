"""Cursors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.kit.paging import BadCursorError, decode_cursor, encode_cursor


@given(st.lists(st.one_of(st.text(), st.integers(), st.none()), min_size=1, max_size=3))
def test_a_cursor_brings_back_what_was_packed(values: list[object]) -> None:
    assert decode_cursor(encode_cursor(values), length=len(values)) == values


@pytest.mark.parametrize("cursor", ["", "!!", "e30", "W10", "/////"])
def test_anything_else_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(cursor, length=2)
