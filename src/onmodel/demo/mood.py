"""What a drawn face does: one set of numbers per mood, shared by all drawn characters."""

from dataclasses import dataclass
from typing import Final

from onmodel.demo.ink import Colour


@dataclass(frozen=True)
class Mood:
    """A facial expression and a pose.

    `eyes` and `mouth` say how far they are open (0 to 1.3), `smile` how the corners of the mouth
    lie (-1 down, 1 up), `brows` how the inner ends lie (-1 down in anger, 1 up in worry), `lift`
    how high both brows are. `gaze` and `turn` run from -1 (picture's left) to 1; `tilt` is in
    degrees, clockwise.
    """

    paper: Colour
    halo: Colour
    eyes: float = 1.0
    smile: float = 0.25
    mouth: float = 0.0
    brows: float = 0.0
    lift: float = 0.0
    gaze: tuple[float, float] = (0.0, 0.0)
    turn: float = 0.0
    tilt: float = 0.0
    ears: float = 0.0


MOODS: Final[dict[str, Mood]] = {
    "neutral": Mood((226, 222, 210), (243, 239, 228)),
    "happy": Mood(
        (247, 214, 150),
        (255, 233, 186),
        eyes=0.9,
        smile=1.0,
        mouth=0.75,
        lift=0.5,
        tilt=-5,
        turn=0.3,
    ),
    "surprised": Mood(
        (176, 214, 218), (206, 233, 234), eyes=1.28, smile=0.0, mouth=1.0, lift=1.0, ears=0.5
    ),
    "sad": Mood(
        (168, 184, 204),
        (192, 205, 222),
        eyes=0.72,
        smile=-0.8,
        brows=0.9,
        gaze=(-0.2, 0.7),
        tilt=6,
        turn=-0.25,
        ears=-1.0,
    ),
    "angry": Mood(
        (222, 158, 140), (236, 182, 164), eyes=0.7, smile=-0.7, brows=-1.0, turn=0.15, ears=-0.7
    ),
    "sleepy": Mood(
        (178, 172, 206),
        (200, 194, 224),
        eyes=0.16,
        smile=0.15,
        brows=0.2,
        tilt=9,
        turn=-0.3,
        ears=-0.5,
    ),
    "suspicious": Mood(
        (190, 204, 170),
        (211, 222, 192),
        eyes=0.45,
        smile=-0.2,
        brows=-0.45,
        gaze=(0.9, 0),
        turn=-0.6,
    ),
}
