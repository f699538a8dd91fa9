import json
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest
from onmodel_function import Cancelled, Context, InputFile, InvalidInput
from onmodel_vision import images, phash
from skimage import data

from onmodel_identity_measure.handler import IdentityMeasure, Inputs, Outputs


def _save(image: np.ndarray, path: Path) -> InputFile:
    path.write_bytes(images.encode_png(image.astype(np.uint8)))
    return InputFile(path, "image/png")


@pytest.fixture(scope="module")
def measured(
    function: IdentityMeasure, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Outputs, list[float]]:
    folder = tmp_path_factory.mktemp("pictures")
    portrait = np.asarray(data.astronaut())
    huge = np.asarray(cv2.resize(portrait, (2500, 2500), interpolation=cv2.INTER_CUBIC))
    broken = folder / "broken.png"
    broken.write_bytes(b"no picture")
    pictures = [
        _save(portrait, folder / "portrait.png"),
        _save(np.asarray(data.chelsea()), folder / "cat.png"),
        _save(huge, folder / "huge.png"),
        InputFile(broken, "image/png"),
    ]
    seen: list[float] = []
    context = Context(folder / "out", on_progress=lambda fraction, _: seen.append(fraction))
    return function.run(Inputs(pictures=pictures), context), seen


def _entries(outputs: Outputs) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", outputs.report["pictures"])


def test_the_report_is_plain_json(measured: tuple[Outputs, list[float]]) -> None:
    report = measured[0].report
    assert json.loads(json.dumps(report)) == report
    assert report["judge"] == "dlib-resnet-v1"


def test_every_picture_has_its_entry_and_its_reason(
    measured: tuple[Outputs, list[float]],
) -> None:
    reasons = [entry["reason"] for entry in _entries(measured[0])]
    assert reasons == [None, "no_face", None, "unreadable"]
    assert measured[0].report["measured"] == 2


def test_the_same_portrait_in_two_sizes_is_one_person(
    measured: tuple[Outputs, list[float]],
) -> None:
    small, _, large, _ = _entries(measured[0])
    first, second = small["faces"][0], large["faces"][0]
    apart = np.linalg.norm(np.array(first["embedding"]) - np.array(second["embedding"]))
    assert float(apart) < 0.3
    assert phash.distance(small["phash"], large["phash"]) <= phash.NEAR_COPY_BITS
    ratio = np.array(second["box"]) / np.array(first["box"])
    np.testing.assert_allclose(ratio, 2500 / 512, rtol=0.06)
    assert (large["width"], large["height"]) == (2500, 2500)


def test_crops_belong_to_their_pictures(measured: tuple[Outputs, list[float]]) -> None:
    outputs = measured[0]
    assert [entry["crop"] for entry in _entries(outputs)] == [0, None, 1, None]
    for crop in outputs.crops:
        assert images.read(crop.path).shape == (256, 256, 3)


def test_progress_counts_pictures(measured: tuple[Outputs, list[float]]) -> None:
    assert measured[1] == [0, 0.25, 0.5, 0.75]


def test_a_cancelled_call_stops(function: IdentityMeasure, tmp_path: Path) -> None:
    picture = _save(np.asarray(data.astronaut()), tmp_path / "a.png")
    with pytest.raises(Cancelled):
        function.run(Inputs(pictures=[picture]), Context(tmp_path, is_cancelled=lambda: True))


def test_encoders_are_told_apart(measured: tuple[Outputs, list[float]]) -> None:
    portrait, cat, _, broken = _entries(measured[0])
    names = [one["name"] for one in cast("list[dict[str, Any]]", measured[0].report["encoders"])]
    assert names == ["dlib-resnet-v1", "mobilenetv2-figure-v1"]
    face = portrait["faces"][0]
    assert face["embeddings"] == {"dlib-resnet-v1": face["embedding"]}
    for entry in (portrait, cat):
        assert entry["appearance"]["encoder"] == "mobilenetv2-figure-v1"
        assert len(entry["appearance"]["embedding"]) == 1280
        assert sum(colour["share"] for colour in entry["palette"]) <= 1.001
    assert cat["hair"] is None
    assert portrait["hair"]["hex"].startswith("#")
    assert (broken["appearance"], broken["palette"], broken["hair"]) == (None, [], None)


def test_only_the_encoders_that_were_asked_for(function: IdentityMeasure, tmp_path: Path) -> None:
    picture = _save(np.asarray(data.astronaut()), tmp_path / "a.png")
    outputs = function.run(
        Inputs(pictures=[picture], encoders=["dlib-resnet-v1"]), Context(tmp_path / "out")
    )
    (entry,) = _entries(outputs)
    assert entry["appearance"] is None
    assert len(entry["faces"][0]["embedding"]) == 128


def test_an_encoder_that_is_not_there_is_named(function: IdentityMeasure, tmp_path: Path) -> None:
    picture = _save(np.asarray(data.astronaut()), tmp_path / "a.png")
    with pytest.raises(InvalidInput) as refusal:
        function.run(Inputs(pictures=[picture], encoders=["sface-2021dec"]), Context(tmp_path))
    assert refusal.value.code == "unknown_encoder"
    assert "dlib-resnet-v1" in refusal.value.message
