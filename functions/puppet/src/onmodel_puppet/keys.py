"""The standard variation keys: which of them a puppet can play, and what it says to the others."""

from dataclasses import dataclass
from typing import Literal

from onmodel_function import InvalidInput

Section = Literal["expression", "angle", "lighting", "body"]

EXPRESSIONS = (
    "neutral", "happy", "sad", "angry", "surprised", "sleepy", "suspicious", "excited", "fearful",
    "disgusted",
)  # fmt: skip
ANGLES = ("front", "half_left", "half_right")
LIGHTS = (
    "studio", "sunny", "evening", "night", "office", "dim_warm", "rembrandt", "noir", "backlit",
)  # fmt: skip
BODIES = ("bust",)

SUPPORTED = tuple(
    f"{section}/{name}"
    for section, names in (
        ("expression", EXPRESSIONS),
        ("angle", ANGLES),
        ("lighting", LIGHTS),
        ("body", BODIES),
    )
    for name in names
)

_WITH_GPU = "A GPU worker can draw it; here, add your own picture of it."
REFUSED = {
    "expression/scarred": f"The CPU preview moves a photograph and cannot add scars. {_WITH_GPU}",
    "angle/side_left": f"The CPU preview turns a head by 12 degrees at most. {_WITH_GPU}",
    "angle/side_right": f"The CPU preview turns a head by 12 degrees at most. {_WITH_GPU}",
    "body/upper_body": f"The CPU preview cannot invent a body nobody photographed. {_WITH_GPU}",
    "body/full_standing": f"The CPU preview shows head and shoulders only. {_WITH_GPU}",
    "body/full_walking": f"The CPU preview shows head and shoulders only. {_WITH_GPU}",
    "body/full_sitting": f"The CPU preview shows head and shoulders only. {_WITH_GPU}",
}
"""Standard keys that are known and refused, with the sentence for the artist."""


@dataclass(frozen=True)
class Key:
    """A supported key, split."""

    section: Section
    name: str

    def __str__(self) -> str:
        return f"{self.section}/{self.name}"


def parse(text: str) -> Key:
    """Split a key such as `expression/happy`.

    Raises:
        InvalidInput: `cannot_do` for a standard key that a puppet cannot play, `unknown_key` for
            anything else.
    """
    if text in REFUSED:
        raise InvalidInput("cannot_do", REFUSED[text], field="key")
    for section in ("expression", "angle", "lighting", "body"):
        if text.startswith(f"{section}/") and text in SUPPORTED:
            return Key(section, text.removeprefix(f"{section}/"))
    raise InvalidInput(
        "unknown_key",
        f"There is no standard variation called {text!r}. Choose one of: {', '.join(SUPPORTED)}.",
        field="key",
    )
