"""The score of a variation: by the route of its character, made anew when its judge changes."""

from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import update

from onmodel.characters import repository as characters
from onmodel.characters.models import Character
from onmodel.identity import calibrations
from onmodel.identity.calibration import DLIB, Calibration
from onmodel.identity.scoring import score
from onmodel.variations import judging
from tests.support.drawings import picture
from tests.support.faces import embedding, face, report
from tests.support.house import House
from tests.support.likeness import FIGURES, drawing, install_figures
from tests.support.pictures_of import drawn, judged, person_with_face


async def test_a_drawn_character_is_judged_by_its_figure(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    fox = await drawn(house, ada, await house.project(ada), who=1)
    same = await judged(house, ada, fox, key="expression/happy", seed=900, **drawing(1, 900))
    other = await judged(house, ada, fox, key="expression/sad", seed=901, **drawing(2, 901))
    alike, unlike = [await ada.get(f"/variations/{id_}") for id_ in (same, other)]
    assert (alike["measurable"], unlike["measurable"]) == ("measured", "measured")
    assert alike["judge"]["route"] == "appearance"
    assert alike["judge"]["encoder"] == FIGURES.name
    assert alike["p_same"] > 0.9
    assert unlike["p_same"] < 0.1


async def test_a_drawing_without_a_figure_says_so(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    fox = await drawn(house, ada, await house.project(ada), who=1)
    empty = drawing(1, 900)
    empty["report"]["pictures"][0]["appearance"] = None
    id_ = await judged(house, ada, fox, key="expression/happy", seed=900, **empty)
    row = await ada.get(f"/variations/{id_}")
    assert (row["measurable"], row["reason"], row["p_same"]) == (
        "not_measurable",
        "no_figure",
        None,
    )
    assert "background" in row["reason_text"]


async def test_another_route_judges_from_the_kept_vectors(house: House) -> None:
    database = house.resources.database
    await install_figures(database)
    ada = await house.person("ada")
    mara = await person_with_face(house, ada, await house.project(ada), who=1)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(1, 900)))
    async with database.begin() as uow:
        await uow.session.execute(
            update(Character)
            .where(Character.id == UUID(mara["id"]))
            .values(identity_route="appearance")
        )
        character = await characters.lock(uow, UUID(mara["id"]))
        assert character is not None
        changed = await judging.rejudge(uow, character)
        assert [str(row.id) for row in changed] == [id_]
        assert await judging.rejudge(uow, character) == []
    # nobody has measured a figure in these photographs
    assert (await ada.get(f"/variations/{id_}"))["reason"] == "no_figure"


@pytest.mark.parametrize("references", [1, 3])
async def test_sql_and_python_score_alike(house: House, references: int) -> None:
    database = house.resources.database
    ada = await house.person("ada")
    mara = await person_with_face(house, ada, await house.project(ada), who=1, count=references)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(1, 900)))
    other = Calibration(
        encoder=DLIB.encoder,
        route=DLIB.route,
        slope=17.5,
        midpoint=0.5,
        genuine_mean=0.41,
        genuine_deviation=0.06,
        impostor_rate=0.01,
        basis="Another one.",
    )
    async with database.begin() as uow:
        await judging.rescore(uow, calibrations.InForce(other, 7))
    expected = score(
        np.asarray(embedding(1, 900), np.float32),
        np.asarray([embedding(1, number) for number in range(references)], np.float32),
        other,
    )
    row = await ada.get(f"/variations/{id_}")
    assert row["p_same"] == pytest.approx(expected.p_same, abs=1e-6)
    assert row["p_same_low"] == pytest.approx(expected.p_low, abs=1e-6)
    assert row["p_same_high"] == pytest.approx(expected.p_high, abs=1e-6)
    assert row["fidelity"] == pytest.approx(expected.fidelity, abs=1e-4)
    assert row["copy_paste"] is expected.copy_paste
    assert (row["judge"]["calibration_version"], row["judge"]["basis"]) == (7, "Another one.")


async def test_a_score_beyond_all_doubt_is_no_overflow(house: House) -> None:
    database = house.resources.database
    ada = await house.person("ada")
    mara = await person_with_face(house, ada, await house.project(ada), who=1)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(2, 900)))
    steep = Calibration(DLIB.encoder, DLIB.route, 1e5, 0.662, 0.392, 0.085, 0.004, "Steep.")
    async with database.begin() as uow:
        await judging.rescore(uow, calibrations.InForce(steep, 2))
    assert (await ada.get(f"/variations/{id_}"))["p_same"] < 1e-300


async def test_pictures_are_judged_anew_when_other_references_count(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    mara = await person_with_face(house, ada, project_id, who=1)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(1, 900)))
    before = await ada.get(f"/variations/{id_}")
    (first, *_) = await ada.get(f"/characters/{mara['id']}/references")
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await ada.delete(f"/references/{first['id']}")
        await socket.until("server:variation.updated", lambda p: p["variation_id"] == id_)
    fewer = await ada.get(f"/variations/{id_}")
    assert (before["judge"]["references"], fewer["judge"]["references"]) == (3, 2)
    assert fewer["judge"]["distance"] != before["judge"]["distance"]
    await ada.post(f"/references/{first['id']}/restore")
    again = await ada.get(f"/variations/{id_}")
    assert again["p_same"] == pytest.approx(before["p_same"], abs=1e-9)
    added = await ada.upload(mara["id"], picture(180))
    await house.answer(added["id"], values=report(face(1, 80), picture=180))
    assert (await ada.get(f"/variations/{id_}"))["judge"]["references"] == 4


async def test_the_last_reference_takes_the_score_with_it(house: House) -> None:
    ada = await house.person("ada")
    mara = await person_with_face(house, ada, await house.project(ada), who=1, count=1)
    id_ = await judged(house, ada, mara, key="angle/front", seed=900, **report(face(1, 900)))
    (only,) = await ada.get(f"/characters/{mara['id']}/references")
    await ada.delete(f"/references/{only['id']}")
    row = await ada.get(f"/variations/{id_}")
    assert (row["measurable"], row["reason"], row["p_same"]) == (
        "not_measurable",
        "no_references",
        None,
    )
