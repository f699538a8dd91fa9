"""Damages pictures as production does: run by the Python of the function identity-measure.

    PYTHON damage.py WEIGHTS OUT PICTURE...

writes ``OUT/<number>-<condition>.png``: ``clean`` and every damage of ``onmodel_vision.degrade``,
for a picture without a face those that need none, with ``DAMAGE=none`` only ``clean``. The same
picture gives the same files each time: random numbers are seeded by its name.
"""

import os
import sys
import zlib
from pathlib import Path

import cv2
import numpy as np
from onmodel_vision import degrade, images
from onmodel_vision.faces import FaceFinder

LONGEST = 1600
CLEAN = "clean"
WITHOUT_A_FACE = ("jpeg_10", "noise", "dark", "bright", "mirror")
NONE = os.environ.get("DAMAGE") == "none"


def main() -> None:
    finder = FaceFinder(Path(sys.argv[1]))
    into = Path(sys.argv[2])
    for number, name in enumerate(sys.argv[3:]):
        path = Path(name)
        image, _ = images.fit_within(images.read(path), longest=LONGEST)
        write(into / f"{number:05d}-{CLEAN}.png", image)
        if NONE:
            continue
        faces = finder.find(image)
        for condition in degrade.NAMES if faces else WITHOUT_A_FACE:
            seed = zlib.crc32(f"{path.name} {condition}".encode())
            mesh = faces[0].mesh if faces else None
            damaged = degrade.apply(condition, image, mesh, seed=seed)
            write(into / f"{number:05d}-{condition}.png", damaged)


def write(path: Path, image: np.ndarray) -> None:
    # the fastest compression: these files live for minutes
    pixels = np.ascontiguousarray(image[:, :, ::-1])
    cv2.imwrite(str(path), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])


if __name__ == "__main__":
    main()
