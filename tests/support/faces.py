"""What ``identity-measure`` would report: measurements of made-up people.

Each person is a point in embedding space; two pictures of one person lie about 0.39 apart and
two people about 0.9, as real ones do.
"""

from typing import Any

import numpy as np

SPREAD = 0.39 / np.sqrt(2 * 128)


def embedding(person: int, picture: int) -> list[float]:
    """Return a face of a person, shape (128,), the same each time."""
    centre = np.random.default_rng(person).normal(size=128)
    centre *= 1.3 / np.linalg.norm(centre) * 0.62
    noise = np.random.default_rng(1000 * person + picture + 1).normal(size=128) * SPREAD
    return [float(value) for value in (centre + noise)]


def face(person: int, picture: int, **changes: Any) -> dict[str, Any]:
    """Return the measurement of one face."""
    return {
        "box": [100.0, 80.0, 220.0, 260.0],
        "face_px": 220.0,
        "yaw": 2.0,
        "pitch": 1.0,
        "roll": 0.0,
        "angle": "front",
        "expression": "neutral",
        "sharpness": 9.0,
        "brightness": 0.5,
        "covered": False,
        "landmarks": landmarks(picture),
        "embedding": embedding(person, picture),
    } | changes


def landmarks(picture: int) -> dict[str, list[float]]:
    """Return where the features are, in pixels; each picture is framed a little differently."""
    grown, right, down = 1 + picture % 5 / 20, picture % 7 * 10.0, picture % 3 * 15.0
    front = {
        "eye_left": (170, 170),
        "eye_right": (250, 170),
        "nose_tip": (210, 210),
        "mouth_left": (185, 250),
        "mouth_right": (235, 250),
        "chin": (210, 300),
    }
    return {name: [grown * x + right, grown * y + down] for name, (x, y) in front.items()}


def report(*faces: dict[str, Any], picture: int = 0, reason: str | None = None) -> dict[str, Any]:
    """Return the values that the function answers for one picture."""
    bits = int(np.random.default_rng(picture + 77).integers(0, 2**63))
    measured = {
        "width": 640,
        "height": 640,
        "sharpness": 8.0,
        "phash": f"{bits:016x}",
        "measurable": reason is None and bool(faces),
        "reason": reason or (None if faces else "no_face"),
        "faces": list(faces),
    }
    return {"report": {"pictures": [measured]}}
