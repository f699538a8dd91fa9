"""The standard set: the pictures that a model sheet shows of every character."""

from dataclasses import dataclass

SECTIONS: dict[str, tuple[str, ...]] = {
    "expression": (
        "neutral",
        "angry",
        "happy",
        "surprised",
        "sleepy",
        "suspicious",
        "excited",
        "scarred",
        "sad",
        "fearful",
        "disgusted",
    ),
    "angle": ("front", "side_left", "side_right", "half_left", "half_right"),
    "lighting": (
        "studio",
        "sunny",
        "evening",
        "night",
        "office",
        "dim_warm",
        "rembrandt",
        "noir",
        "backlit",
    ),
    "body": ("bust", "upper_body", "full_standing", "full_walking", "full_sitting"),
}

LABELS = {
    "half_left": "Half left",
    "half_right": "Half right",
    "side_left": "Left side",
    "side_right": "Right side",
    "dim_warm": "Dim and warm",
    "upper_body": "Upper body",
    "full_standing": "Standing",
    "full_walking": "Walking",
    "full_sitting": "Sitting",
}

KEYS: tuple[str, ...] = tuple(
    f"{section}/{name}" for section, names in SECTIONS.items() for name in names
)

# What a generator without a GPU can do honestly: it bends a photograph, it cannot invent the
# back of a head, a scar or legs.
PREVIEW_KEYS: tuple[str, ...] = tuple(
    key
    for key in KEYS
    if key
    not in {
        "expression/scarred",
        "angle/side_left",
        "angle/side_right",
        "body/upper_body",
        "body/full_standing",
        "body/full_walking",
        "body/full_sitting",
    }
)


@dataclass(frozen=True)
class Slot:
    """One place of the standard set."""

    key: str
    section: str
    name: str
    label: str
    available: bool


def label_of(key: str) -> str:
    """Return the words under a picture of the sheet."""
    name = key.partition("/")[2]
    return LABELS.get(name, name.replace("_", " ").capitalize())


def slots() -> list[Slot]:
    """Return the whole standard set in the order of the sheet."""
    return [
        Slot(
            key=key,
            section=key.partition("/")[0],
            name=key.partition("/")[2],
            label=label_of(key),
            available=key in PREVIEW_KEYS,
        )
        for key in KEYS
    ]
