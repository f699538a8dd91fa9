"""What an artist can act on: hair and costume colours beside those of the references."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from onmodel.identity.attributes import AttributeVerdict, Swatch, hair, palette
from onmodel.identity.colour import Lab
from onmodel.projects.schemas import FileRef
from onmodel.review.schemas import Attribute

Measurement = Mapping[str, Any]


@dataclass(frozen=True)
class Colours:
    """The hair and the costume that a character's references show."""

    hair: Sequence[Lab]
    palettes: Sequence[Sequence[Swatch]]


def of_references(measurements: Iterable[Measurement]) -> Colours:
    """Return the colours of references, from what was measured in each."""
    pictures = list(measurements)
    return Colours(
        hair=[lab for picture in pictures if (lab := _hair(picture)) is not None],
        palettes=[found for picture in pictures if (found := _palette(picture))],
    )


def compare(
    wanted: Colours, seen: Measurement, *, face: FileRef | None, figure: FileRef | None
) -> list[Attribute]:
    """Return the verdicts on one picture; what cannot be compared is left out.

    Args:
        wanted: of the references.
        seen: what was measured in the picture.
        face: the crop in which the hair was looked at.
        figure: the picture in which the costume was looked at.
    """
    found = [
        (hair(wanted.hair, _hair(seen)), face or figure),
        (palette(wanted.palettes, _palette(seen)), figure),
    ]
    return [_read(verdict, crop) for verdict, crop in found if verdict is not None]


def _read(verdict: AttributeVerdict, crop: FileRef | None) -> Attribute:
    return Attribute(
        name=verdict.name,
        holds=verdict.holds,
        delta_e=round(verdict.delta_e, 2),
        wanted=verdict.wanted,
        seen=verdict.seen,
        crop=crop,
        text=verdict.text,
    )


def _hair(picture: Measurement) -> Lab | None:
    found = picture.get("hair")
    return _lab(found["lab"]) if found else None


def _palette(picture: Measurement) -> list[Swatch]:
    return [
        Swatch(lab=_lab(one["lab"]), share=float(one["share"]))
        for one in picture.get("palette") or []
    ]


def _lab(values: Sequence[float]) -> Lab:
    lightness, a, b = values
    return float(lightness), float(a), float(b)
