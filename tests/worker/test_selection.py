"""Which function does a call, and in which tier."""

import inspect
import re
from pathlib import Path

import pytest

from onmodel.dispatch.choices import REASONS, sentence
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.functions import registry
from onmodel.functions.errors import NoFunctionError
from onmodel.functions.registry import Registry
from onmodel.runner.errors import CallFailed
from onmodel.worker import choosing
from onmodel.worker.choosing import Choice, Circumstances, NotForSaleError, select_function
from onmodel.worker.faults import describe

MANIFEST = """
name = "small"
version = "1.0.0"
tasks = ["character.train_lora"]
title = "Small"
summary = "Works without a GPU."
licence = "Apache-2.0"
entry = "small:Small"

[tiers.low]
params = {{ steps = 3 }}
{more}
"""


def _registry(folder: Path, more: str = "") -> Registry:
    (folder / "small").mkdir()
    (folder / "small" / "function.toml").write_text(MANIFEST.format(more=more))
    return registry.load(folder)


def _call(
    tier: Tier,
    *,
    may_fall_back: bool = True,
    only: str | None = None,
    importance: str | None = None,
) -> Call:
    return Call(
        importance=importance,
        task=Task.TRAIN_LORA,
        tier_asked=tier,
        may_fall_back=may_fall_back,
        params=CallParams(only=FunctionPin(name=only) if only else None).model_dump(),
    )


@pytest.mark.parametrize("asked", [Tier.STANDARD, Tier.HIGH])
def test_steps_down_to_what_is_installed_and_says_why(tmp_path: Path, asked: Tier) -> None:
    choice = select_function(_registry(tmp_path), _call(asked))
    assert (choice.manifest.name, choice.tier) == ("small", Tier.LOW)
    assert (choice.tier_reason, choice.function_reason) == ("not_installed", "only_one")
    assert choice.defaults == {"steps": 3}


def test_takes_the_nearest_tier_below(tmp_path: Path) -> None:
    functions = _registry(tmp_path, "[tiers.standard]")
    assert select_function(functions, _call(Tier.HIGH)).tier is Tier.STANDARD


def test_takes_what_was_asked_for_without_a_word(tmp_path: Path) -> None:
    choice = select_function(_registry(tmp_path), _call(Tier.LOW))
    assert (choice.tier, choice.tier_reason) == (Tier.LOW, None)


def test_who_wants_no_less_gets_none(tmp_path: Path) -> None:
    with pytest.raises(NoFunctionError):
        select_function(_registry(tmp_path), _call(Tier.HIGH, may_fall_back=False))


NOT_FOR_SALE = """
[[weights]]
name = "model.safetensors"
source = "pypi:somebody==1.0!model.safetensors"
sha256 = "{0}"
package_sha256 = "{0}"
bytes = 1
licence = "CC-BY-NC-4.0"
commercial = false
""".format("0" * 64)


def test_a_project_whose_work_is_sold_never_gets_what_may_not_be(tmp_path: Path) -> None:
    functions = _registry(tmp_path, NOT_FOR_SALE)
    assert select_function(functions, _call(Tier.LOW)).manifest.name == "small"
    for call in (_call(Tier.LOW), _call(Tier.LOW, only="small")):
        with pytest.raises(NotForSaleError, match="Small could do this") as told:
            select_function(functions, call, Circumstances(commercial=True))
        assert not describe(told.value).retry


def test_what_may_be_sold_is_taken_a_tier_lower_instead(tmp_path: Path) -> None:
    better = MANIFEST.replace('"small"', '"better"').replace("tiers.low", "tiers.high")
    (tmp_path / "better").mkdir()
    (tmp_path / "better" / "function.toml").write_text(better.format(more=NOT_FOR_SALE))
    functions = _registry(tmp_path)
    assert select_function(functions, _call(Tier.HIGH)).manifest.name == "better"
    choice = select_function(functions, _call(Tier.HIGH), Circumstances(commercial=True))
    assert (choice.manifest.name, choice.tier) == ("small", Tier.LOW)
    with pytest.raises(NotForSaleError):
        select_function(
            functions, _call(Tier.HIGH, may_fall_back=False), Circumstances(commercial=True)
        )


def test_where_nothing_does_it_the_licence_is_not_blamed(tmp_path: Path) -> None:
    with pytest.raises(NoFunctionError) as told:
        select_function(registry.load(tmp_path), _call(Tier.LOW), Circumstances(commercial=True))
    assert told.value.code == "no_function"


