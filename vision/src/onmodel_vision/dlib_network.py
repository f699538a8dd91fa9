"""dlib's face recognition network (CC0), read from its own file and written as an ONNX graph.

dlib saves every layer of `anet_type` (examples/dnn_face_recognition_ex.cpp) in forward order:
29 convolutions, each followed by a learnt scale and shift per channel, and one matrix. Only those
are read; which layer is connected to which stands in that example and, therefore, here. Numbers
are packed as dlib/serialize.h describes: a byte with the sign and the count, then little-endian
bytes; the contents of a tensor are plain little-endian float32.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from onmodel_vision.arrays import Floats
from onmodel_vision.onnx_graph import Graph

SIDE, DIMENSIONS = 150, 128
MEAN_RGB = (122.782, 117.001, 104.298)
DIVISOR = 256.0
"""What dlib's `input_rgb_image_sized` takes off and divides by."""

CONVOLUTION, AFFINE, MATRIX = b"\x01\x05con_4", b"\x01\x07affine_", b"\x01\x04fc_2"
LEVELS = ((32, 3, False), (64, 4, True), (128, 3, True), (256, 3, True), (256, 1, True))
"""Channels, number of residual blocks, and whether the first of them halves the picture."""


class WrongNetworkError(ValueError):
    """The file is not dlib's face recognition network."""


@dataclass(frozen=True)
class Convolution:
    """`weights` (out, in, height, width) with the scale folded in; `bias` (out,)."""

    weights: Floats
    bias: Floats
    stride: int
    padding: int


def build(data: bytes) -> bytes:
    """ONNX bytes: `input` (batch, 3, 150, 150), RGB 0 to 255, to `embedding` (batch, 128).

    Raises:
        WrongNetworkError: `data` is something else than dlib_face_recognition_resnet_model_v1.dat.
    """
    try:
        convolutions, matrix = _layers(data)
    except (IndexError, ValueError) as error:
        raise WrongNetworkError("this is not dlib's face recognition network") from error
    graph = Graph()
    rest = iter(convolutions)
    tensor = _convolve(graph, "input", _with_input_scale(next(rest)))
    tensor = graph.add("Relu", tensor)
    tensor = graph.add("MaxPool", tensor, kernel_shape=(3, 3), strides=(2, 2))
    side = ((SIDE - 7) // 2 + 1 - 3) // 2 + 1
    for channels, blocks, halves in LEVELS:
        for block in range(blocks):
            down = halves and block == 0
            tensor, side = _residual(graph, tensor, rest, side, channels=channels, down=down)
    tensor = graph.add("GlobalAveragePool", tensor)
    tensor = graph.add("Flatten", tensor, axis=1)
    tensor = graph.add("MatMul", tensor, graph.constant(matrix))
    return graph.model(
        name="dlib-resnet-v1", inputs={"input": (3, SIDE, SIDE)}, output=tensor, width=DIMENSIONS
    )


def _residual(
    graph: Graph,
    before: str,
    layers: Iterator[Convolution],
    side: int,
    *,
    channels: int,
    down: bool,
) -> tuple[str, int]:
    """Two convolutions beside the way past them; returns the sum and its side in pixels."""
    first = next(layers)
    main = graph.add("Relu", _convolve(graph, before, first))
    main = _convolve(graph, main, next(layers))
    if not down:
        return graph.add("Relu", graph.add("Add", main, before)), side
    past = graph.add("AveragePool", before, kernel_shape=(2, 2), strides=(2, 2))
    convolved, pooled = (side - 3) // 2 + 1, (side - 2) // 2 + 1
    # dlib adds tensors of different sizes as if the smaller one went on with zeros
    main = _grow(graph, main, rows=pooled - convolved, channels=0)
    past = _grow(graph, past, rows=0, channels=channels - _CHANNELS_BEFORE[channels, side])
    return graph.add("Relu", graph.add("Add", main, past)), pooled


_CHANNELS_BEFORE = {(64, 35): 32, (128, 17): 64, (256, 8): 128, (256, 4): 256}


def _grow(graph: Graph, tensor: str, *, rows: int, channels: int) -> str:
    if rows == 0 and channels == 0:
        return tensor
    return graph.add("Pad", tensor, graph.integers([0, 0, 0, 0, 0, channels, rows, rows]))


def _convolve(graph: Graph, tensor: str, layer: Convolution) -> str:
    return graph.add(
        "Conv",
        tensor,
        graph.constant(layer.weights),
        graph.constant(layer.bias),
        kernel_shape=layer.weights.shape[2:],
        strides=(layer.stride, layer.stride),
        pads=(layer.padding,) * 4,
    )


def _with_input_scale(layer: Convolution) -> Convolution:
    """The first layer, taking plain 0 to 255: it has no padding, so this is exact."""
    mean = np.array(MEAN_RGB).reshape(1, 3, 1, 1)
    weights = layer.weights.astype(np.float64) / DIVISOR
    bias = layer.bias - (weights * mean).sum(axis=(1, 2, 3))
    return Convolution(weights.astype(np.float32), bias.astype(np.float32), layer.stride, 0)


def _layers(data: bytes) -> tuple[list[Convolution], Floats]:
    convolutions: list[Convolution] = []
    incoming = 3
    scales = _marks(data, AFFINE)
    expected = 1 + 2 * sum(blocks for _, blocks, _ in LEVELS)
    for place, scale_place in zip(_marks(data, CONVOLUTION), scales, strict=True):
        layer = _convolution(data, place, scale_place, incoming)
        incoming = layer.weights.shape[0]
        convolutions.append(layer)
    (matrix_place,) = _marks(data, MATRIX)
    outputs, matrix_place = _integer(data, matrix_place)
    inputs, matrix_place = _integer(data, matrix_place)
    values, _ = _tensor(data, matrix_place)
    if len(convolutions) != expected or (inputs, outputs) != (256, DIMENSIONS):
        raise ValueError("an unexpected number of layers")
    return convolutions, values.reshape(inputs, outputs)


def _convolution(data: bytes, place: int, scale_place: int, incoming: int) -> Convolution:
    values, place = _tensor(data, place)
    sizes: list[int] = []
    for _ in range(7):
        number, place = _integer(data, place)
        sizes.append(number)
    outgoing, rows, columns, stride, _, padding, _ = sizes
    count = outgoing * incoming * rows * columns
    weights = values[:count].reshape(outgoing, incoming, rows, columns)
    scale, shift = _tensor(data, scale_place)[0].reshape(2, outgoing)
    bias = values[count:].reshape(outgoing) * scale + shift
    return Convolution(weights * scale[:, None, None, None], bias, stride, padding)


def _marks(data: bytes, mark: bytes) -> list[int]:
    """Where the contents of each layer of a kind begin, in the order of the file."""
    places: list[int] = []
    place = data.find(mark)
    while place >= 0:
        places.append(place + len(mark))
        place = data.find(mark, place + len(mark))
    return places


def _integer(data: bytes, place: int) -> tuple[int, int]:
    """One packed number and where the next begins."""
    head = data[place]
    end = place + 1 + (head & 0x0F)
    number = int.from_bytes(data[place + 1 : end], "little")
    return (-number if head & 0x80 else number), end


def _tensor(data: bytes, place: int) -> tuple[Floats, int]:
    version, place = _integer(data, place)
    shape: list[int] = []
    for _ in range(4):
        size, place = _integer(data, place)
        shape.append(size)
    count = math.prod(shape)
    if version != 2 or not 0 < count <= len(data) // 4:
        raise ValueError("an unexpected tensor")
    return np.frombuffer(data, "<f4", count, place), place + 4 * count
