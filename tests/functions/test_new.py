"""A new function, made by doing what docs/functions.md says and nothing else."""

from pathlib import Path

import pytest

from onmodel.functions.new import BadNameError, FolderExistsError, create
from tests.support.guide import ROOT, followed


def test_somebody_who_follows_the_guide_has_a_function() -> None:
    with followed("Make one", "grey") as done:
        assert "It conforms." in done.said
        assert (done.checkout / "made" / "grey.png").read_bytes().startswith(b"\x89PNG")
        # besides the function's own folder: its environment, and what the last command made
        assert done.outside("grey") == {"home", "made"}


def test_a_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(BadNameError):
        create("../grey", tmp_path, ROOT / "sdk", print)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "grey").mkdir()
    with pytest.raises(FolderExistsError):
        create("grey", tmp_path, ROOT / "sdk", print)
    assert list((tmp_path / "grey").iterdir()) == []
