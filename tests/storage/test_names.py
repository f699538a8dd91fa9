"""Names of uploads, made fit for showing."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onmodel.storage.names import MAX_CHARACTERS, clean_name


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("Ada.png", "Ada.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\Käthe 01.JPG", "Käthe 01.JPG"),
        ("/", "picture"),
        ("..", "picture"),
        ("", "picture"),
        ("   \t\n ", "picture"),
        ("a\x00b\x1bc\nd.png", "a b c d.png"),
        ("cod\u202egnp.exe", "codgnp.exe"),
        ("Ka\u0308the.png", "Käthe.png"),
        ("🧙🏽‍♀️ witch.png", "🧙🏽‍♀️ witch.png"),
        ("猫の絵.webp", "猫の絵.webp"),
        ("\u200b\u200d\u200b", "picture"),
        ("bad\ud800.png", "bad.png"),
        (".hidden.png", "hidden.png"),
    ],
)
def test_a_name_is_made_fit_for_showing(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_a_long_name_keeps_its_beginning_and_its_extension() -> None:
    clean = clean_name("x" * 300 + ".jpeg")

    assert len(clean) == MAX_CHARACTERS
    assert clean.startswith("xxx")
    assert clean.endswith("….jpeg")


def test_a_long_name_without_an_extension_is_cut() -> None:
    assert len(clean_name("word " * 60 + "." + "y" * 200)) <= MAX_CHARACTERS


@given(st.text(max_size=400))
def test_no_name_gets_through_unclean(name: str) -> None:
    clean = clean_name(name)

    assert 0 < len(clean) <= MAX_CHARACTERS
    assert not set("/\\\n\r\0") & set(clean)
    assert all(unicodedata.bidirectional(c) not in {"RLO", "LRO", "RLE", "LRE"} for c in clean)
    assert clean_name(clean) == clean
