"""The catalogue of encoders, and their installation."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from onmodel.functions.errors import LicenceNotAcceptedError, WrongHashError
from onmodel.identity import catalogue, encoders
from onmodel.identity.errors import (
    EncoderBuiltInError,
    EncoderFileNeededError,
    EncoderNotFoundError,
)

VISION = Path(__file__).parents[2] / "vision/src/onmodel_vision/encoders/catalogue.toml"
SHARED = ("name", "title", "route", "dimensions", "metric", "licence", "commercial", "file")


def test_the_catalogue_is_that_of_the_code_that_runs_them() -> None:
    rows: list[dict[str, Any]] = tomllib.loads(VISION.read_text("utf-8"))["encoder"]
    theirs = [{key: row.get(key) for key in (*SHARED, "sha256")} for row in rows]
    ours = [{key: getattr(one, key) for key in (*SHARED, "sha256")} for one in catalogue.ENCODERS]
    assert ours == theirs
    assert [one.builtin for one in catalogue.ENCODERS] == [
        row.get("builtin", False) for row in rows
    ]


def test_every_route_has_one_default() -> None:
    routes = [one.route for one in catalogue.ENCODERS if one.default]
    assert sorted(routes) == ["appearance", "illustrated", "photographic"]


def test_a_file_of_ones_own_is_installed(tmp_path: Path) -> None:
    model = tmp_path / "ccip.onnx"
    model.write_bytes(b"a model")
    encoders.install("ccip-caformer", tmp_path / "weights", accepted=True, file=model)
    installed = [one.name for one in encoders.listing(tmp_path / "weights") if one.installed]
    assert installed == ["dlib-resnet-v1", "mobilenetv2-figure-v1", "ccip-caformer"]


def test_nothing_is_installed_without_the_licence_or_the_right_file(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(b"a model")
    store = tmp_path / "weights"
    with pytest.raises(LicenceNotAcceptedError):
        encoders.install("adaface-ir50", store, accepted=False, file=model)
    with pytest.raises(EncoderFileNeededError):
        encoders.install("adaface-ir50", store, accepted=True)
    with pytest.raises(EncoderFileNeededError):
        encoders.install("adaface-ir50", store, accepted=True, file=tmp_path / "absent.onnx")
    with pytest.raises(WrongHashError):
        encoders.install("sface-2021dec", store, accepted=True, file=model)
    with pytest.raises(WrongHashError):
        encoders.install("ccip-caformer", store, accepted=True, file=model, sha256="0" * 64)
    with pytest.raises(EncoderBuiltInError):
        encoders.install("dlib-resnet-v1", store, accepted=True)
    with pytest.raises(EncoderNotFoundError):
        encoders.install("unheard-of", store, accepted=True)
    installed = {one.name for one in encoders.listing(store) if one.installed}
    assert installed == {"dlib-resnet-v1", "mobilenetv2-figure-v1"}
