"""Inputs of a request become the author's Inputs, or a list of everything that is wrong."""

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from onmodel_function import InputFile, field
from onmodel_function.decode import InvalidRequestError, decode

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Inputs:
    picture: InputFile = field("A picture.", media_types=("image/png", "image/webp"))
    more: list[InputFile] = field("More.", default=[], media_types=("image/png",), maximum=2)
    word: str = field("A word.", default="calm", choices=("calm", "glad"))
    name: str = field("A name.", default="Mira", minimum=1, maximum=5)
    seed: int = field("A seed.", default=0, minimum=0)
    strength: float = field("How much.", default=1.0, minimum=0, maximum=1)
    exact: bool = field("Whether.", default=False)
    options: dict[str, object] = field("Options.", default={})
    note: str | None = field("A note.")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "face.png").write_bytes(PNG)
    (tmp_path / "fake.png").write_bytes(b"GIF89a")
    (tmp_path / "link.png").symlink_to(tmp_path / "a" / "face.png")
    (tmp_path / "linked").symlink_to(tmp_path / "a")
    return tmp_path


def test_defaults_fill_what_is_not_given(folder: Path) -> None:
    inputs = decode(Inputs, {"picture": {"path": "a/face.png"}}, folder)
    assert inputs.picture == InputFile(folder / "a" / "face.png", "image/png")
    assert (inputs.more, inputs.word, inputs.seed, inputs.note) == ([], "calm", 0, None)


def test_a_whole_number_is_a_number(folder: Path) -> None:
    inputs = decode(Inputs, {"picture": {"path": "a/face.png"}, "strength": 1}, folder)
    assert isinstance(inputs.strength, float)


def test_lists_of_files(folder: Path) -> None:
    values: dict[str, object] = {"picture": {"path": "a/face.png"}}
    inputs = decode(Inputs, values | {"more": [{"path": "a/face.png"}]}, folder)
    assert [file.path.name for file in inputs.more] == ["face.png"]


@pytest.mark.parametrize(
    ("name", "value", "code", "path"),
    [
        ("picture", "a/face.png", "wrong_type", ("picture",)),
        ("picture", {"path": "nothing.png"}, "file_missing", ("picture",)),
        ("picture", {"path": "a/face.png/x"}, "file_missing", ("picture",)),
        ("picture", {"path": "/etc/hostname"}, "file_outside", ("picture",)),
        ("picture", {"path": "../x.png"}, "file_outside", ("picture",)),
        ("picture", {"path": "link.png"}, "file_outside", ("picture",)),
        ("picture", {"path": "linked/face.png"}, "file_outside", ("picture",)),
        ("picture", {"path": "a"}, "file_outside", ("picture",)),
        ("picture", {"path": "a\x00b"}, "file_outside", ("picture",)),
        ("picture", {"path": "fake.png"}, "wrong_media_type", ("picture",)),
        ("more", [{"path": "a/face.png"}, {"path": "?"}], "file_missing", ("more", 1)),
        ("more", [{"path": "a/face.png"}] * 3, "too_large", ("more",)),
        ("word", "angry", "not_a_choice", ("word",)),
        ("word", None, "wrong_type", ("word",)),
        ("name", "", "too_small", ("name",)),
        ("name", "Mirabel", "too_large", ("name",)),
        ("seed", True, "wrong_type", ("seed",)),
        ("seed", 1.0, "wrong_type", ("seed",)),
        ("seed", -1, "too_small", ("seed",)),
        ("strength", float("nan"), "wrong_type", ("strength",)),
        ("strength", 1.5, "too_large", ("strength",)),
        ("exact", 1, "wrong_type", ("exact",)),
        ("options", [], "wrong_type", ("options",)),
        ("colour", "red", "unknown_field", ("colour",)),
    ],
)
def test_a_fault_has_a_code_and_a_place(
    folder: Path, name: str, value: object, code: str, path: tuple[str | int, ...]
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        decode(Inputs, {"picture": {"path": "a/face.png"}, name: value}, folder)
    (fault,) = caught.value.faults
    assert (fault.code, fault.path) == (code, path)
    assert name in fault.message


def test_all_faults_are_told_at_once(folder: Path) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        decode(Inputs, {"seed": -1, "word": "angry"}, folder)
    assert {fault.code for fault in caught.value.faults} == {"missing", "too_small", "not_a_choice"}


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not")
def test_a_file_that_may_not_be_read_is_a_fault_of_its_own(folder: Path) -> None:
    folder.chmod(0o700)
    os.seteuid(65_534)
    try:
        with pytest.raises(InvalidRequestError) as told:
            decode(Inputs, {"picture": {"path": "a/face.png"}}, folder)
    finally:
        os.seteuid(0)
    (fault,) = told.value.faults
    assert (fault.path, fault.code) == (("picture",), "file_unreadable")
    assert "Permission denied" in fault.message


def test_a_name_longer_than_a_name_can_be(folder: Path) -> None:
    with pytest.raises(InvalidRequestError) as told:
        decode(Inputs, {"picture": {"path": "a" * 300}}, folder)
    assert [one.code for one in told.value.faults] == ["file_unreadable"]
