"""Events of a call: in order, bounded, and for everybody who asks."""

from pathlib import Path

from onmodel_function.prediction import (
    MAX_LINE_CHARACTERS,
    MAX_LOG_LINES,
    PREVIEW_BYTES,
    Failure,
    Prediction,
)

HERE = Path()


def events_of(prediction: Prediction) -> list[tuple[str, dict[str, object]]]:
    return [(event.name, event.data) for event in prediction.stream(1.0) if event]


def test_every_reader_gets_all_events() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    prediction.progress(0.5, "half")
    prediction.succeed({"score": 1})
    names = [name for name, _ in events_of(prediction)]
    assert names == ["start", "progress", "completed"]
    assert [name for name, _ in events_of(prediction)] == names


def test_progress_that_nobody_could_see_is_not_sent() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    for step in range(10_000):
        prediction.progress(step / 10_000, "warping")
    prediction.progress(0.9999, "writing")
    prediction.succeed({})
    assert 190 < len(events_of(prediction)) < 210


def test_previews_are_few_small_and_made_only_when_sent() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    made: list[int] = []

    def make() -> bytes:
        made.append(len(made))
        return b"picture"

    for _ in range(100):
        prediction.preview(make)
    prediction.succeed({})
    prediction.preview(make)
    previews = [data for name, data in events_of(prediction) if name == "preview"]
    assert previews == [{"id": "c1", "data": "cGljdHVyZQ=="}]
    assert made == [0]


def test_a_preview_that_is_too_large_is_left_out_and_said() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    prediction.preview(b"x" * (PREVIEW_BYTES + 1))
    prediction.succeed({})
    names = [name for name, _ in events_of(prediction)]
    assert names == ["start", "log", "completed"]


def test_logs_are_bounded() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    prediction.log("stdout", "x" * 10_000)
    for number in range(MAX_LOG_LINES + 50):
        prediction.log("stdout", str(number))
    prediction.succeed({})
    logs = [str(data["data"]) for name, data in events_of(prediction) if name == "log"]
    assert len(logs) == MAX_LOG_LINES + 1
    assert len(logs[0]) == MAX_LINE_CHARACTERS
    assert "left out" in logs[-1]


def test_nothing_follows_the_end() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    prediction.fail(Failure("bad", "It went wrong.", "function"))
    prediction.log("stdout", "late")
    prediction.progress(1.0, "late")
    name, data = events_of(prediction)[-1]
    assert (name, data["status"], data["error"]) == ("failed", "failed", "It went wrong.")


def test_silence_is_told() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    assert next(prediction.stream(0.001)) is None


def test_progress_carries_the_mean_of_the_losses_since_the_last_that_was_sent() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    for step, loss in enumerate((4.0, 3.0, 1.0, 0.5)):
        prediction.loss(loss)
        prediction.progress(0.0025 * step, "learning")
    prediction.progress(0.5, "writing")
    prediction.succeed({})
    sent = [data for name, data in events_of(prediction) if name == "progress"]
    assert [one.get("loss") for one in sent] == [4.0, 2.0, 0.5]


def test_a_loss_that_is_no_number_is_left_out_and_said_once() -> None:
    prediction = Prediction("c1", {}, HERE, HERE)
    prediction.start()
    for step in range(1, 4):
        prediction.loss(float("nan"))
        prediction.progress(step / 4, "learning")
    prediction.succeed({})
    events = events_of(prediction)
    assert [data.get("loss") for name, data in events if name == "progress"] == [None, None, None]
    assert ["nan" in str(data["data"]) for name, data in events if name == "log"] == [True]
