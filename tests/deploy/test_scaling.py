"""KEDA's query, as the chart renders it, on the real tables with calls in them."""

import json
import re
from collections.abc import AsyncIterator

import asyncpg
import pytest

from onmodel.dispatch import demand
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import Tier
from onmodel.kit.db.uow import Database
from tests.deploy.chart import CHART, of_kind, render, variant
from tests.support.calls import Noun, add_worker, claim_all, open_database, registered, submit


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url, []) as database, registered(Noun()):
        yield database


async def _asked(url: str, group: str) -> int:
    """Ask as KEDA does: one connection, one statement, one number."""
    scaled = of_kind(variant("gpu"), "ScaledObject")[f"film-onmodel-worker-{group}"]
    (trigger,) = scaled["spec"]["triggers"]
    assert trigger["type"] == "postgresql"
    slots = {"cpu": "2"}.get(group, "1")  # of each pod
    assert trigger["metadata"]["targetQueryValue"] == slots
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        return await connection.fetchval(trigger["metadata"]["query"])
    finally:
        await connection.close()


async def test_machines_come_for_the_tier_that_is_waited_for(
    database: Database, database_url: str
) -> None:
    for tier, count in ((Tier.STANDARD, 2), (Tier.HIGH, 3)):
        for _ in range(count):
            await submit(database, tier=tier)
    groups = ("cpu", "low", "standard", "high")
    assert [await _asked(database_url, group) for group in groups] == [0, 0, 2, 3]
    await add_worker(database, slots=1, tiers=(Tier.HIGH,))
    assert len(await claim_all(database)) == 1
    assert await _asked(database_url, "high") == 3  # the one that runs keeps its machine


async def test_one_call_brings_one_machine_of_two_groups_that_serve_its_tier(
    database: Database, database_url: str
) -> None:
    await submit(database, task=Task.VALIDATE_CONSISTENCY)
    assert [await _asked(database_url, group) for group in ("cpu", "low")] == [1, 0]
    await submit(database)
    assert [await _asked(database_url, group) for group in ("cpu", "low")] == [1, 1]


@pytest.mark.parametrize("tasks", [[], ["character.validate_consistency"]])
def test_two_groups_that_would_come_for_one_call_are_refused(tasks: list[str]) -> None:
    group = {"tiers": ["low"], "slots": 1, "minReplicas": 0, "maxReplicas": 1, "tasks": tasks}
    with pytest.raises(Exception, match="would both come for"):
        render({"workers": {"cpu": group, "second": group}})


def test_the_chart_knows_every_task() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    group = schema["properties"]["workers"]["additionalProperties"]["properties"]
    assert group["tasks"]["items"]["enum"] == [task.value for task in Task]


def test_the_query_is_the_one_of_the_code() -> None:
    written = (CHART / "files" / "demand.sql").read_text()
    assert written == demand.DEMAND, "run `make fix` and commit it"
    query = of_kind(variant("gpu"), "ScaledObject")["film-onmodel-worker-high"]["spec"]
    text = query["triggers"][0]["metadata"]["query"]
    assert not re.search(r":(tiers|tasks|elsewhere)", text)
    assert len(re.findall(re.escape("ARRAY['high']::text[]"), text)) == 2