def _tiered(folder: Path, **tiers: dict[str, int]) -> Registry:
    """Make functions, each with the video memory that it needs in its tiers."""
    for name, needs in tiers.items():
        (folder / name).mkdir()
        text = MANIFEST.format(more="").replace('"small"', f'"{name}"').split("[tiers.low]")[0]
        for tier, vram_mb in needs.items():
            text += f"[tiers.{tier}]\nvram_mb = {vram_mb}\n"
        (folder / name / "function.toml").write_text(text)
    return registry.load(folder)


def _room(room_mb: int, *, largest_mb: int = 24_000, depth: float = 0.0) -> Circumstances:
    return Circumstances(room_mb=room_mb, largest_mb=largest_mb, depth=depth)


def _chosen(choice: Choice) -> tuple[str, Tier, str | None, str | None]:
    return choice.manifest.name, choice.tier, choice.tier_reason, choice.function_reason


def test_takes_the_best_that_the_free_video_memory_allows_and_says_why(tmp_path: Path) -> None:
    functions = _tiered(tmp_path, flux={"low": 12_000}, sd15={"low": 4_000}, cpu={"low": 0})
    call = _call(Tier.LOW)
    assert _chosen(select_function(functions, call, _room(24_000)))[0::3] == ("flux", "best")
    choice = select_function(functions, call, _room(8_000))
    assert _chosen(choice)[0::3] == ("sd15", "best_that_fits")
    assert choice.vram_mb == 4_000
    choice = select_function(functions, call, _room(0, largest_mb=0))
    assert (choice.manifest.name, choice.vram_mb) == ("cpu", 0)


def test_steps_down_where_video_memory_is_taken_but_a_lead_waits_for_it(tmp_path: Path) -> None:
    functions = _tiered(tmp_path, flux={"high": 22_000, "low": 11_000})
    taken = _room(12_000)
    stepped = select_function(functions, _call(Tier.HIGH, importance="supporting"), taken)
    assert _chosen(stepped) == ("flux", Tier.LOW, "vram_taken", "only_one")
    assert stepped.vram_mb == 11_000
    lead = select_function(functions, _call(Tier.HIGH, importance="lead"), taken)
    assert _chosen(lead) == ("flux", Tier.HIGH, None, "only_one")
    # where there is no such GPU, a lead steps down, too
    none = select_function(
        functions, _call(Tier.HIGH, importance="lead"), _room(12_000, largest_mb=12_000)
    )
    assert _chosen(none) == ("flux", Tier.LOW, "no_vram", "only_one")


def test_waits_where_nothing_else_would_do_it(tmp_path: Path) -> None:
    functions = _tiered(tmp_path, flux={"high": 22_000})
    call = _call(Tier.HIGH, importance="background")
    assert select_function(functions, call, _room(1_000)).tier is Tier.HIGH
    with pytest.raises(CallFailed, match="22000 MiB wanted, the largest has 16000") as told:
        select_function(functions, call, _room(1_000, largest_mb=16_000))
    assert (told.value.code, told.value.retry) == ("gpu_too_small", False)


@pytest.mark.parametrize(
    ("importance", "depth", "name", "why"),
    [
        ("background", 0.0, "flux", "best"),
        ("background", 2.0, "sd15", "quicker"),
        ("supporting", 2.0, "flux", "best"),
        ("supporting", 8.0, "sd15", "quicker"),
        ("lead", 99.0, "flux", "best"),
        (None, 99.0, "flux", "best"),
    ],
)
def test_in_a_long_line_who_matters_less_is_done_by_the_lightest(
    tmp_path: Path, importance: str | None, depth: float, name: str, why: str
) -> None:
    functions = _tiered(tmp_path, flux={"low": 12_000}, sd15={"low": 4_000})
    call = _call(Tier.LOW, importance=importance)
    choice = select_function(functions, call, _room(24_000, depth=depth))
    assert _chosen(choice)[0::3] == (name, why)


def test_every_reason_has_a_sentence() -> None:
    used = set(re.findall(r'"([a-z_]+)"', inspect.getsource(choosing)))
    assert used & REASONS.keys() >= {"no_vram", "vram_taken", "licence", "quicker", "best_licensed"}
    assert all(text[0].isupper() and text.endswith(".") for text in REASONS.values())
    assert sentence("all_busy") == "Every machine for it was busy."
    assert sentence("An older record's own words.") == "An older record's own words."
    assert sentence(None) is None
