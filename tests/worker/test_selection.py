"""Which function does a call, and in which tier."""

from pathlib import Path

import pytest

from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallParams, FunctionPin
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.functions import registry
from onmodel.functions.additions import Additions
from onmodel.functions.errors import NoFunctionError
from onmodel.functions.licence_models import LicenceAcceptance
from onmodel.functions.registry import Registry
from onmodel.functions.terms import Terms, restricted
from onmodel.worker.faults import describe
from onmodel.worker.run import NotForSaleError, Permit, UnacceptedError, select_function, terms_of

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


def _call(tier: Tier, *, may_fall_back: bool = True, only: str | None = None) -> Call:
    return Call(
        task=Task.TRAIN_LORA,
        tier_asked=tier,
        may_fall_back=may_fall_back,
        params=CallParams(only=FunctionPin(name=only) if only else None).model_dump(),
    )


@pytest.mark.parametrize("asked", [Tier.STANDARD, Tier.HIGH])
def test_steps_down_to_what_is_installed_and_says_why(tmp_path: Path, asked: Tier) -> None:
    choice = select_function(_registry(tmp_path), _call(asked))
    assert (choice.manifest.name, choice.tier) == ("small", Tier.LOW)
    assert choice.reason == f"Nothing installed here does this in {asked.value} quality."
    assert choice.defaults == {"steps": 3}


def test_takes_the_nearest_tier_below(tmp_path: Path) -> None:
    functions = _registry(tmp_path, "[tiers.standard]")
    assert select_function(functions, _call(Tier.HIGH)).tier is Tier.STANDARD


def test_takes_what_was_asked_for_without_a_word(tmp_path: Path) -> None:
    choice = select_function(_registry(tmp_path), _call(Tier.LOW))
    assert (choice.tier, choice.reason) == (Tier.LOW, None)


def test_who_wants_no_less_gets_none(tmp_path: Path) -> None:
    with pytest.raises(NoFunctionError):
        select_function(_registry(tmp_path), _call(Tier.HIGH, may_fall_back=False))


FOR_SALE = Permit({}, commercial=True)
NOT_FOR_SALE = """
[[weights]]
name = "model.safetensors"
source = "pypi:somebody==1.0!model.safetensors"
sha256 = "{0}"
package_sha256 = "{0}"
bytes = 1
licence = "CC-BY-NC-4.0"
licence_url = "https://creativecommons.org/licenses/by-nc/4.0/"
commercial = false
""".format("0" * 64)


def test_a_project_whose_work_is_sold_never_gets_what_may_not_be(tmp_path: Path) -> None:
    functions = _registry(tmp_path, NOT_FOR_SALE)
    assert select_function(functions, _call(Tier.LOW)).manifest.name == "small"
    for call in (_call(Tier.LOW), _call(Tier.LOW, only="small")):
        with pytest.raises(NotForSaleError, match="Small could do this") as told:
            select_function(functions, call, FOR_SALE)
        assert not describe(told.value).retry


def test_what_may_be_sold_is_taken_a_tier_lower_instead(tmp_path: Path) -> None:
    better = MANIFEST.replace('"small"', '"better"').replace("tiers.low", "tiers.high")
    (tmp_path / "better").mkdir()
    (tmp_path / "better" / "function.toml").write_text(better.format(more=NOT_FOR_SALE))
    functions = _registry(tmp_path)
    assert select_function(functions, _call(Tier.HIGH)).manifest.name == "better"
    choice = select_function(functions, _call(Tier.HIGH), FOR_SALE)
    assert (choice.manifest.name, choice.tier) == ("small", Tier.LOW)
    with pytest.raises(NotForSaleError):
        select_function(functions, _call(Tier.HIGH, may_fall_back=False), FOR_SALE)


def test_what_nobody_accepted_is_not_used(tmp_path: Path) -> None:
    functions = _registry(tmp_path, NOT_FOR_SALE)
    (small,) = functions
    assert [one.name for one in small.terms] == ["CC-BY-NC-4.0"]
    with pytest.raises(UnacceptedError, match=r"Small stands under CC-BY-NC-4\.0") as told:
        select_function(functions, _call(Tier.LOW), Permit({}))
    assert (told.value.code, describe(told.value).retry) == ("licence_not_accepted", False)

    word = LicenceAcceptance(kind="function", name="small")
    accepted = {restricted("function", "small", small.terms): word}
    assert select_function(functions, _call(Tier.LOW), Permit(accepted)).manifest.name == "small"
    with pytest.raises(NotForSaleError):
        select_function(functions, _call(Tier.LOW), Permit(accepted, commercial=True))


def test_other_terms_need_another_acceptance(tmp_path: Path) -> None:
    (small,) = _registry(tmp_path, NOT_FOR_SALE)
    word = LicenceAcceptance(kind="function", name="small")
    other = {restricted("function", "small", [Terms(name="Other", url="https://x.org/")]): word}
    assert not Permit(other).allows(small)


def test_an_encoder_that_somebody_added_marks_what_it_judges(tmp_path: Path) -> None:
    (small,) = _registry(tmp_path, "")
    weights = tmp_path / "weights"
    weights.mkdir()
    (tmp_path / "ccip.onnx").write_bytes(b"model")
    Additions(weights).add(
        *("ccip", tmp_path / "ccip.onnx"),
        file="ccip.onnx",
        licence="OpenRAIL",
        licence_url="https://example.org/rail",
        commercial=False,
    )
    assert terms_of(small, weights) == ()
    judge = small.model_copy(update={"encoders": True})
    assert terms_of(judge, weights) == (Terms(name="OpenRAIL", url="https://example.org/rail"),)


def test_where_nothing_does_it_the_licence_is_not_blamed(tmp_path: Path) -> None:
    with pytest.raises(NoFunctionError) as told:
        select_function(registry.load(tmp_path), _call(Tier.LOW), FOR_SALE)
    assert told.value.code == "no_function"
