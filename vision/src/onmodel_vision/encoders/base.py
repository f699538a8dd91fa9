"""The interface: find, cut out, turn into numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import numpy as np

from onmodel_vision.arrays import Floats, Image
from onmodel_vision.encoders.catalogue import Spec

Subject = TypeVar("Subject")


class MixedEncodersError(TypeError):
    """Numbers of two encoders mean different things and have no distance."""


@dataclass(frozen=True)
class Embedding:
    """`values` (dimensions,) as the encoder gives them, and whose they are."""

    spec: Spec
    values: Floats


def distance(first: Embedding, second: Embedding) -> float:
    """Euclidean distance, or one minus the cosine, as the encoder's metric says.

    Raises:
        MixedEncodersError: the embeddings come from different encoders.
    """
    if first.spec.name != second.spec.name:
        raise MixedEncodersError(f"{first.spec.name} and {second.spec.name} cannot be compared")
    if first.spec.metric == "euclidean":
        return float(np.linalg.norm(first.values - second.values))
    lengths = float(np.linalg.norm(first.values) * np.linalg.norm(second.values))
    return 1 - float(first.values @ second.values) / max(lengths, 1e-9)


@dataclass(frozen=True)
class Cutting:
    """What an encoder looks at: an upright `picture` and, for figures, how much of each place is
    the figure: `weight` (height, width), 0 to 1, or None for all of it."""

    picture: Image
    weight: Floats | None = None


class Encoder(Protocol, Generic[Subject]):
    """Licence, hash and route stand in `spec`. A subject is a face's mesh or a figure."""

    @property
    def spec(self) -> Spec: ...

    def detect(self, image: Image) -> list[Subject]:
        """What there is to encode in a picture, the largest first."""
        ...

    def align(self, image: Image, subject: Subject) -> Cutting:
        """Cut one subject out the way the encoder was trained to see it."""
        ...

    def embed(self, cuttings: Sequence[Cutting]) -> Floats:
        """(n, dimensions) for n cuttings; (0, dimensions) for none."""
        ...


def tensor(picture: Image, spec: Spec) -> Floats:
    """(side, side, 3) picture -> (3, side, side) in the range that the encoder wants."""
    ordered = picture[:, :, ::-1] if spec.bgr else picture
    values = ordered.astype(np.float32) - np.array(spec.mean, np.float32)
    return (values / np.array(spec.divisor, np.float32)).transpose(2, 0, 1)
