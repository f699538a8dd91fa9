"""The function with its real models: what it makes, and what it refuses."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import SIZE, Play, save
from onmodel_function import Cancelled, Context, InputFile, InvalidInput
from onmodel_vision import images
from skimage import data

from onmodel_puppet.handler import Inputs, Puppet


def test_same_inputs_give_the_same_bytes(weights: Path, play: Play, astronaut: InputFile,
                                         tmp_path: Path) -> None:  # fmt: skip
    warm = play("expression/surprised")
    fresh = Puppet()
    fresh.setup(weights)
    inputs = Inputs(reference=astronaut, key="expression/surprised", size=SIZE)
    cold = fresh.run(inputs, Context(tmp_path / "cold")).image.path.read_bytes()
    assert hashlib.sha256(cold).digest() == hashlib.sha256(warm.png).digest()


def test_what_is_shown_meanwhile_grows_clearer(weights: Path, astronaut: InputFile,
                                              tmp_path: Path) -> None:  # fmt: skip
    shown: list[int] = []

    def show(picture: bytes | Callable[[], bytes]) -> None:
        data = picture() if callable(picture) else picture
        assert len(data) <= 64 * 1024
        read = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
        assert read is not None
        shown.append(read.shape[0])

    puppet = Puppet()
    puppet.setup(weights)
    inputs = Inputs(reference=astronaut, key="angle/front", size=SIZE)
    puppet.run(inputs, Context(tmp_path, on_preview=show))
    assert shown == [96, 256]


def test_another_seed_is_another_take_of_the_same_expression(play: Play) -> None:
    plain, varied = play("expression/angry"), play("expression/angry", seed=7)
    assert plain.png != varied.png
    assert varied.png == play("expression/angry", seed=7).png


def test_the_picture_is_a_square_of_the_asked_size(play: Play) -> None:
    played = play("body/bust", size=320)
    assert played.image.shape == (320, 320, 3)
    assert played.report["preview"] is True


def test_expressions_move_what_they_should(play: Play) -> None:
    source = play("lighting/office")
    sleepy, sad = play("expression/sleepy"), play("expression/sad")
    surprised = play("expression/surprised")
    # The mesh hardly follows a closing lid (see README), so a small change of it is a large one.
    assert sleepy.number("eyes_open") < source.number("eyes_open") - 0.03
    assert sad.number("mouth_open") < 0.04 < source.number("mouth_open")
    assert sad.number("smile") < source.number("smile") - 0.5
    assert surprised.number("brow") > source.number("brow") + 0.2
    assert surprised.number("eyes_open") > source.number("eyes_open") + 0.1
    assert surprised.number("mouth_open") > 0.1


def test_heads_turn_to_the_viewers_side(play: Play) -> None:
    left, right = play("angle/half_left"), play("angle/half_right")
    assert left.number("yaw") < -7
    assert right.number("yaw") > 7
    assert abs(play("angle/front").number("yaw")) < 3


def test_shoulders_and_backdrop_stay_when_the_head_turns(play: Play) -> None:
    front, left = play("angle/front").image, play("angle/half_left").image
    change = np.abs(front.astype(int) - left.astype(int)).mean(axis=2)
    assert change[:20].mean() < 1.0
    assert change[:, :20].mean() < 1.0
    assert change[-20:].mean() < 3.0
    assert change[SIZE // 3 : SIZE // 2, SIZE // 3 : 2 * SIZE // 3].mean() > 8


def test_lights_set_the_mood(play: Play) -> None:
    night, sunny, noir = (play(f"lighting/{name}").image for name in ("night", "sunny", "noir"))
    assert night.mean() < 0.6 * sunny.mean()
    assert night[..., 2].mean() > night[..., 0].mean()
    assert int(np.ptp(noir.astype(int), axis=2).max()) <= 6


def test_the_fitting_picture_is_cast(play: Play, astronaut: InputFile, tmp_path: Path) -> None:
    large = np.asarray(data.astronaut())
    blurred = save(cv2.GaussianBlur(large, (0, 0), 1), tmp_path / "copy.png")
    nobody = save(np.asarray(data.chelsea()), tmp_path / "cat.png")
    played = play("expression/happy", reference=nobody, references=[astronaut, blurred])
    assert played.report["reference_used"] == 1


@pytest.mark.parametrize("picture", ["chelsea", "coffee", "horse"])
def test_cats_cups_and_drawings_are_refused(play: Play, tmp_path: Path, picture: str) -> None:
    image = np.asarray(getattr(data, picture)())
    if image.ndim == 2:
        image = np.dstack([image.astype(np.uint8) * 255] * 3)
    with pytest.raises(InvalidInput) as refusal:
        play("expression/happy", reference=save(image, tmp_path / "x.png"))
    assert refusal.value.code == "no_face"
    assert "drawings" in refusal.value.message


def test_a_small_face_is_refused(play: Play, tmp_path: Path) -> None:
    small = cv2.resize(np.asarray(data.astronaut()), (256, 256), interpolation=cv2.INTER_AREA)
    with pytest.raises(InvalidInput) as refusal:
        play("expression/happy", reference=save(np.asarray(small), tmp_path / "x.png"))
    assert refusal.value.code == "face_too_small"


def test_a_broken_file_is_refused(play: Play, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n broken")
    with pytest.raises(InvalidInput) as refusal:
        play("expression/happy", reference=InputFile(path, "image/png"))
    assert refusal.value.code == "unreadable_picture"


def test_a_cancelled_call_stops(puppet: Puppet, astronaut: InputFile, tmp_path: Path) -> None:
    context = Context(tmp_path, is_cancelled=lambda: True)
    with pytest.raises(Cancelled):
        puppet.run(Inputs(reference=astronaut, key="expression/happy"), context)


def test_progress_only_goes_forward(puppet: Puppet, astronaut: InputFile, tmp_path: Path) -> None:
    seen: list[float] = []
    context = Context(tmp_path, on_progress=lambda fraction, _: seen.append(fraction))
    puppet.run(Inputs(reference=astronaut, key="expression/happy", size=SIZE), context)
    assert seen == sorted(seen)
    assert seen[-1] > 0.9


def test_the_written_file_is_a_png(play: Play) -> None:
    played = play("expression/neutral")
    assert played.png.startswith(b"\x89PNG")
    assert images.encode_png(played.image) == played.png
