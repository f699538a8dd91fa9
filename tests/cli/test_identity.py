"""``onmodel identity``: the team's verdicts become the calibration that judges."""

import asyncio
import json
from pathlib import Path

from onmodel.identity.calibration import ENCODER
from onmodel.variations.standard import PREVIEW_KEYS
from tests.cli.running import run
from tests.review import cast
from tests.support.house import House


async def test_verdicts_become_the_calibration_in_force(house: House, home: Path) -> None:
    ada = await house.person("ada", admin=True)
    mara = await cast.character(house, ada, await house.project(ada))
    settings = house.resources.settings
    servers = {
        "ONMODEL_DATABASE_URL": str(settings.database_url),
        "ONMODEL_BROKER_URL": str(settings.broker_url),
    }
    words = ("identity", "calibrate", "--activate", "--json")
    early = await asyncio.to_thread(run, home, *words, **servers)
    assert early.returncode == 1
    assert json.loads(early.stdout)["code"] == "too_few_verdicts"
    for number, key in enumerate(PREVIEW_KEYS[:8]):
        same = number % 2 == 0
        row = await cast.drawn(
            house, ada, mara["id"], key, who=1 if same else 2, number=50 + number
        )
        said = {"judgement": "same" if same else "not_same"}
        await ada.put(f"/variations/{row['id']}/judgement", said)
    told = await asyncio.to_thread(run, home, *words, **servers)
    assert told.returncode == 0, told.stderr
    fitted = json.loads(told.stdout)
    assert (fitted["encoder"], fitted["version"], fitted["pairs"]) == (ENCODER, 2, 8)
    read = await ada.get(f"/characters/{mara['id']}/consistency")
    assert read["calibration_version"] == 2
    assert {item["variation"]["judge"]["basis"] for item in read["items"]} == {fitted["basis"]}
