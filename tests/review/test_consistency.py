"""The consistency page's one read: coverage, numbers, matrix, drift, attributes, who else."""

import csv
import io
import json
from dataclasses import replace
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from onmodel.identity import calibrations
from onmodel.identity.calibration import DLIB
from onmodel.identity.models import Encoder
from onmodel.variations.standard import KEYS, PREVIEW_KEYS
from tests.review import cast
from tests.support.faces import embedding
from tests.support.house import House

HAIR = {"hex": "#3b2a1a", "lab": [18.8, 5.4, 12.5]}
COAT = [{"hex": "#a03030", "lab": [37.0, 45.0, 27.0], "share": 0.7}]


async def test_numbers_matrix_and_coverage_agree_with_each_other(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    # asked for against the order of the story
    for number, key in enumerate(("angle/front", "expression/sad", "expression/happy")):
        await cast.drawn(house, ada, mara["id"], key, number=50 + number)
    dark = await cast.drawn(house, ada, mara["id"], "lighting/noir", who=None)
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    items = read["items"]
    assert [item["variation"]["key"] for item in items] == sorted(
        (item["variation"]["key"] for item in items), key=KEYS.index
    )
    assert read["coverage"] == {"measured": 3, "expected": 4, "reasons": {"no_face": 1}}
    assert (read["route"], read["route_choice"], read["encoder"]) == (
        "photographic",
        "auto",
        "dlib-resnet-v1",
    )
    assert (read["calibration_version"], read["basis"]) == (1, DLIB.basis)
    judged = [item["variation"] for item in items if item["variation"]["id"] != dark["id"]]
    assert read["mean_p_same"] == pytest.approx(np.mean([row["p_same"] for row in judged]))
    assert read["mean_fidelity"] == pytest.approx(np.mean([row["fidelity"] for row in judged]))
    assert read["matrix_ids"] == [row["id"] for row in judged]
    matrix = np.array(read["matrix"])
    assert np.array_equal(matrix, matrix.T)
    assert np.diag(matrix).tolist() == [1, 1, 1]
    # happy (52) and sad (51): the vectors are known, so the probability is, too
    apart = float(np.linalg.norm(np.subtract(embedding(1, 52), embedding(1, 51))))
    assert matrix[0, 1] == pytest.approx(DLIB.p_same(apart), abs=1e-4)
    beside = matrix[np.triu_indices(3, k=1)]
    assert read["coherence"]["pairs"] == 3
    assert read["coherence"]["mean"] == pytest.approx(beside.mean(), abs=1e-4)
    assert read["coherence"]["lowest"] == pytest.approx(beside.min(), abs=1e-4)
    assert set(read["coherence"]["lowest_pair"]) <= set(read["matrix_ids"])
    # too few pictures for the copy-paste measure, and it says nothing rather than something
    assert read["copy_paste"] is None
    assert [line["order"] for line in read["drift"]] == ["story", "time"]
    story, time = ([UUID(id_) for id_ in line["variation_ids"]] for line in read["drift"])
    assert story == [UUID(item["variation"]["id"]) for item in items]
    assert time == sorted(story)
    assert [line["changes"] for line in read["drift"]] == [[], []]


async def test_a_character_without_pictures_has_no_numbers_and_no_error(house: House) -> None:
    ada = await house.person("ada")
    mara = await house.character(ada, await house.project(ada))
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    assert read["coverage"] == {"measured": 0, "expected": 0, "reasons": {}}
    assert (read["mean_p_same"], read["matrix"], read["items"]) == (None, [], [])
    assert read["coherence"] == {"mean": None, "lowest": None, "lowest_pair": None, "pairs": 0}
    assert [line["changes"] for line in read["drift"]] == [[], []]
    eve = await house.person("eve")
    gone = await eve.get(f"/characters/{mara['id']}/consistency", status=404)
    assert gone["code"] == "character_not_found"


async def test_who_else_it_could_be_and_the_alert_and_verdicts_stand_beside_it(
    house: House,
) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    otto = await cast.character(house, ada, project, name="Otto", who=2)
    other = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    own = await cast.drawn(house, ada, mara["id"], "expression/sad")
    nobody = await cast.drawn(house, ada, mara["id"], "angle/front", who=3)
    await ada.put(f"/variations/{other['id']}/judgement", {"judgement": "not_same"})
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    by_id = {item["variation"]["id"]: item for item in read["items"]}
    found = by_id[other["id"]]
    assert (found["closest_other"]["character_id"], found["closest_other"]["name"]) == (
        otto["id"],
        "Otto",
    )
    assert found["closest_other"]["p_same"] > 0.9
    assert found["closest_other"]["cover"]["media_type"] == "image/jpeg"
    assert found["verdicts"]["mine"] == "not_same"
    alerts = {
        row["variation"]["id"]: row["id"] for row in await ada.get(f"/projects/{project}/alerts")
    }
    assert {id_: item["alert_id"] for id_, item in by_id.items()} == alerts | {own["id"]: None}
    assert by_id[own["id"]]["closest_other"] is None
    assert by_id[nobody["id"]]["closest_other"] is None


async def test_colours_are_compared_with_the_references(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project, colours={"hair": HAIR, "palette": COAT})
    blonde = {"hex": "#e8d8a0", "lab": [86.0, -2.0, 30.0]}
    kept = await cast.drawn(
        house, ada, mara["id"], "expression/happy", colours={"hair": HAIR, "palette": COAT}
    )
    dyed = await cast.drawn(
        house, ada, mara["id"], "expression/sad", colours={"hair": blonde, "palette": COAT}
    )
    bare = await cast.drawn(house, ada, mara["id"], "angle/front")
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    by_id = {item["variation"]["id"]: item["attributes"] for item in read["items"]}
    assert [(one["name"], one["holds"]) for one in by_id[kept["id"]]] == [
        ("hair", True),
        ("palette", True),
    ]
    hair = by_id[dyed["id"]][0]
    assert (hair["name"], hair["holds"]) == ("hair", False)
    assert hair["delta_e"] > 20
    assert hair["crop"]["id"] == dyed["crop"]["id"]
    assert by_id[dyed["id"]][1]["holds"] is True
    assert by_id[dyed["id"]][1]["crop"]["id"] == dyed["file"]["id"]
    assert by_id[bare["id"]] == []


async def test_drift_marks_where_it_moved_and_what_changed(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    made: list[dict[str, Any]] = []
    for number, key in enumerate(PREVIEW_KEYS[:12]):
        late = number >= 6
        made.append(
            await cast.drawn(
                house,
                ada,
                mara["id"],
                key,
                who=2 if late else 1,
                number=50 + number,
                version="2" if late else "1",
            )
        )
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    time = next(line for line in read["drift"] if line["order"] == "time")
    (change,) = time["changes"]
    assert change["variation_id"] == made[6]["id"]
    assert change["mean_before"] > 0.9
    assert change["mean_after"] < 0.1
    assert change["fidelity_before"] > change["fidelity_after"]
    assert change["p_value"] <= 0.01
    assert change["changed"] == [{"part": "function", "before": "puppet 1", "after": "puppet 2"}]


async def test_taken_away_as_a_table_and_as_json(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project, name="Mára")
    await cast.character(house, ada, project, name="=cmd()", who=2)
    await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    await cast.drawn(house, ada, mara["id"], "lighting/noir", who=None)
    path = f"/api/v1/characters/{mara['id']}/consistency"
    table = await ada.api.get(f"{path}.csv")
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert "M%C3%A1ra%20consistency.csv" in table.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [(row["picture"], row["measurable"], row["reason"]) for row in rows] == [
        ("Happy", "measured", ""),
        ("Noir", "not_measurable", "no_face"),
    ]
    assert float(rows[0]["p_same"]) < 0.5
    assert (rows[0]["off_model"], rows[1]["off_model"], rows[1]["p_same"]) == ("yes", "no", "")
    # a name must not become a formula
    assert rows[0]["closest_other"] == "'=cmd()"
    assert {row["encoder"] for row in rows} == {"dlib-resnet-v1"}
    whole = await ada.api.get(f"{path}.json")
    assert json.loads(whole.content) == await ada.get(f"/characters/{mara['id']}/consistency")
    assert (await ada.api.get(f"{path}.xml")).status_code == 404


async def test_another_route_judges_anew(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy", who=2)
    path = f"/characters/{mara['id']}/consistency"
    assert len(await ada.get(f"/projects/{project}/alerts")) == 1
    async with house.resources.database.begin() as uow:
        uow.session.add(
            Encoder(
                name="test-figures",
                title="Figures",
                route="appearance",
                dimensions=3,
                metric="cosine",
                licence="CC0-1.0",
                commercial=True,
            )
        )
        await uow.session.flush()
        figures = replace(DLIB, encoder="test-figures", route="appearance", metric="cosine")
        version = calibrations.version_of(figures, version=1, source="pairs")
        version.active = True
        uow.session.add(version)
    by_figure = await ada.patch(path, {"route": "appearance"})
    assert (by_figure["route"], by_figure["route_choice"]) == ("appearance", "appearance")
    assert by_figure["coverage"] == {"measured": 0, "expected": 1, "reasons": {"no_figure": 1}}
    # what cannot be judged cannot be off the model
    assert await ada.get(f"/projects/{project}/alerts") == []
    back = await ada.patch(path, {"route": "auto"})
    assert (back["route"], back["coverage"]["measured"]) == ("photographic", 1)
    (alert,) = await ada.get(f"/projects/{project}/alerts")
    assert alert["variation"]["id"] == happy["id"]
