"""Who plays in the demo film."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Member:
    """One character of the demo, with the key of its pictures in what `fetch` returns.

    `keys` are the variations to generate after training; `approve`, `reject` and `star` are what
    the team has already decided when somebody first looks.
    """

    name: str
    trigger_word: str
    description: str
    importance: str
    tags: tuple[str, ...]
    pictures: str
    licence: str
    consent: str = ""
    train: bool = False
    keys: tuple[str, ...] = ()
    approve: tuple[str, ...] = ()
    reject: tuple[str, ...] = ()
    star: tuple[str, ...] = ()


CAST: Final = (
    Member(
        "Mara Quell",
        "mara_quell",
        "The lead. A radio host who stops believing her own weather reports. Cries and laughs in "
        "one breath; long brown hair with lighter ends, grey-green eyes.",
        "lead",
        ("human", "radio station"),
        pictures="actress",
        licence="Stills of a film by Wolfgang Langer, Pexels License.",
        consent="Released for free use by the photographer; never shown in a bad light.",
        train=True,
        keys=(
            *("expression/neutral", "expression/happy", "expression/sad", "expression/angry"),
            *("expression/surprised", "expression/suspicious", "expression/fearful"),
            *("angle/front", "angle/half_left", "angle/half_right"),
            *("lighting/studio", "lighting/evening", "lighting/rembrandt", "lighting/noir"),
        ),
        approve=("expression/happy", "expression/neutral", "lighting/studio", "angle/front"),
        reject=("expression/fearful",),
        star=("expression/happy", "lighting/noir"),
    ),
    Member(
        "Commander Collins",
        "commander_collins",
        "Speaks from orbit in scene 12. Only one picture so far: four more and she can be trained.",
        "supporting",
        ("human", "space"),
        pictures="astronaut",
        licence="Portrait of Eileen Collins, NASA, public domain.",
    ),
    Member(
        "Pip",
        "pip_fox",
        "A fox cub in a raincoat two sizes too large. Collects other people's umbrellas.",
        "lead",
        ("drawn", "animal"),
        pictures="pip",
        licence="Drawn for OnModel, Apache-2.0.",
    ),
    Member(
        "Otto",
        "otto_courier",
        "A delivery robot that has carried the same parcel for eleven years.",
        "supporting",
        ("drawn", "robot"),
        pictures="otto",
        licence="Drawn for OnModel, Apache-2.0.",
    ),
    Member(
        "Wisp",
        "wisp_owl",
        "The librarian. Never raises her voice, never turns her head less than all the way.",
        "background",
        ("drawn", "animal"),
        pictures="wisp",
        licence="Drawn for OnModel, Apache-2.0.",
    ),
)
