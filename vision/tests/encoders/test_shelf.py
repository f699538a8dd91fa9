"""Optional encoders, on small ONNX models that are made here."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from onmodel_vision.arrays import Image
from onmodel_vision.encoders.base import Cutting, Embedding, MixedEncodersError, distance
from onmodel_vision.encoders.catalogue import known
from onmodel_vision.encoders.shelf import ChangedEncoderError, Shelf, UnknownEncoderError
from onmodel_vision.faces import FaceFinder
from onmodel_vision.foreground import FigureFinder
from onmodel_vision.onnx_session import UnusableModelError


def _model(side: int, dimensions: int, *, batch: int | str = "n", tokens: bool = False) -> bytes:
    """Mean of each channel, times a matrix: what comes out can be computed by hand."""
    matrix = np.arange(3 * dimensions, dtype=np.float32).reshape(3, dimensions) / dimensions
    nodes = [
        helper.make_node("GlobalAveragePool", ["picture"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"], axis=1),
        helper.make_node("MatMul", ["flat", "matrix"], ["row"]),
    ]
    shape: list[int | str] = [batch, dimensions]
    output = "row"
    constants = [numpy_helper.from_array(matrix, "matrix")]
    if tokens:
        constants.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
        nodes.append(helper.make_node("Unsqueeze", ["row", "axis"], ["tokens"]))
        shape, output = [batch, 1, dimensions], "tokens"
    taken = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [batch, 3, side, side])
    given = helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "small", [taken], [given], constants)
    opset = helper.make_opsetid("", 17)
    return helper.make_model(graph, ir_version=8, opset_imports=[opset]).SerializeToString()


def _install(folder: Path, name: str, data: bytes, *, sha256: str | None = None) -> None:
    place = folder / "encoders"
    place.mkdir(exist_ok=True)
    file = known()[name].file
    (place / file).write_bytes(data)
    digest = sha256 or hashlib.sha256(data).hexdigest()
    (place / "installed.json").write_text(json.dumps({name: {"file": file, "sha256": digest}}))


def _shelf(folder: Path, finder: FaceFinder) -> Shelf:
    return Shelf(folder, finder, FigureFinder())


@pytest.mark.parametrize("batch", ["n", 1])
def test_a_face_encoder_of_ones_own(
    tmp_path: Path, finder: FaceFinder, astronaut: Image, batch: int | str
) -> None:
    _install(tmp_path, "adaface-ir50", _model(112, 512, batch=batch))
    shelf = _shelf(tmp_path, finder)
    (spec,) = shelf.choose(["adaface-ir50"])
    encoder = shelf.of_faces(spec)
    (mesh,) = encoder.detect(astronaut)
    cutting = encoder.align(astronaut, mesh)
    assert cutting.picture.shape == (112, 112, 3)
    rows = encoder.embed([cutting, cutting, cutting])
    assert rows.shape == (3, 512)
    # blue comes first, and values go from -1 to 1
    mean = (cutting.picture.reshape(-1, 3).mean(axis=0)[::-1] - 127.5) / 127.5
    matrix = np.arange(3 * 512).reshape(3, 512) / 512
    np.testing.assert_allclose(rows[1], mean @ matrix, atol=1e-3)


def test_eyes_and_mouth_lie_on_the_template(
    tmp_path: Path, finder: FaceFinder, astronaut: Image
) -> None:
    _install(tmp_path, "adaface-ir50", _model(112, 512))
    shelf = _shelf(tmp_path, finder)
    encoder = shelf.of_faces(shelf.choose(None)[0])
    picture = encoder.align(astronaut, encoder.detect(astronaut)[0]).picture.astype(float)
    dark = picture.mean(axis=2)
    # the eyes are darker than the cheeks beneath them
    assert dark[48:56, 34:43].mean() < dark[66:74, 34:43].mean() - 20
    assert dark[48:56, 69:78].mean() < dark[66:74, 69:78].mean() - 20


@pytest.mark.parametrize("tokens", [False, True])
def test_a_figure_encoder_of_ones_own(
    tmp_path: Path, finder: FaceFinder, cat: Image, tokens: bool
) -> None:
    _install(tmp_path, "dinov2-vits14", _model(224, 384, tokens=tokens))
    shelf = _shelf(tmp_path, finder)
    (spec,) = shelf.choose(None)
    encoder = shelf.of_figures(spec)
    (figure,) = encoder.detect(cat)
    cutting = encoder.align(cat, figure)
    assert encoder.embed([cutting] * 10).shape == (10, 384)
    assert cutting.weight is not None
    outside = cutting.picture[cutting.weight == 0]
    np.testing.assert_array_equal(outside, np.tile([123, 116, 103], (len(outside), 1)))


def test_a_file_that_was_exchanged_is_not_run(tmp_path: Path, finder: FaceFinder) -> None:
    _install(tmp_path, "clip-vit-b32", _model(224, 512), sha256="0" * 64)
    shelf = _shelf(tmp_path, finder)
    with pytest.raises(ChangedEncoderError):
        shelf.of_figures(shelf.choose(None)[0])


def test_the_pinned_release_is_demanded(tmp_path: Path, finder: FaceFinder) -> None:
    _install(tmp_path, "sface-2021dec", _model(112, 128))
    shelf = _shelf(tmp_path, finder)
    with pytest.raises(ChangedEncoderError):
        shelf.of_faces(shelf.choose(None)[0])


def test_a_broken_model_says_so(tmp_path: Path, finder: FaceFinder) -> None:
    _install(tmp_path, "ccip-caformer", b"no model")
    shelf = _shelf(tmp_path, finder)
    with pytest.raises(UnusableModelError):
        shelf.of_figures(shelf.choose(None)[0])


def test_unknown_names_are_refused(tmp_path: Path, finder: FaceFinder) -> None:
    with pytest.raises(UnknownEncoderError):
        _shelf(tmp_path, finder).choose(["dlib-resnet-v1"])


def test_encoders_do_not_mix() -> None:
    one, other = known()["dlib-resnet-v1"], known()["sface-2021dec"]
    first, second = np.eye(2, 128, dtype=np.float32)
    with pytest.raises(MixedEncodersError):
        distance(Embedding(one, first), Embedding(other, first))
    assert distance(Embedding(one, first), Embedding(one, second)) == pytest.approx(2**0.5)
    assert distance(Embedding(other, first), Embedding(other, 3 * first)) == pytest.approx(0.0)


def test_no_cuttings_no_rows(tmp_path: Path, finder: FaceFinder) -> None:
    _install(tmp_path, "clip-vit-b32", _model(224, 512))
    shelf = _shelf(tmp_path, finder)
    encoder = shelf.of_figures(shelf.choose(None)[0])
    nothing: list[Cutting] = []
    assert encoder.embed(nothing).shape == (0, 512)


def test_small_models_are_valid() -> None:
    onnx.checker.check_model(onnx.load_from_string(_model(112, 512)), full_check=True)
