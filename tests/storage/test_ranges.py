"""Range, If-Range and If-None-Match as RFC 9110 has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.storage.errors import RangeNotSatisfiableError
from onmodel.storage.ranges import none_match, parse_range, range_applies


@pytest.mark.parametrize(
    ("header", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=10-", 10, 100),
        ("bytes=90-500", 90, 100),
        ("bytes=-1", 99, 100),
        ("bytes=-500", 0, 100),
        ("Bytes = 5-6", 5, 7),
    ],
)
def test_a_single_range_is_read(header: str, start: int, end: int) -> None:
    part = parse_range(header, 100)

    assert part is not None
    assert (part.start, part.end, part.length) == (start, end, end - start)
    assert part.content_range == f"bytes {start}-{end - 1}/100"


@pytest.mark.parametrize(
    "header",
    [None, "", "bytes=", "bytes=-", "bytes=5-2", "bytes=a-b", "items=0-1", "bytes=0-1,5-6",
     "bytes=٠-٣", "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
def test_anything_else_gets_the_whole_file(header: str | None) -> None:
    assert parse_range(header, 100) is None


@pytest.mark.parametrize(
    ("header", "size"), [("bytes=100-", 100), ("bytes=-0", 100), ("bytes=-5", 0), ("bytes=0-", 0)]
)
def test_a_range_behind_the_end_is_refused(header: str, size: int) -> None:
    with pytest.raises(RangeNotSatisfiableError) as caught:
        parse_range(header, size)

    assert (caught.value.status, caught.value.code) == (416, "range_not_satisfiable")
    assert caught.value.headers == {"Content-Range": f"bytes */{size}"}


@given(st.text(max_size=40), st.integers(0, 10_000))
def test_no_header_makes_a_range_outside_the_file(text: str, size: int) -> None:
    try:
        part = parse_range(f"bytes={text}", size)
    except RangeNotSatisfiableError:
        return
    assert part is None or 0 <= part.start < part.end <= size


def test_an_unchanged_file_is_not_sent_again() -> None:
    assert none_match(None, '"a"')
    assert none_match('"b"', '"a"')
    assert not none_match('"b", W/"a"', '"a"')
    assert not none_match("*", '"a"')


def test_a_part_is_only_for_the_same_file() -> None:
    assert range_applies(None, '"a"')
    assert range_applies('"a"', '"a"')
    assert not range_applies('"b"', '"a"')
    assert not range_applies('W/"a"', '"a"')
