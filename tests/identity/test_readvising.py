"""Advice on references follows a new calibration."""

from dataclasses import replace

import pytest

from onmodel.identity import calibrations, readvising
from onmodel.identity.calibration import DLIB
from tests.support.drawings import picture
from tests.support.house import House, Person
from tests.support.likeness import active, drawing, install_figures
from tests.support.pictures_of import drawn, person_with_face


async def _codes(person: Person, character_id: str) -> list[set[str]]:
    rows = await person.get(f"/characters/{character_id}/references")
    return [{finding["code"] for finding in row["findings"]} for row in rows]


async def _put_in_force(house: House, calibration: calibrations.Calibration) -> None:
    async with house.resources.database.begin() as uow:
        row = calibrations.version_of(calibration, version=2, source="pairs")
        uow.session.add(row)
        await uow.session.flush()
        await calibrations.put_in_force(uow, row, actor_id=None)


async def test_a_stricter_calibration_changes_the_advice_everywhere(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    cast = [
        await person_with_face(house, ada, project_id, who=who, name=f"Mara {who}")
        for who in (1, 2)
    ]
    for one in cast:
        assert all("same_person" in codes for codes in await _codes(ada, one["id"]))
    await _put_in_force(house, replace(DLIB, midpoint=0.01, basis="Nobody is anybody."))
    while await readvising.go_on(house.resources.database):
        pass
    for one in cast:
        assert all("same_person" not in codes for codes in await _codes(ada, one["id"]))
        assert (await ada.get(f"/characters/{one['id']}"))["usable_reference_count"] == 0
    assert (await active(house.resources.database, DLIB.encoder)).advised_to is None


async def test_it_goes_on_where_it_was(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    cast = [
        await person_with_face(house, ada, project_id, who=who, name=f"Mara {who}")
        for who in (1, 2)
    ]
    database = house.resources.database
    while await readvising.go_on(database):
        pass
    await _put_in_force(house, replace(DLIB, midpoint=0.01, basis="Nobody is anybody."))
    monkeypatch.setattr(readvising, "MOST_AT_ONCE", 1)
    first, second = sorted(one["id"] for one in cast)
    assert await readvising.go_on(database)
    assert str((await active(database, DLIB.encoder)).advised_to) == first
    assert all("same_person" not in codes for codes in await _codes(ada, first))
    assert all("same_person" in codes for codes in await _codes(ada, second))


async def test_a_drawn_set_is_judged_by_its_figures(house: House) -> None:
    await install_figures(house.resources.database)
    ada = await house.person("ada")
    fox = await drawn(house, ada, await house.project(ada), who=1)
    added = await ada.upload(fox["id"], picture(900))
    await house.answer(added["id"], values=drawing(2, 900))
    rows = {row["id"]: row for row in await ada.get(f"/characters/{fox['id']}/references")}
    assert rows[added["id"]]["verdict"] == "hurts"
    others = [row for id_, row in rows.items() if id_ != added["id"]]
    assert {row["verdict"] for row in others} == {"helps"}
    assert (await ada.get(f"/characters/{fox['id']}"))["usable_reference_count"] == 3
