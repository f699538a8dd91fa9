"""What people said becomes labelled distances of one encoder."""

import numpy as np
import pytest

from onmodel.identity import verdicts as learning
from onmodel.identity.calibration import ENCODER
from onmodel.variations.standard import PREVIEW_KEYS
from tests.review import cast
from tests.support.faces import embedding
from tests.support.house import House


async def test_verdicts_and_pairs_become_labelled_distances(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project, references=1)
    otto = await cast.character(house, ada, project, name="Otto", who=2, references=1)
    happy = await cast.drawn(house, ada, mara["id"], "expression/happy")
    unsure = await cast.drawn(house, ada, mara["id"], "expression/sad", number=51)
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    await ada.put(f"/variations/{happy['id']}/judgement", {"judgement": "same"})
    await bob.put(f"/variations/{happy['id']}/judgement", {"judgement": "not_same"})
    await bob.put(f"/variations/{unsure['id']}/judgement", {"judgement": "cant_tell"})
    async with house.resources.database.read() as uow:
        found = await learning.pairs(uow, ENCODER)
        assert await learning.pairs(uow, "no-such-encoder") == []
    assert [(pair.same, pair.one, pair.other) for pair in found] == [
        (True, mara["id"], mara["id"]),
        (False, mara["id"], mara["id"]),
    ]
    apart = np.linalg.norm(np.subtract(embedding(1, 0), embedding(1, 50)))
    assert [pair.distance for pair in found] == pytest.approx([apart, apart], abs=1e-5)
    # blind pairs: the distance is that of the two pictures, whoever they show
    answered = 0
    for _ in range(2):
        pair = await ada.get(f"/projects/{project}/pairs/next")
        answer = {"token": pair["token"], "judgement": "not_same"}
        await ada.post(f"/projects/{project}/pairs", answer)
        answered += 1
    async with house.resources.database.read() as uow:
        blind = (await learning.pairs(uow, ENCODER))[2:]
    assert len(blind) == answered
    assert {pair.same for pair in blind} == {False}
    for one in blind:
        assert {one.one, one.other} <= {mara["id"], otto["id"]}
        assert (one.distance > 0.7) == (one.one != one.other)


async def test_a_calibration_is_learnt_from_verdicts_alone(house: House) -> None:
    ada = await house.person("ada", admin=True)
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    for number, key in enumerate(PREVIEW_KEYS[:8]):
        same = number % 2 == 0
        row = await cast.drawn(
            house, ada, mara["id"], key, who=1 if same else 2, number=50 + number
        )
        said = {"judgement": "same" if same else "not_same"}
        if number == 7:
            early = await ada.post("/identity/calibrations", {"encoder": ENCODER}, status=409)
            assert "4 of each" in early["detail"]
        await ada.put(f"/variations/{row['id']}/judgement", said)
    fitted = await ada.post("/identity/calibrations", {"encoder": ENCODER}, status=201)
    assert (fitted["source"], fitted["active"], fitted["pairs"]) == ("verdicts", False, 8)
    assert fitted["auc"] == 1.0
    await ada.post(f"/identity/calibrations/{fitted['id']}/activate")
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    assert read["calibration_version"] == fitted["version"]
    judged = {item["variation"]["judge"]["basis"] for item in read["items"]}
    assert judged == {fitted["basis"]}
