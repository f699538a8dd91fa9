"""The lights of the standard set, as data."""

import tomllib
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Key:
    """A directed light; `direction` is (azimuth, elevation) in degrees, see lights.toml."""

    direction: tuple[float, float]
    colour: Colour
    shadow: float = 0.0


@dataclass(frozen=True)
class Rim:
    """Light from behind: `side` -1 left, 1 right, 0 from above, 2 all around."""

    side: int
    colour: Colour


@dataclass(frozen=True)
class Backdrop:
    """What happens behind the person: gain and tint of the photograph's own background, how far
    its detail is washed out to one tone, blurred, and lit by a glow behind the head."""

    gain: float
    tint: Colour
    wash: float
    blur: float
    glow: float


@dataclass(frozen=True)
class Grade:
    """The look of the whole picture, applied last."""

    exposure: float = 0.0
    contrast: float = 1.0
    saturation: float = 1.0
    lift: float = 0.0
    vignette: float = 0.0
    grain: float = 0.0
    bloom: float = 0.0
    shadows: Colour = (1.0, 1.0, 1.0)
    highlights: Colour = (1.0, 1.0, 1.0)


@dataclass(frozen=True)
class Light:
    """One entry of lights.toml."""

    flatten: float
    ambient: Colour
    rim: Rim
    backdrop: Backdrop
    keys: tuple[Key, ...] = ()
    grade: Grade = field(default_factory=Grade)


def load() -> dict[str, Light]:
    """Light name -> light."""
    text = resources.files("onmodel_puppet").joinpath("lights.toml").read_text("utf-8")
    return {name: _light(row) for name, row in tomllib.loads(text).items()}


def _light(row: dict[str, Any]) -> Light:
    return Light(
        flatten=row["flatten"],
        ambient=tuple(row["ambient"]),
        keys=tuple(
            Key(tuple(key["from"]), tuple(key["colour"]), key.get("shadow", 0.0))
            for key in row["keys"]
        ),
        rim=Rim(row["rim"]["side"], tuple(row["rim"]["colour"])),
        backdrop=Backdrop(**_tuples(row["backdrop"])),
        grade=Grade(**_tuples(row["grade"])),
    )


def _tuples(row: dict[str, Any]) -> dict[str, Any]:
    """TOML's arrays as the colours that the frozen classes hold."""
    return {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
