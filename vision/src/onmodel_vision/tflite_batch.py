"""A LiteRT model that was exported for a fixed batch, run one picture at a time.

MobileFaceNet's file takes two pictures at once; with one face half of the work would be wasted.
LiteRT cannot resize it, because the batch also stands in a constant shape, so the sizes are
changed in the file itself: a FlatBuffer of tables, whose layout is schema.fbs of TensorFlow Lite
(https://github.com/google-ai-edge/LiteRT). The numbers that come out are the same.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from onmodel_vision.arrays import Floats
from onmodel_vision.onnx_session import UnusableModelError

MODEL_SUBGRAPHS, MODEL_BUFFERS = 2, 4
GRAPH_TENSORS, GRAPH_INPUTS, GRAPH_OPERATORS = 0, 1, 3
TENSOR_SHAPE, TENSOR_TYPE, TENSOR_BUFFER = 0, 1, 2
OPERATOR_OPTIONS_TYPE, OPERATOR_OPTIONS = 3, 4
INT32, RESHAPE_OPTIONS = 2, 17
SHAPE_BYTES = (8, 12, 16)
"""A constant shape has two to four numbers of four bytes."""


class SingleModel:
    """A model of one picture at a time."""

    def __init__(self, path: Path) -> None:
        """Open a model.

        Raises:
            UnusableModelError: LiteRT cannot load it.
        """
        try:
            content = with_batch_of_one(path.read_bytes())
            self._interpreter: Any = Interpreter(model_content=content, num_threads=1)
            self._interpreter.allocate_tensors()
        except (ValueError, RuntimeError, struct.error, IndexError) as error:
            raise UnusableModelError(f"LiteRT cannot load {path.name}") from error
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._output: int = self._interpreter.get_output_details()[0]["index"]

    def run_only_input(self, batch: Floats) -> Floats:
        """(n, height, width, channels) -> (n, dimensions)."""
        rows: list[Floats] = []
        for one in batch:
            self._interpreter.set_tensor(self._input, np.ascontiguousarray(one[None], np.float32))
            self._interpreter.invoke()
            rows.append(np.array(self._interpreter.get_tensor(self._output)[0], np.float32))
        return np.stack(rows)


def with_batch_of_one(data: bytes) -> bytes:
    """The same model for one picture; unchanged if it takes one already."""
    model = _FlatBuffer(bytearray(data))
    root = model.follow(0)
    buffers = [model.follow(one) for one in model.items(root, MODEL_BUFFERS)]
    for graph in map(model.follow, model.items(root, MODEL_SUBGRAPHS)):
        tensors = [model.follow(one) for one in model.items(graph, GRAPH_TENSORS)]
        taken = model.ints(graph, GRAPH_INPUTS)[0]
        batch = model.ints(tensors[taken], TENSOR_SHAPE)[0]
        if batch == 1:
            continue
        for tensor in tensors:
            constant = buffers[model.unsigned(tensor, TENSOR_BUFFER)]
            size = model.count(constant, 0)
            if size == 0:
                model.set_first(tensor, TENSOR_SHAPE, batch)
            elif model.byte(tensor, TENSOR_TYPE) == INT32 and size in SHAPE_BYTES:
                model.set_first(constant, 0, batch)  # the shape that a reshape asks for
        for operator in map(model.follow, model.items(graph, GRAPH_OPERATORS)):
            if model.byte(operator, OPERATOR_OPTIONS_TYPE) == RESHAPE_OPTIONS:
                options = model.field(operator, OPERATOR_OPTIONS)
                model.set_first(model.follow(options), 0, batch)
    return bytes(model.data)


class _FlatBuffer:
    """Tables and vectors by place. A field that is not there has the place 0."""

    def __init__(self, data: bytearray) -> None:
        self.data = data

    def follow(self, place: int) -> int:
        return place + int(struct.unpack_from("<I", self.data, place)[0])

    def field(self, table: int, index: int) -> int:
        layout = table - int(struct.unpack_from("<i", self.data, table)[0])
        (size,) = struct.unpack_from("<H", self.data, layout)
        entry = 4 + 2 * index
        (offset,) = struct.unpack_from("<H", self.data, layout + entry) if entry < size else (0,)
        return table + int(offset) if offset else 0

    def count(self, table: int, index: int) -> int:
        place = self.field(table, index)
        return int(struct.unpack_from("<I", self.data, self.follow(place))[0]) if place else 0

    def items(self, table: int, index: int) -> Iterator[int]:
        """Places of the items of a vector of four-byte items."""
        count = self.count(table, index)
        if count:
            start = self.follow(self.field(table, index)) + 4
            yield from range(start, start + 4 * count, 4)

    def ints(self, table: int, index: int) -> list[int]:
        places = self.items(table, index)
        return [int(struct.unpack_from("<i", self.data, one)[0]) for one in places]

    def unsigned(self, table: int, index: int) -> int:
        place = self.field(table, index)
        return int(struct.unpack_from("<I", self.data, place)[0]) if place else 0

    def byte(self, table: int, index: int) -> int:
        place = self.field(table, index)
        return self.data[place] if place else 0

    def set_first(self, table: int, index: int, batch: int) -> None:
        """Turn the first number of a vector into 1 if it is the batch."""
        for place in self.items(table, index):
            if struct.unpack_from("<i", self.data, place)[0] == batch:
                struct.pack_into("<i", self.data, place, 1)
            return
