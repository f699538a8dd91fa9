"""Whether hair and costume keep their colours, in sentences that an artist can act on.

Lightness counts half (kL = 2): a shot may be darker than the references without its hair being
another colour. What the references differ by among themselves is forgiven, too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from onmodel.identity.assignment import solve
from onmodel.identity.colour import Lab, delta_e, hex_of, middle_of

Name = Literal["hair", "palette"]

LIGHTNESS = 2.0
HOLDS_WITHIN = 8.0
FORGIVE = 1.25
"""A picture may be farther from the references than they are from each other, by this factor."""

SMALL_SHARE = 0.05
ABSENT = 40.0
"""Difference at which a colour counts as absent rather than as changed."""

NOTICED = 3.0
GREY = 8.0


@dataclass(frozen=True)
class Swatch:
    """One colour of a costume: CIELAB and its share of the figure, 0 to 1."""

    lab: Lab
    share: float

    @property
    def hex(self) -> str:
        return hex_of(self.lab)


@dataclass(frozen=True)
class AttributeVerdict:
    """What to tell about one attribute.

    Attributes:
        name: ``hair`` or ``palette``.
        holds: whether it is as in the references.
        delta_e: how far away it is (CIEDE2000, lightness counted half).
        within: up to where it holds.
        wanted: colours of the references as sRGB hex, the largest share first.
        seen: colours of the picture in the same order.
        text: the verdict as a sentence.
    """

    name: Name
    holds: bool
    delta_e: float
    within: float
    wanted: list[str]
    seen: list[str]
    text: str


def hair(references: Sequence[Lab], seen: Lab | None) -> AttributeVerdict | None:
    """Compare hair colour with that of the references.

    Args:
        references: CIELAB of the hair in each reference that shows it.
        seen: CIELAB in the picture; None where there is no hair to be seen.

    Returns:
        None when there is nothing to compare.
    """
    if not references or seen is None:
        return None
    wanted = middle_of(references)
    apart = delta_e(wanted, seen, lightness=LIGHTNESS)
    within = _within([delta_e(wanted, one, lightness=LIGHTNESS) for one in references])
    holds = apart <= within
    if holds:
        text = f"The hair keeps its colour (difference {apart:.0f})."
    else:
        text = (
            f"The hair is {describe(wanted, seen)} than in the references (difference "
            f"{apart:.0f}, {within:.0f} is usual): aim for {hex_of(wanted)}, not {hex_of(seen)}."
        )
    return AttributeVerdict("hair", holds, apart, within, [hex_of(wanted)], [hex_of(seen)], text)


def palette(
    references: Sequence[Sequence[Swatch]], seen: Sequence[Swatch]
) -> AttributeVerdict | None:
    """Compare the costume's colours with those of the references.

    Each colour of the references is paired with one of the picture so that the whole is nearest.

    Args:
        references: the palette of each reference, any number of swatches.
        seen: the palette of the picture.

    Returns:
        None when there is nothing to compare.
    """
    known = [_large(one) for one in references if _large(one)]
    here = _large(seen)
    if not known or not here:
        return None
    wanted = min(known, key=lambda one: sum(_difference(one, other)[0] for other in known))
    apart, pairs = _difference(wanted, here)
    within = _within([_difference(wanted, one)[0] for one in known])
    holds = apart <= within
    text = f"The costume keeps its colours (difference {apart:.0f})."
    if not holds:
        text = _costume(pairs, apart, within)
    return AttributeVerdict(
        "palette",
        holds,
        apart,
        within,
        [one.hex for one, _ in pairs],
        [other.hex for _, other in pairs if other is not None],
        text,
    )


def describe(wanted: Lab, seen: Lab) -> str:
    """Say in words how ``seen`` differs: "darker and redder"."""
    words: list[tuple[float, str]] = []
    lighter = (seen[0] - wanted[0]) / LIGHTNESS
    words.append((abs(lighter), "lighter" if lighter > 0 else "darker"))
    chroma_wanted, chroma_seen = math.hypot(*wanted[1:]), math.hypot(*seen[1:])
    stronger = chroma_seen - chroma_wanted
    words.append((abs(stronger), "more colourful" if stronger > 0 else "greyer"))
    if min(chroma_wanted, chroma_seen) > GREY:
        redder, yellower = seen[1] - wanted[1], seen[2] - wanted[2]
        turned = wanted[1] * seen[2] - wanted[2] * seen[1]
        # only the part across the chroma is hue
        size = abs(turned) / max(chroma_wanted, chroma_seen)
        if abs(redder) > abs(yellower):
            words.append((size, "redder" if redder > 0 else "greener"))
        else:
            words.append((size, "yellower" if yellower > 0 else "bluer"))
    largest = max(size for size, _ in words)
    said = [
        word
        for size, word in sorted(words, key=lambda one: -one[0])
        if size >= NOTICED and size >= largest / 2
    ]
    return " and ".join(said[:2]) or "slightly different"


def _costume(pairs: list[tuple[Swatch, Swatch | None]], apart: float, within: float) -> str:
    worst, instead = max(pairs, key=lambda pair: pair[0].share * _apart(*pair))
    share = f"{round(100 * worst.share)} % of the figure"
    tail = f"(difference {apart:.0f}, {within:.0f} is usual)"
    if instead is None or _apart(worst, instead) >= ABSENT:
        return f"The costume has lost {worst.hex}, which is {share} in the references {tail}."
    if _apart(worst, instead) < NOTICED:
        return (
            f"The costume has its colours in other amounts: {worst.hex} is {share} in the "
            f"references and {round(100 * instead.share)} % here {tail}."
        )
    return (
        f"The costume's {worst.hex} ({share} in the references) is "
        f"{describe(worst.lab, instead.lab)} here {tail}: aim for {worst.hex}, not {instead.hex}."
    )


def _difference(
    wanted: Sequence[Swatch], seen: Sequence[Swatch]
) -> tuple[float, list[tuple[Swatch, Swatch | None]]]:
    """Return the share-weighted difference of two palettes and which colour went where."""
    columns = len(seen) + len(wanted)
    cost = np.full((len(wanted), columns), ABSENT)
    for row, one in enumerate(wanted):
        for column, other in enumerate(seen):
            cost[row, column] = _apart(one, other)
        cost[row] *= one.share
    chosen = solve(cost)
    pairs = [
        (one, seen[column] if column < len(seen) else None)
        for one, column in zip(wanted, chosen, strict=True)
    ]
    pairs.sort(key=lambda pair: -pair[0].share)
    whole = sum(one.share for one in wanted)
    return sum(one.share * _apart(one, other) for one, other in pairs) / whole, pairs


def _apart(one: Swatch, other: Swatch | None) -> float:
    if other is None:
        return ABSENT
    apart = delta_e(one.lab, other.lab, lightness=LIGHTNESS)
    # a colour that nearly vanished, or spread all over, is a change too
    ratio = abs(math.log(max(other.share, 0.01) / max(one.share, 0.01)))
    return min(ABSENT, apart + max(0.0, ratio - math.log(2)) * 5)


def _large(swatches: Sequence[Swatch]) -> list[Swatch]:
    return [one for one in swatches if one.share >= SMALL_SHARE]


def _within(among_references: Sequence[float]) -> float:
    return max(HOLDS_WITHIN, FORGIVE * max(among_references))
