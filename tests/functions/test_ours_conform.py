"""Our own functions are put through what every function is put through."""

from pathlib import Path

import pytest

from bench.support.house import shared_caches
from onmodel.functions.installation import Installation
from onmodel.functions.manifest import read
from onmodel.runner.conformance import examine
from onmodel.runner.process import ProcessRuntime
from tests.support.services import short_folder

FOLDERS = sorted(
    path.parent for path in (Path(__file__).parents[2] / "functions").glob("*/function.toml")
)


@pytest.mark.functions
@pytest.mark.parametrize("folder", FOLDERS, ids=[folder.name for folder in FOLDERS])
def test_it_conforms(folder: Path) -> None:
    prepare = Installation(shared_caches()).prepare
    with short_folder() as place:
        runtime = ProcessRuntime(place)
        try:
            checks = list(examine(read(folder), runtime, prepare, on_line=print))
        finally:
            runtime.close()
    assert [one for one in checks if one.state == "failed"] == []
    assert ("runs", "passed") in [(one.name, one.state) for one in checks]
