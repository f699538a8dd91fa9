"""Times a face, one thread: run by the Python of the function identity-measure.

    PYTHON timing.py WEIGHTS PICTURE...

prints one JSON object: processor milliseconds a face for each encoder of faces that is installed,
detection and alignment included, the median over the pictures.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from onmodel_vision import images
from onmodel_vision.measure import Measurer

LONGEST = 1024


def main() -> None:
    measurer = Measurer(Path(sys.argv[1]))
    read = [images.read(Path(one)) for one in sys.argv[2:]]
    pictures = [images.fit_within(one, longest=LONGEST)[0] for one in read]
    found: dict[str, float] = {}
    for spec in measurer.shelf.available:
        if spec.route == "photographic":
            face(measurer, spec, pictures[0])  # warms the models up
            taken = [seconds for one in pictures for seconds in face(measurer, spec, one)]
            if taken:
                found[spec.name] = round(1000 * float(np.median(taken)), 1)
    print(json.dumps(found))


def face(measurer: Measurer, spec: object, image: np.ndarray) -> list[float]:
    """Return the seconds of the processor for each face of a picture."""
    encoder = measurer.shelf.of_faces(spec)
    begun = time.process_time()
    faces = measurer.finder.find(image)
    if not faces:
        return []
    encoder.embed([encoder.align(image, one.mesh) for one in faces])
    return [(time.process_time() - begun) / len(faces)] * len(faces)


if __name__ == "__main__":
    main()
