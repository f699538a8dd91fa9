"""Whether a function is chosen by itself: every reason why not, by what machines tell."""

from pathlib import Path
from typing import Any

from onmodel.api.functions.chances import Chances
from onmodel.dispatch.models import Worker
from onmodel.dispatch.tiers import ASCENDING
from onmodel.functions.manifest import Manifest, Tier, TierNeeds
from onmodel.functions.registry import Registry
from onmodel.worker.offers import offers_of

TASK = "character.generate_variation"


def _function(name: str, *, vram_mb: int = 0, **changes: Any) -> Manifest:
    fields: dict[str, Any] = {
        "folder": Path(name),
        "name": name,
        "version": "1",
        "tasks": (TASK,),
        "title": name.title(),
        "summary": "A function for tests.",
        "licence": "Apache-2.0",
        "entry": "toy:Toy",
        "tiers": {Tier.LOW: TierNeeds(vram_mb=vram_mb)},
    }
    return Manifest(**(fields | changes))


def _worker(*functions: Manifest, largest_mb: int = 0) -> Worker:
    return Worker(
        name="studio",
        tiers=[tier.value for tier in ASCENDING],
        slots=1,
        accepts=True,
        vram_mb=largest_mb or None,
        gpus=[],
        offers=offers_of(Registry(functions), largest_mb),
    )


def _chance(
    wanted: Manifest, *others: Manifest, workers: list[Worker], unfit: tuple[str, ...] = ()
) -> tuple[str, str]:
    known = [(one, frozenset(unfit if one is wanted else ())) for one in (wanted, *others)]
    found = Chances(known, workers, {}).of(wanted, Tier.LOW)
    return found.code, found.sentence


def test_what_a_machine_offers_and_nothing_beats_is_chosen() -> None:
    puppet = _function("puppet", preview=True)
    assert _chance(puppet, workers=[_worker(puppet)])[0] == "chosen"
    assert _chance(puppet, workers=[])[0] == "no_worker"
    told_nothing = _worker()
    told_nothing.offers = None
    assert _chance(puppet, workers=[told_nothing])[0] == "chosen"


def test_a_better_one_goes_first_where_a_machine_has_it() -> None:
    puppet, paint = _function("puppet", preview=True), _function("paint")
    code, sentence = _chance(puppet, paint, workers=[_worker(puppet, paint)])
    assert (code, sentence.startswith("Paint goes first.")) == ("second", True)
    assert _chance(paint, puppet, workers=[_worker(puppet, paint)])[0] == "chosen"
    assert _chance(puppet, paint, workers=[_worker(puppet)])[0] == "chosen"
    # it does something else besides, for which nothing better is there
    also = _function("puppet", preview=True, tasks=(TASK, "character.train_lora"))
    assert _chance(also, paint, workers=[_worker(also, paint)])[0] == "chosen"


def test_the_card_has_to_be_large_enough() -> None:
    flux = _function("flux", vram_mb=24 * 1024)
    code, sentence = _chance(flux, workers=[_worker(flux, largest_mb=12 * 1024)])
    assert code == "no_vram"
    assert "24 GB" in sentence
    assert "12 GB" in sentence
    assert "no machine here has a graphics card" in _chance(flux, workers=[_worker(flux)])[1]
    assert _chance(flux, workers=[_worker(flux, largest_mb=24 * 1024)])[0] == "chosen"
    assert _chance(flux, workers=[_worker(largest_mb=24 * 1024)])[0] == "not_offered"


def test_terms_and_misfits_keep_it_out() -> None:
    url = "https://example.org/terms"
    hair = _function("hair", commercial=False, licence="Research only", licence_url=url)
    assert _chance(hair, workers=[_worker(hair)])[0] == "unaccepted"
    puppet = _function("puppet")
    assert _chance(puppet, hair, workers=[_worker(puppet, hair)])[0] == "chosen"
    assert _chance(puppet, workers=[_worker(puppet)], unfit=(TASK,))[0] == "unfit"
