"""What a function tells while it works and what is kept of it with the call."""

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict

# A curve has a point for each half percent at most: more than that nobody could see.
CURVE_STEP = 0.5


class CurvePoint(BaseModel):
    """The number that a training makes small, after so much of its work."""

    model_config = ConfigDict(frozen=True)

    percent: float
    loss: float


class Curve(BaseModel):
    """How the loss of a training went, in order; ``label`` says what the number is."""

    model_config = ConfigDict(frozen=True)

    label: str
    points: list[CurvePoint]


@dataclass(frozen=True)
class Told:
    """What a call told in its newest attempt.

    Attributes:
        log: the last lines that the function printed.
        curve: of a training; None of what tells no loss.
    """

    log: str = ""
    curve: Curve | None = None

    @property
    def columns(self) -> dict[str, Any]:
        """The same as the call's row keeps it."""
        return {"log": self.log, "curve": self.curve.model_dump() if self.curve else None}


NOTHING = Told()
