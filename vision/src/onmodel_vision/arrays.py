"""The array types that the rooms of this package hand to each other."""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Image: TypeAlias = NDArray[np.uint8]
"""Picture, RGB, (height, width, 3), 0 to 255."""

Floats: TypeAlias = NDArray[np.floating[Any]]
"""Numbers; the shape stands in the docstring of whoever makes it."""

Points: TypeAlias = NDArray[np.floating[Any]]
"""(n, 2) or (n, 3): x, y and, where there is one, z in pixels."""
