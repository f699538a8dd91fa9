"""MobileNetV2 without its classifier, from a PyTorch checkpoint, written as an ONNX graph.

Architecture: Sandler et al. 2018, table 2 (https://arxiv.org/abs/1801.04381), as PyTorch
implementations number it: a convolution, 17 inverted residuals, a convolution to 1280 channels.
The batch normalisations are folded into the convolutions before them.
"""

from collections.abc import Mapping

import numpy as np

from onmodel_vision.arrays import Floats
from onmodel_vision.onnx_graph import Graph

SIDE, DIMENSIONS = 224, 1280
BLOCKS = (
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
"""Expansion, channels, repetitions, stride of the first."""

EPSILON = 1e-5


def build(table: Mapping[str, Floats]) -> bytes:
    """ONNX bytes: `input` (batch, 3, 224, 224), normalised RGB, to `embedding` (batch, 1280).

    The last map is averaged over the places where `weight`, (batch, 1, 7, 7), is above zero, each
    counting as much as its weight says: that is how a background is left out.

    Raises:
        KeyError: a layer is missing; this is another network.
    """
    graph = Graph()
    layers = _Layers(graph, table)
    tensor = layers.convolve("input", "features.0.0", "features.0.1", stride=2)
    channels, number = 32, 1
    for expansion, width, count, stride in BLOCKS:
        for index in range(count):
            first = stride if index == 0 else 1
            inner = layers.block(tensor, number, expansion=expansion, stride=first)
            joined = first == 1 and channels == width
            tensor = graph.add("Add", tensor, inner) if joined else inner
            channels, number = width, number + 1
    tensor = layers.convolve(tensor, f"features.{number}.0", f"features.{number}.1")
    weighted = graph.add("Mul", tensor, "weight")
    total = graph.add("GlobalAveragePool", weighted)
    share = graph.add("GlobalAveragePool", "weight")
    pooled = graph.add("Flatten", graph.add("Div", total, share), axis=1)
    return graph.model(
        name="mobilenetv2",
        inputs={"input": (3, SIDE, SIDE), "weight": (1, 7, 7)},
        output=pooled,
        width=DIMENSIONS,
    )


class _Layers:
    def __init__(self, graph: Graph, table: Mapping[str, Floats]) -> None:
        self._graph, self._table = graph, table
        self._six = graph.scalar(6.0)
        self._zero = graph.scalar(0.0)

    def block(self, tensor: str, number: int, *, expansion: int, stride: int) -> str:
        """Widen, filter each channel by itself, narrow."""
        at, step = f"features.{number}.conv", 0
        if expansion != 1:
            tensor = self.convolve(tensor, f"{at}.0", f"{at}.1")
            step = 3
        tensor = self.convolve(tensor, f"{at}.{step}", f"{at}.{step + 1}", stride=stride)
        return self.convolve(tensor, f"{at}.{step + 3}", f"{at}.{step + 4}", active=False)

    def convolve(
        self, tensor: str, name: str, norm: str, *, stride: int = 1, active: bool = True
    ) -> str:
        """A convolution with its batch normalisation, and ReLU6 unless not `active`."""
        weights = self._table[f"{name}.weight"].astype(np.float64)
        deviation = np.sqrt(self._table[f"{norm}.running_var"].astype(np.float64) + EPSILON)
        scale = self._table[f"{norm}.weight"] / deviation
        shift = self._table[f"{norm}.bias"] - self._table[f"{norm}.running_mean"] * scale
        side = weights.shape[2]
        # one input channel for each filter: every channel is filtered by itself
        group = weights.shape[0] if weights.shape[1] == 1 else 1
        result = self._graph.add(
            "Conv",
            tensor,
            self._graph.constant((weights * scale[:, None, None, None]).astype(np.float32)),
            self._graph.constant(shift.astype(np.float32)),
            kernel_shape=(side, side),
            strides=(stride, stride),
            pads=(side // 2,) * 4,
            group=group,
        )
        return self._graph.add("Clip", result, self._zero, self._six) if active else result
