"""What an author may do during a call."""

from pathlib import Path

import pytest

from onmodel_function import Cancelled, Context
from onmodel_function.files import UnsafePathError


def test_progress_stays_between_nothing_and_all(tmp_path: Path) -> None:
    told: list[tuple[float, str]] = []
    context = Context(tmp_path, on_progress=lambda fraction, stage: told.append((fraction, stage)))
    for fraction in (-1, 0.5, 7, float("nan")):
        context.progress(fraction, "working")
    assert told == [(0.0, "working"), (0.5, "working"), (1.0, "working"), (0.0, "working")]


def test_a_cancelled_call_passes_an_except_exception(tmp_path: Path) -> None:
    context = Context(tmp_path, is_cancelled=lambda: True)
    assert context.cancelled

    def careless() -> None:
        try:
            context.check_cancelled()
        except Exception:  # noqa: BLE001 - what careless authors write
            pytest.fail("the cancellation was swallowed")

    with pytest.raises(Cancelled):
        careless()


def test_outputs_stay_in_their_folder(tmp_path: Path) -> None:
    context = Context(tmp_path)
    assert context.output("crops/0.png") == tmp_path / "crops" / "0.png"
    assert (tmp_path / "crops").is_dir()
    for name in ("../x", "/x", "a/../../x", "", "a\\b"):
        with pytest.raises(UnsafePathError):
            context.output(name)


def test_a_loss_is_said_before_the_progress_that_carries_it(tmp_path: Path) -> None:
    told: list[object] = []
    context = Context(
        tmp_path,
        on_progress=lambda fraction, stage: told.append((fraction, stage)),
        on_loss=told.append,
    )
    context.progress(0.5, "learning", loss=0.25)
    context.progress(0.6, "writing")
    assert told == [0.25, (0.5, "learning"), (0.6, "writing")]
