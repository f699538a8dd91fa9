"""One LiteRT model in memory, with one thread."""

from pathlib import Path
from typing import Any

import numpy as np
from ai_edge_litert.interpreter import Interpreter

from onmodel_vision.arrays import Floats


class Model:
    """A TensorFlow Lite model with one picture as input.

    Not for several threads at once: the tensors belong to the interpreter.
    """

    def __init__(self, path: Path) -> None:
        self._interpreter: Any = Interpreter(model_path=str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        self._input: int = self._interpreter.get_input_details()[0]["index"]
        self._outputs = {
            detail["name"]: detail["index"] for detail in self._interpreter.get_output_details()
        }
        shape = self._interpreter.get_input_details()[0]["shape"]
        self.side = int(shape[1])
        """Width and height of the input in pixels; all models used here take a square."""

    def run(self, tensor: Floats) -> dict[str, Floats]:
        """(side, side, 3) in the value range of the model -> its outputs by name, copied."""
        self._interpreter.set_tensor(self._input, np.ascontiguousarray(tensor[None], np.float32))
        self._interpreter.invoke()
        return {
            name: np.array(self._interpreter.get_tensor(index), np.float32)
            for name, index in self._outputs.items()
        }
