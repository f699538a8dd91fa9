"""Calibrations as versions: what the product ships, what people teach, and the way back."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import numpy as np
import pytest
import pytest_asyncio

from onmodel.identity import stock, verdicts
from onmodel.identity.calibration import DLIB, SHIPPED
from onmodel.identity.fitting import Pair
from onmodel.kit.db.uow import UnitOfWork
from tests.support.faces import face, report
from tests.support.house import House
from tests.support.likeness import active
from tests.support.pictures_of import judged, person_with_face

ENCODER = DLIB.encoder


@pytest_asyncio.fixture
async def taught(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Pair]]:
    """What people said, to be filled by the test."""
    said: list[Pair] = []

    async def provide(_uow: UnitOfWork, encoder: str) -> list[Pair]:
        return said if encoder == ENCODER else []

    monkeypatch.setattr(verdicts, "_providers", [provide])
    yield said


def _fill(said: list[Pair], *, midpoint: float, count: int = 300) -> None:
    """Let people say that everything nearer than ``midpoint``, more or less, is the same."""
    random = np.random.default_rng(3)
    for number in range(count):
        distance = float(random.uniform(midpoint - 0.3, midpoint + 0.3))
        same = bool(random.random() < 1 / (1 + np.exp(30 * (distance - midpoint))))
        who = f"character {number % 12}"
        said.append(Pair(distance, same, who, who if same else f"character {(number + 1) % 12}"))


async def test_the_shipped_calibration_is_version_1_and_judges(house: House) -> None:
    ada = await house.person("ada")
    (row,) = await ada.get(f"/identity/calibrations?encoder={ENCODER}")
    assert (row["version"], row["active"], row["source"]) == (1, True, "shipped")
    assert (row["slope"], row["midpoint"]) == (DLIB.slope, DLIB.midpoint)
    (encoder,) = [e for e in await ada.get("/identity/encoders") if e["name"] == ENCODER]
    assert (encoder["route"], encoder["dimensions"], encoder["default"]) == (
        "photographic",
        128,
        True,
    )
    assert encoder["licence"] == "CC0-1.0"


@pytest.mark.parametrize("encoder", sorted(SHIPPED))
async def test_what_is_shipped_shows_what_it_rests_on(house: House, encoder: str) -> None:
    ada = await house.person("ada")
    (row,) = await ada.get(f"/identity/calibrations?encoder={encoder}")
    assert f"{row['pairs']:,} pairs of {row['people']} " in row["basis"]
    assert row["ece"] <= 0.02
    assert row["auc"] > 0.99
    bins = row["reliability"]
    assert [one["low"] for one in bins] == [n / 10 for n in range(10)]
    # the stated error follows from the bins, as far as unequal halves allow
    weighed = sum(one["pairs"] * abs(one["predicted"] - one["observed"]) for one in bins)
    assert weighed / sum(one["pairs"] for one in bins) <= row["ece"]


async def test_a_second_start_adds_nothing(house: House) -> None:
    await asyncio.gather(*(stock.bring_up_to_date(house.resources.database) for _ in range(3)))
    ada = await house.person("ada")
    assert len(await ada.get(f"/identity/calibrations?encoder={ENCODER}")) == 1


async def test_a_better_shipped_one_takes_over_but_not_from_a_team(
    house: House, monkeypatch: pytest.MonkeyPatch, taught: list[Pair]
) -> None:
    database = house.resources.database
    better = replace(DLIB, midpoint=0.65, basis="Better.")
    monkeypatch.setattr(stock, "SHIPPED", {ENCODER: better})
    await stock.bring_up_to_date(database)
    assert (await active(database, ENCODER)).version == 2
    root = await house.person("root", admin=True)
    _fill(taught, midpoint=0.55)
    fitted = await root.post("/identity/calibrations", {"encoder": ENCODER}, status=201)
    await root.post(f"/identity/calibrations/{fitted['id']}/activate")
    best = replace(DLIB, midpoint=0.64, basis="Best.")
    monkeypatch.setattr(stock, "SHIPPED", {ENCODER: best})
    await stock.bring_up_to_date(database)
    rows = await root.get(f"/identity/calibrations?encoder={ENCODER}")
    assert [(row["version"], row["source"], row["active"]) for row in rows] == [
        (4, "shipped", False),
        (3, "verdicts", True),
        (2, "shipped", False),
        (1, "shipped", False),
    ]


async def test_what_people_say_becomes_a_version_and_can_be_rolled_back(
    house: House, taught: list[Pair]
) -> None:
    root, ada = await house.person("root", admin=True), await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(1, 900)))
    before = await ada.get(f"/variations/{id_}")
    _fill(taught, midpoint=0.3)
    fitted = await root.post("/identity/calibrations", {"encoder": ENCODER}, status=201)
    assert (fitted["version"], fitted["active"], fitted["source"]) == (2, False, "verdicts")
    assert fitted["midpoint"] == pytest.approx(0.3, abs=0.05)
    assert (fitted["pairs"], fitted["people"]) == (300, 12)
    assert sum(one["pairs"] for one in fitted["reliability"]) > 0
    assert await ada.get(f"/variations/{id_}") == before
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        now = await root.post(f"/identity/calibrations/{fitted['id']}/activate")
        event = await socket.until("server:identity.calibrated")
        assert event["payload"] == {"encoder": ENCODER, "version": 2}
    assert now["active"] is True
    after = await ada.get(f"/variations/{id_}")
    assert after["p_same"] < before["p_same"]
    assert after["judge"]["calibration_version"] == 2
    first = (await root.get(f"/identity/calibrations?encoder={ENCODER}"))[1]
    await root.post(f"/identity/calibrations/{first['id']}/activate")
    again = await ada.get(f"/variations/{id_}")
    assert again["p_same"] == pytest.approx(before["p_same"], abs=1e-9)
    assert again["judge"]["calibration_version"] == 1


async def test_too_few_verdicts_teach_nothing(house: House, taught: list[Pair]) -> None:
    root = await house.person("root", admin=True)
    taught.append(Pair(0.4, True, "a", "a"))
    problem = await root.post("/identity/calibrations", {"encoder": ENCODER}, status=409)
    assert problem["code"] == "too_few_verdicts"
    unknown = await root.post("/identity/calibrations", {"encoder": "nobody"}, status=404)
    assert unknown["code"] == "encoder_not_found"


async def test_only_administrators_calibrate(house: House, taught: list[Pair]) -> None:
    ada = await house.person("ada")
    _fill(taught, midpoint=0.5)
    (row,) = await ada.get(f"/identity/calibrations?encoder={ENCODER}")
    fit = await ada.post("/identity/calibrations", {"encoder": ENCODER}, status=403)
    activate = await ada.post(f"/identity/calibrations/{row['id']}/activate", status=403)
    assert fit["code"] == activate["code"]
