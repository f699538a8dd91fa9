"""What is known of every encoder: route, size, metric, terms, and how a picture goes in."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Literal

Route = Literal["photographic", "illustrated", "appearance"]
Metric = Literal["euclidean", "cosine"]
Kind = Literal["dlib", "figure", "tflite-face", "onnx-face", "onnx-figure"]
Channels = tuple[float, float, float]

FACE_DEFAULT, FIGURE_DEFAULT = "dlib-resnet-v1", "mobilenetv2-figure-v1"


@dataclass(frozen=True)
class Spec:
    """One encoder.

    Attributes:
        name: what its embeddings are filed under; a change in the numbers needs a new name.
        title: for people.
        route: what it can judge.
        dimensions: length of its embedding.
        metric: how two embeddings are compared.
        licence: of the weights, in words.
        commercial: whether that licence allows commercial work.
        kind: which code runs it.
        file: its name in the folder of weights.
        sha256: of that file; None where the user brings one of several releases.
        side: width and height of its input in pixels.
        mean: taken off each channel, 0 to 255.
        divisor: what each channel is divided by then.
        bgr: blue comes first.
        builtin: its file comes with the function; others are installed by people.
    """

    name: str
    title: str
    route: Route
    dimensions: int
    metric: Metric
    licence: str
    commercial: bool
    kind: Kind
    file: str
    sha256: str | None = None
    side: int = 0
    mean: Channels = (0.0, 0.0, 0.0)
    divisor: Channels = (1.0, 1.0, 1.0)
    bgr: bool = False
    builtin: bool = False


@cache
def known() -> dict[str, Spec]:
    """Every encoder by name, in the order of the catalogue."""
    text = resources.files("onmodel_vision.encoders").joinpath("catalogue.toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["encoder"]
    return {row["name"]: _spec(row) for row in rows}


def _spec(row: dict[str, Any]) -> Spec:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    return Spec(**values)
