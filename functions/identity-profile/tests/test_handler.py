import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from onmodel_function import Context, InputFile, InvalidInput
from onmodel_vision import images
from skimage import data

from onmodel_identity_profile.handler import IdentityProfile, Inputs


def _save(image: np.ndarray, path: Path) -> InputFile:
    path.write_bytes(images.encode_png(image.astype(np.uint8)))
    return InputFile(path, "image/png")


@pytest.fixture(scope="module")
def portrait() -> np.ndarray:
    return np.asarray(data.astronaut())


def test_a_profile_is_learnt_picture_by_picture(
    function: IdentityProfile, portrait: np.ndarray, tmp_path: Path
) -> None:
    closer = np.asarray(cv2.resize(portrait[30:250, 110:330], (600, 600)))
    mirrored = np.ascontiguousarray(portrait[:, ::-1])
    pictures = [
        _save(portrait, tmp_path / "a.png"),
        _save(closer, tmp_path / "b.png"),
        _save(mirrored, tmp_path / "c.png"),
        _save(np.asarray(data.chelsea()), tmp_path / "cat.png"),
        _save(portrait, tmp_path / "again.png"),
    ]
    seen: list[tuple[float, str]] = []

    def on_progress(fraction: float, stage: str) -> None:
        seen.append((fraction, stage))

    moved: list[float] = []
    context = Context(tmp_path / "out", on_progress=on_progress, on_loss=moved.append)
    outputs = function.run(Inputs(pictures=pictures), context)
    profile: dict[str, Any] = json.loads(outputs.profile.path.read_text("utf-8"))

    assert outputs.report["used"] == 3
    assert outputs.report["left_out"] == {"3": "no_face", "4": "near_copy"}
    assert profile["judge"] == "dlib-resnet-v1"
    assert len(profile["template"]) == 128
    assert profile["spread"]["distance"]["max"] < 0.45
    assert profile["best"]["expression"].keys() == {"happy"}
    assert profile["pictures"][4]["copy_of"] == 0
    base = profile["rig"][str(profile["best"]["base"])]
    assert len(base["points"]) == 468
    assert "picture 3 of 5" in [stage for _, stage in seen]
    assert [fraction for fraction, _ in seen] == sorted(fraction for fraction, _ in seen)
    # the first picture moves nothing, the cat has no face, and a copy moves less than a closer look
    closer_look, in_the_mirror, again = moved
    assert 0 < again < closer_look < 0.5
    assert 0 < in_the_mirror < 0.5


def test_without_a_face_nothing_can_be_learnt(function: IdentityProfile, tmp_path: Path) -> None:
    cat = _save(np.asarray(data.chelsea()), tmp_path / "cat.png")
    with pytest.raises(InvalidInput) as refusal:
        function.run(Inputs(pictures=[cat]), Context(tmp_path))
    assert refusal.value.code == "no_face"


def test_a_broken_file_is_named(function: IdentityProfile, tmp_path: Path) -> None:
    path = tmp_path / "torn.png"
    path.write_bytes(b"torn")
    with pytest.raises(InvalidInput) as refusal:
        function.run(Inputs(pictures=[InputFile(path)]), Context(tmp_path))
    assert refusal.value.code == "unreadable_picture"
    assert "torn.png" in refusal.value.message
