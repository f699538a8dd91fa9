"""Finding functions, and choosing one."""

from pathlib import Path

import pytest

from onmodel.functions.errors import FunctionNotFoundError, NoFunctionError
from onmodel.functions.registry import Registry, load
from onmodel.settings import Settings
from tests.functions.conftest import manifest_text, write_function

TASK = "character.generate_variation"


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    gpu = "[tiers.standard]\nvram_mb = 12000\n[tiers.high]\nvram_mb = 24000"
    write_function(tmp_path, "puppet", manifest_text("puppet", preview="true"))
    write_function(
        tmp_path, "painter", manifest_text("painter", weights=gpu).replace("mb = 0", "mb = 8000")
    )
    write_function(tmp_path, "measure", manifest_text("measure", tasks='["measure"]'))
    write_function(tmp_path, "broken", "name = ")
    (tmp_path / "notes").mkdir()
    return load(tmp_path)


def test_a_broken_neighbour_breaks_nobody(registry: Registry) -> None:
    assert [one.name for one in registry] == ["measure", "painter", "puppet"]
    assert [one.folder.name for one in registry.broken] == ["broken"]


def test_a_finished_result_goes_before_a_preview(registry: Registry) -> None:
    assert registry.select(task=TASK, tier="low").name == "painter"


def test_who_does_not_fit_into_memory_is_not_chosen(registry: Registry) -> None:
    assert registry.select(task=TASK, tier="low", free_vram_mb=0).name == "puppet"
    with pytest.raises(NoFunctionError, match="high quality"):
        registry.select(task=TASK, tier="high", free_vram_mb=12_000)


def test_unknown_tasks_and_names(registry: Registry) -> None:
    with pytest.raises(NoFunctionError):
        registry.select(task="fly", tier="low")
    with pytest.raises(FunctionNotFoundError):
        registry.get("broken")
    assert registry.get("puppet").preview


def test_a_missing_folder_holds_no_functions(tmp_path: Path) -> None:
    assert list(load(tmp_path / "nothing")) == []


def test_a_source_checkout_brings_its_functions() -> None:
    folder = Settings().functions_dir
    assert folder.name == "functions"
    assert load(folder).broken == ()
