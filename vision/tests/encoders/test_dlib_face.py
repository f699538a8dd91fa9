"""dlib itself is the judge of its network run by ONNX Runtime."""

from pathlib import Path
from typing import Any

import cv2
import dlib as dlib_module
import numpy as np
import onnx
import pytest

from onmodel_vision import dlib_network
from onmodel_vision.arrays import Image
from onmodel_vision.encoders.base import Cutting
from onmodel_vision.encoders.dlib_face import DlibFaceEncoder, rectangle
from onmodel_vision.faces import FaceFinder

dlib: Any = dlib_module
NETWORK = "dlib_face_recognition_resnet_model_v1.dat"
PREDICTOR = "shape_predictor_5_face_landmarks.dat"


@pytest.fixture(scope="module")
def encoder(finder: FaceFinder, weights: Path) -> DlibFaceEncoder:
    return DlibFaceEncoder(finder, weights / NETWORK, weights / PREDICTOR)


@pytest.fixture(scope="module")
def judge(weights: Path) -> Any:
    return dlib.face_recognition_model_v1(str(weights / NETWORK))


def _chips(astronaut: Image) -> list[Image]:
    random = np.random.default_rng(7)
    face = np.asarray(cv2.resize(astronaut[40:200, 140:300], (150, 150)), np.uint8)
    return [
        face,
        np.ascontiguousarray(face[:, ::-1]),
        (face * 0.3).astype(np.uint8),
        np.zeros((150, 150, 3), np.uint8),
        np.full((150, 150, 3), 255, np.uint8),
        *random.integers(0, 256, (4, 150, 150, 3), np.uint8),
    ]


def test_the_network_gives_dlibs_numbers(
    encoder: DlibFaceEncoder, judge: Any, astronaut: Image
) -> None:
    chips = _chips(astronaut)
    ours = encoder.embed([Cutting(chip) for chip in chips])
    theirs = np.array([judge.compute_face_descriptor(chip) for chip in chips])
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_alignment_and_network_give_dlibs_numbers(
    encoder: DlibFaceEncoder, judge: Any, weights: Path, astronaut: Image
) -> None:
    predictor = dlib.shape_predictor(str(weights / PREDICTOR))
    for factor in (0.5, 1.0, 2.5):
        image = np.asarray(cv2.resize(astronaut, None, fx=factor, fy=factor), np.uint8)
        (mesh,) = encoder.detect(image)
        theirs = judge.compute_face_descriptor(image, predictor(image, rectangle(mesh)))
        ours = encoder.embed([encoder.align(image, mesh)])[0]
        np.testing.assert_allclose(ours, np.array(theirs), rtol=0, atol=1e-4)


def test_a_batch_gives_what_single_pictures_give(
    encoder: DlibFaceEncoder, astronaut: Image
) -> None:
    cuttings = [Cutting(chip) for chip in _chips(astronaut) * 3]
    together = encoder.embed(cuttings)
    apart = np.concatenate([encoder.embed([one]) for one in cuttings])
    np.testing.assert_allclose(together, apart, rtol=0, atol=1e-5)
    assert encoder.embed([]).shape == (0, 128)


def test_the_graph_is_valid_onnx(weights: Path) -> None:
    model = onnx.load_from_string(dlib_network.build((weights / NETWORK).read_bytes()))
    onnx.checker.check_model(model, full_check=True)


def test_another_file_is_refused(weights: Path) -> None:
    data = (weights / NETWORK).read_bytes()
    for wrong in (
        b"",
        b"something else",
        data[: len(data) // 2],
        (weights / PREDICTOR).read_bytes(),
    ):
        with pytest.raises(dlib_network.WrongNetworkError):
            dlib_network.build(wrong)
