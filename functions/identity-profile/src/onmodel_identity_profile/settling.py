"""How far each new picture still moves the likeness: large at first, small when enough is known."""

import numpy as np
from onmodel_vision.arrays import Floats
from onmodel_vision.measure import FaceMeasure, normalised


class Settling:
    """Keeps the mean of the faces that came so far."""

    def __init__(self) -> None:
        self._sum: Floats | None = None

    def add(self, face: FaceMeasure) -> float | None:
        """Take a face in.

        Returns:
            The distance between the mean's direction before and after, 0 to 2; None of the first.
        """
        unit = normalised(face.embedding)
        before = self._sum
        self._sum = unit if before is None else before + unit
        if before is None:
            return None
        return float(np.linalg.norm(normalised(self._sum) - normalised(before)))
