"""What a hostile function may leave in its output folder."""

import hashlib
import os
from pathlib import Path

import pytest
from pydantic import JsonValue

from onmodel.runner.outputs import BadOutputError, collect

FILE: dict[str, object] = {"type": "object", "x-onmodel-file": True}
SCHEMA: dict[str, object] = {
    "components": {
        "schemas": {
            "Output": {
                "properties": {
                    "image": {**FILE, "x-media-types": ["image/png", "text/plain"]},
                    "crops": {"type": "array", "items": FILE},
                    "report": {"type": "object"},
                }
            }
        }
    }
}
LIMIT = 1000


def text(path: str) -> dict[str, JsonValue]:
    return {"image": {"path": path, "media_type": "text/plain"}}


def test_records_are_complete(tmp_path: Path) -> None:
    (tmp_path / "crops").mkdir()
    for name in ("0.txt", "1.txt"):
        (tmp_path / "crops" / name).write_text(name)
    crops: list[JsonValue] = [
        {"path": f"crops/{name}", "media_type": "text/plain"} for name in ("0.txt", "1.txt")
    ]
    records = collect(
        tmp_path, {"crops": crops, "report": {"path": "/etc"}}, SCHEMA, max_bytes=LIMIT
    )
    assert [(one.name, one.bytes) for one in records] == [("crops.0", 5), ("crops.1", 5)]
    assert records[1].sha256 == hashlib.sha256(b"1.txt").hexdigest()


@pytest.mark.parametrize("path", ["/etc/hostname", "../secret", "a/../../secret", "", ".", "x\0y"])
def test_names_that_leave_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(BadOutputError):
        collect(folder, text(path), SCHEMA, max_bytes=LIMIT)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "image.txt").symlink_to("/etc/hostname")
    with pytest.raises(BadOutputError, match="link"):
        collect(tmp_path, text("image.txt"), SCHEMA, max_bytes=LIMIT)


def test_a_linked_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "folder").symlink_to("/etc")
    with pytest.raises(BadOutputError, match="link"):
        collect(tmp_path, text("folder/hostname"), SCHEMA, max_bytes=LIMIT)


def test_an_output_folder_that_became_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "image.txt").write_text("x")
    (tmp_path / "out").symlink_to(tmp_path / "real")
    with pytest.raises(BadOutputError, match="gone"):
        collect(tmp_path / "out", text("image.txt"), SCHEMA, max_bytes=LIMIT)


def test_a_second_name_of_another_file(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("x")
    folder = tmp_path / "out"
    folder.mkdir()
    os.link(tmp_path / "other", folder / "image.txt")
    with pytest.raises(BadOutputError, match="second name"):
        collect(folder, text("image.txt"), SCHEMA, max_bytes=LIMIT)


def test_a_pipe_does_not_hold_us(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "image.txt")
    with pytest.raises(BadOutputError, match="regular"):
        collect(tmp_path, text("image.txt"), SCHEMA, max_bytes=LIMIT)


def test_the_limit_counts_all_files(tmp_path: Path) -> None:
    crops: list[JsonValue] = []
    for number in range(2):
        (tmp_path / f"{number}.bin").write_bytes(bytes(600))
        crops.append({"path": f"{number}.bin", "media_type": "application/octet-stream"})
    with pytest.raises(BadOutputError, match="larger"):
        collect(tmp_path, {"crops": crops}, SCHEMA, max_bytes=LIMIT)


@pytest.mark.parametrize("make", ["file", "link", "linked folder"])
def test_what_was_not_declared_is_noticed(tmp_path: Path, make: str) -> None:
    (tmp_path / "image.txt").write_text("x")
    extra = tmp_path / "extra"
    match make:
        case "file":
            extra.write_text("x")
        case "link":
            extra.symlink_to("/etc/hostname")
        case _:
            extra.symlink_to("/etc")
    with pytest.raises(BadOutputError, match="extra"):
        collect(tmp_path, text("image.txt"), SCHEMA, max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("media_type", "content", "good"),
    [
        ("image/png", b"\x89PNG\r\n\x1a\n....", True),
        ("image/png", b"\xff\xd8\xff", False),
        ("image/jpeg", b"\xff\xd8\xff", True),
        ("image/jpeg", b"", False),
        ("image/webp", b"RIFF....WEBPVP8 ", True),
        ("image/webp", b"RIFF....WAVE", False),
        ("application/json", b'{"a": 1}', True),
        ("application/json", b"{", False),
        ("application/json", b"[" * 500, False),
        ("audio/wav", b"anything", True),
    ],
)
def test_content_is_what_it_says(
    tmp_path: Path, media_type: str, content: bytes, *, good: bool
) -> None:
    (tmp_path / "x").write_bytes(content)
    values: dict[str, JsonValue] = {"crops": [{"path": "x", "media_type": media_type}]}
    if good:
        assert collect(tmp_path, values, SCHEMA, max_bytes=LIMIT)[0].media_type == media_type
    else:
        with pytest.raises(BadOutputError, match="is not"):
            collect(tmp_path, values, SCHEMA, max_bytes=LIMIT)


@pytest.mark.parametrize(
    ("values", "schema"),
    [
        ({"image": "image.txt"}, SCHEMA),
        ({"image": {"path": "image.txt"}}, SCHEMA),
        ({"image": {"path": "image.txt", "media_type": "image/gif"}}, SCHEMA),
        ({}, {"components": "none"}),
    ],
)
def test_answers_that_make_no_sense(
    tmp_path: Path, values: dict[str, JsonValue], schema: dict[str, object]
) -> None:
    with pytest.raises(BadOutputError):
        collect(tmp_path, values, schema, max_bytes=LIMIT)


def test_a_copy_is_out_of_the_functions_reach(tmp_path: Path) -> None:
    written, kept = tmp_path / "written", tmp_path / "kept"
    (written / "a").mkdir(parents=True)
    kept.mkdir()
    (written / "a" / "b.txt").write_text("checked")
    (record,) = collect(written, text("a/b.txt"), SCHEMA, max_bytes=LIMIT, into=kept)
    (written / "a" / "b.txt").write_text("changed")

    assert record.path == kept / "a" / "b.txt"
    assert record.path.read_text() == "checked"
    assert record.sha256 == hashlib.sha256(b"checked").hexdigest()


def test_a_copy_of_something_bad_is_not_handed_out(tmp_path: Path) -> None:
    written, kept = tmp_path / "written", tmp_path / "kept"
    written.mkdir()
    kept.mkdir()
    (written / "big.txt").write_bytes(bytes(LIMIT + 1))
    with pytest.raises(BadOutputError, match="larger than"):
        collect(written, text("big.txt"), SCHEMA, max_bytes=LIMIT, into=kept)
    assert list(kept.iterdir()) == []
