"""What DeepFace says of the same pairs, where its weights are on this machine.

bench-identity runs this file in an environment of its own (``uv run --with deepface``), because
DeepFace brings TensorFlow with it. It reads ``{"model", "files", "pairs"}`` from standard input,
pairs as numbers of files, and prints the distances, null where no face was found. Nothing is
downloaded: only models whose weights lie in ``~/.deepface/weights`` (``DEEPFACE_HOME``) are asked.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

WEIGHTS = {
    "VGG-Face": "vgg_face_weights.h5",
    "Facenet": "facenet_weights.h5",
    "Facenet512": "facenet512_weights.h5",
    "ArcFace": "arcface_weights.h5",
    "Dlib": "dlib_face_recognition_resnet_model_v1.dat",
    "SFace": "face_recognition_sface_2021dec.onnx",
    "GhostFaceNet": "ghostfacenet_v1.h5",
}
# it imports werkzeug and does not say so; OpenCV 5 has no cascades any more
PACKAGES = (
    *("deepface==0.0.103", "tf-keras==2.21.0"),
    *("dlib-bin==20.0.1.post1", "werkzeug==3.1.9", "opencv-python==4.12.0.88"),
)
DETECTOR = "opencv"  # its default
CASCADES = ("haarcascade_frontalface_default.xml", "haarcascade_eye.xml")
NO_FACE = "Face could not be detected"


def folder() -> Path:
    return Path(os.environ.get("DEEPFACE_HOME", Path.home())) / ".deepface" / "weights"


def present() -> list[str]:
    """Name the models whose weights are here."""
    return [model for model, name in WEIGHTS.items() if (folder() / name).is_file()]


def ask(
    model: str, files: Sequence[Path], pairs: Sequence[tuple[int, int]]
) -> list[float | None] | None:
    """Return DeepFace's distance for each pair; None when it cannot be run here."""
    packages = [word for package in PACKAGES for word in ("--with", package)]
    asked = {"model": model, "files": [str(one.resolve()) for one in files], "pairs": pairs}
    answer = subprocess.run(
        [
            sys.executable,
            "-m",
            "uv",
            "run",
            "--isolated",
            "--no-project",
            *packages,
            "python",
            __file__,
        ],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        print(f"DeepFace did not run: {answer.stderr.strip().splitlines()[-1:]}")
        return None
    return json.loads(answer.stdout.splitlines()[-1])


def main() -> None:
    import cv2  # pyright: ignore[reportMissingImports]
    import numpy as np

    # of the detector: OpenCV's wheel has them, DeepFace would download them
    for name in CASCADES:
        if not (folder() / name).is_file():
            shutil.copy(Path(cv2.data.haarcascades) / name, folder() / name)
    from deepface import DeepFace  # pyright: ignore[reportMissingImports]

    asked = json.load(sys.stdin)
    vectors: list[np.ndarray | None] = []
    for file in asked["files"]:
        try:
            found = DeepFace.represent(
                file, model_name=asked["model"], detector_backend=DETECTOR, max_faces=1
            )
        except ValueError as error:
            if NO_FACE not in str(error):
                raise
            vectors.append(None)
            continue
        vectors.append(np.asarray(found[0]["embedding"], np.float64))
    distances: list[float | None] = []
    for one, other in asked["pairs"]:
        x, y = vectors[one], vectors[other]
        if x is None or y is None:
            distances.append(None)
        else:
            distances.append(float(1 - x @ y / np.linalg.norm(x) / np.linalg.norm(y)))
    print(json.dumps(distances))


if __name__ == "__main__":
    main()
