"""One ONNX model in memory, run by ONNX Runtime with one thread.

`onnxruntime` is imported when the first model is opened, so that who needs none does not wait.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from onmodel_vision.arrays import Floats


class UnusableModelError(ValueError):
    """The file is no ONNX model that can be run here, or has other inputs than expected."""


class Session:
    """A model whose first output is an embedding."""

    def __init__(self, model: bytes | str) -> None:
        """Open a model from its bytes or its path.

        Raises:
            UnusableModelError: ONNX Runtime cannot load it.
        """
        import onnxruntime

        options: Any = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session: Any = onnxruntime.InferenceSession(
                model, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its own exception classes have no common name of their own
            raise UnusableModelError(f"ONNX Runtime cannot load it: {error}") from error
        self.inputs = {one.name: tuple(one.shape) for one in self._session.get_inputs()}

    def run(self, inputs: Mapping[str, Floats]) -> Floats:
        """Inputs by name, with the batch first -> (batch, dimensions) float32."""
        feeds = {name: np.ascontiguousarray(value, np.float32) for name, value in inputs.items()}
        try:
            result = self._session.run(None, feeds)[0]
        except Exception as error:
            raise UnusableModelError(f"ONNX Runtime cannot run it: {error}") from error
        return np.asarray(result, np.float32)

    def run_only_input(self, batch: Floats) -> Floats:
        """The same for a model with one input, whatever its name; one by one if it takes one."""
        (name, shape), *_ = self.inputs.items()
        if shape and shape[0] == 1 and len(batch) > 1:
            return np.concatenate([self.run({name: one[None]}) for one in batch])
        return self.run({name: batch})
