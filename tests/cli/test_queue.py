"""``onmodel queue`` on a running house's database."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.drawings import picture
from tests.support.house import House


def _queue(house: House, home: Path, *words: str, status: int = 0) -> Any:
    settings = house.resources.settings
    environment = os.environ | {
        "ONMODEL_HOME": str(home),
        "ONMODEL_DATABASE_URL": str(settings.database_url),
        "ONMODEL_BROKER_URL": str(settings.broker_url),
    }
    said = subprocess.run(
        [sys.executable, "-m", "onmodel", "queue", *words, "--json"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == status, said.stderr + said.stdout
    return json.loads(said.stdout)


async def test_the_queue_is_listed_and_steered(house: House, home: Path) -> None:
    ada = await house.person("ada", admin=True)
    project = await house.project(ada)
    character = (await house.character(ada, project))["id"]
    for number in range(3):
        await ada.upload(character, picture(number), name=f"{number}.png")
    items = _queue(house, home, "list")["items"]
    assert [item["label"] for item in items] == ["Check 0.png", "Check 1.png", "Check 2.png"]
    ids = [item["id"] for item in items]
    assert _queue(house, home, "move", ids[2], "--before", ids[0])["position"] == 1
    assert [one["state"] for one in _done(house, home, "pause", *ids[:2])] == ["paused"] * 2
    assert [one["state"] for one in _done(house, home, "resume", *ids[:2])] == ["queued"] * 2
    assert _done(house, home, "hurry", ids[1])[0]["urgent"]
    assert not _done(house, home, "unhurry", ids[1])[0]["urgent"]
    assert _done(house, home, "cancel", ids[0])[0]["state"] == "cancelled"
    (again,) = _done(house, home, "retry", ids[0])
    assert (again["state"], again["id"] != ids[0]) == ("queued", True)


def _done(house: House, home: Path, *words: str) -> list[dict[str, Any]]:
    """Do something that works with all calls that are named; return them."""
    said = _queue(house, home, *words)
    assert said["refused"] == []
    return said["done"]


async def test_what_does_not_work_with_one_is_done_with_the_others(
    house: House, home: Path
) -> None:
    ada = await house.person("ada", admin=True)
    project = await house.project(ada)
    character = (await house.character(ada, project))["id"]
    for number in range(2):
        await ada.upload(character, picture(number), name=f"{number}.png")
    call, other = _queue(house, home, "list", "--project", project)["items"]
    _done(house, home, "cancel", call["id"])
    said = _queue(house, home, "cancel", call["id"], other["id"], status=1)
    assert [(one["id"], one["code"]) for one in said["refused"]] == [(call["id"], "call_over")]
    assert [(one["id"], one["state"]) for one in said["done"]] == [(other["id"], "cancelled")]
    assert _queue(house, home, "move", call["id"], status=1)["code"] == "invalid"
