"""Folders of running calls."""

from pathlib import Path
from uuid import uuid4

from onmodel.worker.scratch import Scratch


def test_folders_live_as_long_as_the_attempt(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "calls", uuid4())
    with scratch.for_call(uuid4(), 3) as (inputs, outputs):
        (outputs / "half.png").write_bytes(b"x")
        assert list(inputs.iterdir()) == []
    assert not outputs.exists()
    scratch.close()
    assert list((tmp_path / "calls").iterdir()) == []


def test_removes_what_a_killed_worker_left_and_nothing_else(tmp_path: Path) -> None:
    killed, alive = uuid4(), uuid4()
    left = tmp_path / str(killed)
    left.mkdir()
    (left / "worker.lock").touch()
    (left / "half.png").write_bytes(b"x")
    living = Scratch(tmp_path, alive)
    newcomer = Scratch(tmp_path, uuid4())
    assert not left.exists()
    assert (tmp_path / str(alive)).is_dir()
    for scratch in (living, newcomer):
        scratch.close()
