"""What `run` returns becomes JSON, if it is what was declared."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from onmodel_function import Context, OutputFile, field
from onmodel_function.encode import BadOutputError, encode


@dataclass(frozen=True)
class Outputs:
    image: OutputFile | None = field("A picture.", media_types=("image/png",), default=None)
    crops: list[OutputFile] = field("Crops.", default=[])
    report: dict[str, object] = field("Measurements.", default={})
    score: float = field("A score.", default=1.0)


def written(context: Context, name: str) -> OutputFile:
    path = context.output(name)
    path.write_bytes(b"content")
    return OutputFile(path, "image/png")


def test_files_become_relative_names(tmp_path: Path) -> None:
    context = Context(tmp_path)
    outputs = Outputs(
        image=written(context, "image.png"),
        crops=[written(context, "crops/0.png"), written(context, "crops/1.png")],
    )
    assert encode(outputs, Outputs, tmp_path) == {
        "image": {"path": "image.png", "media_type": "image/png"},
        "crops": [
            {"path": "crops/0.png", "media_type": "image/png"},
            {"path": "crops/1.png", "media_type": "image/png"},
        ],
        "report": {},
        "score": 1.0,
    }


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ({"image": "x.png"}, "not Outputs"),
        (Outputs(image=OutputFile(Path("/etc/hostname"), "image/png")), "outside"),
        (Outputs(image=OutputFile(Path("/etc/hostname"), "image/gif")), "declared"),
        (Outputs(report={"set": {1, 2}}), "JSON"),
        (Outputs(report={"score": float("nan")}), "JSON"),
        (Outputs(score=True), "score is bool"),
    ],
)
def test_what_was_not_declared_is_refused(tmp_path: Path, outputs: object, reason: str) -> None:
    with pytest.raises(BadOutputError, match=reason):
        encode(outputs, Outputs, tmp_path)


def test_a_file_has_to_be_written_and_no_link(tmp_path: Path) -> None:
    context = Context(tmp_path)
    missing = OutputFile(context.output("missing.png"), "image/png")
    with pytest.raises(BadOutputError, match="never written"):
        encode(Outputs(image=missing), Outputs, tmp_path)
    missing.path.symlink_to("/etc/hostname")
    with pytest.raises(BadOutputError, match="link"):
        encode(Outputs(image=missing), Outputs, tmp_path)
