"""``onmodel function pull`` and ``licence``: model files and terms, from the command line."""

import asyncio
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import run
from tests.functions.conftest import manifest_text, write_function
from tests.support.house import House
from tests.support.site import Site, open_site, safetensors

WEIGHT = """
[[weights]]
name = "hair.safetensors"
source = "{url}/{{revision}}/hair.safetensors"
revision = "1"
sha256 = "{sha256}"
bytes = {bytes}
licence = "CC-BY-NC-4.0"
licence_url = "https://creativecommons.org/licenses/by-nc/4.0/"
commercial = {commercial}
"""
PATH = "/1/hair.safetensors"


def function(site: Site, folder: Path, *, commercial: bool) -> None:
    site.files[PATH] = safetensors()
    weight = site.weight(PATH)
    text = WEIGHT.format(
        url=site.url,
        sha256=weight.sha256,
        bytes=weight.bytes,
        commercial=str(commercial).lower(),
    )
    write_function(folder, "hair", manifest_text("hair", weights=text))


def lines_of(done: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_pull_that_was_cut_goes_on_and_tells_how_far_it_is(home: Path, tmp_path: Path) -> None:
    with open_site() as site:
        function(site, tmp_path, commercial=True)
        site.cut_after = [50_000, None]
        words = ("function", "pull", "hair", "--json")
        done = run(home, *words, ONMODEL_FUNCTIONS_DIR=str(tmp_path))
        assert done.returncode == 0, done.stdout
        *progress, answer = lines_of(done)
        total = len(site.files[PATH])
        assert {one["event"] for one in progress} == {"progress"}
        assert progress[-1]["bytes_done"] == progress[-1]["bytes_total"] == total
        (file,) = answer["pulled"][0]["files"]
        assert Path(file["path"]).read_bytes() == site.files[PATH]
        assert [asked for _, asked, _ in site.seen] == [None, "bytes=50000-"]

        told = run(home, *words[:-1], ONMODEL_FUNCTIONS_DIR=str(tmp_path))
        assert "1 model file, 0.2 MB, all verified" in told.stdout
        assert len(site.seen) == 2


def test_a_failure_is_a_problem_document(home: Path, tmp_path: Path) -> None:
    with open_site() as site:
        function(site, tmp_path, commercial=True)
        site.statuses = [401]
        words = ("function", "pull", "hair", "--json")
        done = run(home, *words, ONMODEL_FUNCTIONS_DIR=str(tmp_path))
    assert done.returncode == 1
    problem = lines_of(done)[-1]
    assert problem["code"] == "weights_not_allowed"
    assert "ONMODEL_DOWNLOAD_TOKENS" in problem["try"]


@pytest.fixture
def servers(house: House) -> dict[str, str]:
    settings = house.resources.settings
    return {
        "ONMODEL_DATABASE_URL": str(settings.database_url),
        "ONMODEL_BROKER_URL": str(settings.broker_url),
    }


async def test_terms_are_accepted_before_anything_is_fetched(
    home: Path, tmp_path: Path, servers: dict[str, str]
) -> None:
    with open_site() as site:
        function(site, tmp_path, commercial=False)
        variables = servers | {"ONMODEL_FUNCTIONS_DIR": str(tmp_path)}

        async def say(*words: str) -> tuple[int, dict[str, Any]]:
            done = await asyncio.to_thread(run, home, "function", *words, "--json", **variables)
            # one document, or one a line of which the last is the answer
            whole = done.stdout.startswith("{\n")
            return done.returncode, json.loads(
                done.stdout if whole else done.stdout.splitlines()[-1]
            )

        for words in (("pull", "hair"), ("run", "hair", "--output", str(tmp_path / "made"))):
            status, problem = await say(*words)
            assert (status, problem["code"]) == (1, "licence_not_accepted")
        assert site.seen == []
        _, shown = await say("licence", "hair")
        assert (shown["commercial"], shown["accepted_by"]) == (False, None)
        assert shown["terms"][0]["name"] == "CC-BY-NC-4.0"

        status, _ = await say("pull", "hair", "--accept-licence")
        assert status == 0
        _, shown = await say("licence", "hair")
        assert shown["accepted_by"] == "Administrator"
        _, shown = await say("licence", "hair", "--withdraw")
        assert shown["accepted_by"] is None
        _, shown = await say("licence", "hair", "--accept")
        assert shown["accepted_at"] is not None
