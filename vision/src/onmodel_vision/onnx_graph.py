"""Writes a small ONNX model without the `onnx` package.

ONNX files are Protocol Buffers. The few messages that a feed-forward network needs are written
here by hand (field numbers: onnx.proto3, IR version 8, operator set 17), which keeps a large
dependency and its compiled parts out of every function environment. Tests read the result with
the official `onnx` package and its checker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from onmodel_vision.arrays import Floats

IR_VERSION, OPERATOR_SET = 8, 17
FLOAT = 1
ATTRIBUTE_INT, ATTRIBUTE_INTS = 2, 7


@dataclass
class Graph:
    """A network under construction; tensors are known by name.

    Attributes:
        nodes: operators in the order in which they run, already encoded.
        constants: weights, already encoded.
    """

    nodes: list[bytes] = field(default_factory=list[bytes])
    constants: list[bytes] = field(default_factory=list[bytes])
    _count: int = 0

    def add(self, operator: str, *inputs: str, **attributes: int | Sequence[int]) -> str:
        """Append an operator with one output; returns the output's name."""
        self._count += 1
        output = f"{operator.lower()}_{self._count}"
        parts = [_text(1, name) for name in inputs]
        parts += [_text(2, output), _text(3, output), _text(4, operator)]
        parts += [_message(5, _attribute(name, value)) for name, value in attributes.items()]
        self.nodes.append(b"".join(parts))
        return output

    def constant(self, values: Floats) -> str:
        """Add weights as float32; returns their name."""
        self._count += 1
        name = f"weights_{self._count}"
        data = np.asarray(values, "<f4", order="C")
        parts = [_number(1, size) for size in data.shape]
        parts += [_number(2, FLOAT), _text(8, name), _bytes(9, data.tobytes())]
        self.constants.append(b"".join(parts))
        return name

    def scalar(self, value: float) -> str:
        """Add one float32 without dimensions, as limits are; returns its name."""
        return self.constant(np.array(value))

    def integers(self, values: Sequence[int]) -> str:
        """Add a list of int64, as shapes and paddings are; returns its name."""
        self._count += 1
        name = f"integers_{self._count}"
        data = np.asarray(values, "<i8")
        parts = [_number(1, len(values)), _number(2, 7), _text(8, name), _bytes(9, data.tobytes())]
        self.constants.append(b"".join(parts))
        return name

    def model(
        self, *, name: str, inputs: Mapping[str, Sequence[int]], output: str, width: int
    ) -> bytes:
        """The finished file, with one output called `embedding` of shape (batch, `width`).

        Args:
            name: what the graph is called.
            inputs: name to shape without the batch, such as (3, 150, 150).
            output: name of the tensor that is the result.
            width: its second dimension.
        """
        # an Identity gives the output its public name
        last = [_text(1, output), _text(2, "embedding"), _text(3, "out"), _text(4, "Identity")]
        graph = [_message(1, node) for node in [*self.nodes, b"".join(last)]]
        graph += [_text(2, name), *(_message(5, one) for one in self.constants)]
        graph += [_message(11, _tensor_type(one, shape)) for one, shape in inputs.items()]
        graph += [_message(12, _tensor_type("embedding", [width]))]
        parts = [_number(1, IR_VERSION), _text(2, "onmodel"), _message(7, b"".join(graph))]
        return b"".join([*parts, _message(8, _number(2, OPERATOR_SET))])


def _tensor_type(name: str, shape: Sequence[int]) -> bytes:
    dimensions = [_message(1, _text(2, "batch"))]
    dimensions += [_message(1, _number(1, size)) for size in shape]
    tensor = _number(1, FLOAT) + _message(2, b"".join(dimensions))
    return _text(1, name) + _message(2, _message(1, tensor))


def _attribute(name: str, value: int | Sequence[int]) -> bytes:
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, ATTRIBUTE_INT)
    numbers = b"".join(_number(8, one) for one in value)
    return _text(1, name) + numbers + _number(20, ATTRIBUTE_INTS)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value & 0xFFFFFFFFFFFFFFFF)


def _bytes(number: int, data: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(data)) + data


_message = _bytes


def _text(number: int, text: str) -> bytes:
    return _bytes(number, text.encode())
