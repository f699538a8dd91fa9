"""Colours of hair and costume, from what was measured to what is said."""

from typing import Any

from onmodel.identity.colour import lab_of
from onmodel.review import appearance


def _seen(hair: str | None, *coat: tuple[str, float]) -> dict[str, Any]:
    return {
        "hair": {"hex": hair, "lab": list(lab_of(hair))} if hair else None,
        "palette": [
            {"hex": colour, "lab": list(lab_of(colour)), "share": share} for colour, share in coat
        ],
    }


def _compare(wanted: list[dict[str, Any]], seen: dict[str, Any]) -> dict[str, bool]:
    colours = appearance.of_references(wanted)
    found = appearance.compare(colours, seen, face=None, figure=None)
    return {one.name: one.holds for one in found}


def test_the_same_colours_hold_and_others_do_not() -> None:
    mara = _seen("#3b2a1a", ("#a03030", 0.6), ("#203040", 0.3))
    assert _compare([mara], mara) == {"hair": True, "palette": True}
    assert _compare([mara], _seen("#e8d8a0", ("#a03030", 0.6), ("#203040", 0.3))) == {
        "hair": False,
        "palette": True,
    }
    assert _compare([mara], _seen("#3b2a1a", ("#30a050", 0.6), ("#203040", 0.3))) == {
        "hair": True,
        "palette": False,
    }


def test_what_was_not_seen_is_not_judged() -> None:
    mara = _seen("#3b2a1a", ("#a03030", 0.6))
    assert _compare([mara], {}) == {}
    assert _compare([{}], mara) == {}
    assert _compare([], mara) == {}
    assert _compare([_seen(None, ("#a03030", 0.6))], mara) == {"palette": True}
