"""What a worker keeps warm, and what it does not so much as install."""

import asyncio
from pathlib import Path

import pytest

from onmodel.functions import licences
from onmodel.functions.registry import load
from onmodel.kit.db.uow import Database
from onmodel.kit.ids import new_id
from onmodel.runner.keeper import Wanted
from onmodel.settings import Settings
from onmodel.worker import app
from tests.functions.conftest import manifest_text, write_function
from tests.worker.test_run import ScriptedPool

TERMS = {"commercial": "false", "licence_url": '"https://example.org/terms"'}


@pytest.fixture
def functions(tmp_path: Path) -> Path:
    folder = tmp_path / "functions"
    keep = "[warm]\nminimum = 1\n"
    write_function(folder, "free", manifest_text("free", weights=keep))
    write_function(folder, "bound", manifest_text("bound", weights=keep, **TERMS))
    write_function(folder, "quiet", manifest_text("quiet"))
    return folder


async def test_what_nobody_accepted_is_not_kept_warm(
    settings: Settings, functions: Path, database: Database
) -> None:
    asked: list[Wanted] = []

    def make_pool(_: Settings, wanted: Wanted) -> ScriptedPool:
        asked.append(wanted)
        return ScriptedPool()

    here = settings.model_copy(update={"functions_dir": functions})
    worker = await asyncio.to_thread(app.start, here, make_pool=make_pool)

    async def kept() -> list[str]:
        return await asyncio.to_thread(lambda: [one.name for one in asked[0]()])

    try:
        assert await kept() == ["free"]
        bound = load(functions).get("bound")
        async with database.begin() as uow:
            await licences.accept(
                uow, "function", "bound", bound.terms, person_id=new_id(), person_name="Ada"
            )
        assert await kept() == ["bound", "free"]
        async with database.begin() as uow:
            await licences.withdraw(uow, "function", "bound", person_id=new_id())
        assert await kept() == ["free"]
    finally:
        await asyncio.to_thread(app.stop, worker)
