"""Every message of the wire contract, as a real function sends it.

The files under `messages/` are the contract: a change of one is a change for every function out
there. `UPDATE_MESSAGES=1` writes them anew.
"""

import base64
import http.client
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from onmodel.functions.installation import Prepared
from onmodel.runner import wire
from onmodel.runner.process import ProcessRuntime
from onmodel.runner.runtime import Instance
from onmodel.runner.startup import start
from tests.runner.conftest import await_true, toy

MESSAGES = Path(__file__).parent / "messages"
# What differs from one run to the next.
VARYING = {"created_at": "2026-01-01T00:00:00+00:00", "predict_time": 0.25, "version": "0.1.0"}


class Function:
    """A running toy, and plain HTTP to it."""

    def __init__(self, instance: Instance, folder: Path) -> None:
        self.instance = instance
        self.folder = folder
        for name in ("in", "out"):
            (folder / name).mkdir()

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        accept: str = "*/*",
        **headers: str,
    ) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection("function", timeout=60)) as connection:
            connection.sock = connected(self.instance)
            data = None if body is None else json.dumps(body)
            connection.request(method, path, data, {"Accept": accept, **headers})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def json(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        status, answer = self.ask(method, path, body)
        return status, json.loads(answer)

    def put(self, call_id: str, **inputs: object) -> dict[str, Any]:
        """Run a call. Returns its events by name; of several, the last."""
        _, answer = self.ask(
            "PUT", f"/predictions/{call_id}", self.body(**inputs), accept="text/event-stream"
        )
        blocks = [block.split("\n") for block in answer.decode().strip().split("\n\n")]
        return {
            name.removeprefix("event: "): json.loads(data.removeprefix("data: "))
            for name, data in blocks
        }

    def body(self, **inputs: object) -> dict[str, Any]:
        context = {"input_dir": str(self.folder / "in"), "output_dir": str(self.folder / "out")}
        return {"input": inputs, "context": context}


def connected(instance: Instance) -> socket.socket:
    """Connect to a function; the path of its socket may be longer than an address can be."""
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(60)
    folder = os.open(instance.socket.parent, os.O_PATH)
    try:
        peer.connect(f"/proc/self/fd/{folder}/{instance.socket.name}")
    except OSError:
        peer.close()
        raise
    finally:
        os.close(folder)
    return peer


def listens(instance: Instance) -> bool:
    """Whether the function has opened its socket."""
    try:
        connected(instance).close()
    except OSError:
        return False
    return True


class Start:
    """Starts toys and ends them."""

    def __init__(self, runtime: ProcessRuntime, prepared: Prepared, folder: Path) -> None:
        self._runtime = runtime
        self._prepared = prepared
        self._folder = folder
        self.started: list[Instance] = []

    def __call__(self, name: str, *, ready: bool = True) -> Function:
        folder = self._folder / str(len(self.started))
        folder.mkdir()
        if ready:
            instance = start(self._runtime, toy(name), self._prepared, cancelled=lambda: False)
            self.started.append(instance.instance)
        else:
            self.started.append(self._runtime.start(toy(name), self._prepared))
            await_true(lambda: listens(self.started[-1]))
        return Function(self.started[-1], folder)


@pytest.fixture
def run(runtime: ProcessRuntime, prepared: Prepared, tmp_path: Path) -> Iterator[Start]:
    calls = tmp_path / "calls"
    calls.mkdir()
    starter = Start(runtime, prepared, calls)
    yield starter
    for instance in starter.started:
        instance.kill()


def settled(value: Any) -> Any:
    """Replace what differs between runs."""
    if isinstance(value, dict):
        return {name: VARYING.get(name, settled(item)) for name, item in value.items()}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return value


def check(name: str, message: Any) -> None:
    """Compare a message with its file."""
    path = MESSAGES / f"{name}.json"
    text = json.dumps(settled(message), indent=2, ensure_ascii=False) + "\n"
    if os.environ.get("UPDATE_MESSAGES"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_health(run: Start) -> None:
    patient = run("Patient")
    check("health_ready", patient.json("GET", "/health-check")[1])
    caller = threading.Thread(target=patient.put, args=("c1",))
    caller.start()
    await_true(lambda: patient.json("GET", "/health-check")[1]["status"] == "BUSY")
    check("health_busy", patient.json("GET", "/health-check")[1])
    patient.json("POST", "/predictions/c1/cancel")
    caller.join()

    failing = run("NoSetup", ready=False)
    await_true(lambda: failing.json("GET", "/health-check")[1]["status"] != "STARTING")
    check("health_setup_failed", failing.json("GET", "/health-check")[1])


def test_requests_during_setup_are_refused(run: Start) -> None:
    starting = run("NeverReady", ready=False)
    check("health_starting", starting.json("GET", "/health-check")[1])
    assert starting.json("GET", "/openapi.json")[0] == 503
    status, body = starting.json("PUT", "/predictions/c1", starting.body())
    assert status == 503
    check("not_ready", body)


def test_openapi(run: Start) -> None:
    check("openapi", run("Echo").json("GET", "/openapi.json")[1])


def test_events_of_a_call_that_succeeds(run: Start) -> None:
    steps = run("Steps")
    events = steps.put("c1", text="hi")
    assert list(events) == ["start", "progress", "preview", "log", "completed"]
    for name, message in events.items():
        check(f"event_{name}", message)
    assert steps.json("GET", "/predictions/c1") == (200, events["completed"])


def test_a_training_says_its_loss_with_its_progress(run: Start) -> None:
    events = run("Learns").put("c1")
    check("event_progress_loss", events["progress"])
    wire.Progress.model_validate(events["progress"])


@pytest.mark.parametrize("loss", ["NaN", "Infinity", '"low"'])
def test_a_loss_is_a_number(loss: str) -> None:
    with pytest.raises(ValidationError):
        wire.Progress.model_validate_json(f'{{"id": "c1", "fraction": 0.5, "loss": {loss}}}')


def test_event_of_a_refusal(run: Start) -> None:
    check("event_failed_input", run("Fails").put("c1", text="refuse")["failed"])


def test_event_of_an_error(run: Start) -> None:
    check("event_failed_function", run("Fails").put("c1", text="raise")["failed"])


def test_event_of_a_cancelled_call(run: Start) -> None:
    patient = run("Patient")
    events: dict[str, Any] = {}
    caller = threading.Thread(target=lambda: events.update(patient.put("c1")))
    caller.start()
    await_true(lambda: patient.json("GET", "/predictions/c1")[0] == 200)
    status, other = patient.json("PUT", "/predictions/c2", patient.body())
    assert status == 409
    check("busy", other)
    check("cancel", patient.json("POST", "/predictions/c1/cancel")[1])
    caller.join()
    check("event_canceled", events["failed"])
    assert patient.json("POST", "/predictions/c1/cancel")[0] == 404


def test_a_call_that_is_asked_for_twice_runs_once(run: Start) -> None:
    echo = run("Echo")
    first = echo.put("c1", text="first")["completed"]
    assert echo.put("c1", text="second")["completed"] == first


def test_refused_inputs(run: Start) -> None:
    echo = run("Echo")
    body = echo.body(text=7, colour="red")
    status, refusal = echo.json("PUT", "/predictions/c1", body)
    assert status == 422
    check("refused_inputs", refusal)
    wire.Refusal.model_validate(refusal)


def test_the_request_for_a_call(run: Start) -> None:
    folders = wire.Context(input_dir="/calls/c1/in", output_dir="/calls/c1/out")
    request = wire.PredictionRequest(id="c1", input={"text": "hi"}, context=folders)
    message = request.model_dump(mode="json")
    check("predict", message)
    # the very same with folders that are there
    steps = run("Steps")
    there = message | {"context": steps.body()["context"]}
    status, answer = steps.json("PUT", "/predictions/c1", there)
    assert (status, answer["output"]) == (200, {"report": {"text": "hi"}})


def test_who_does_not_wait_is_answered_at_once(run: Start) -> None:
    patient = run("Patient")
    status, answer = patient.ask("PUT", "/predictions/c1", patient.body(), Prefer="respond-async")
    assert status == 202
    check("accepted", json.loads(answer))
    assert patient.json("GET", "/predictions/c1")[1]["status"] == "processing"
    patient.json("POST", "/predictions/c1/cancel")
    await_true(lambda: patient.json("GET", "/predictions/c1")[1]["status"] == "canceled")


def test_what_is_not_there(run: Start) -> None:
    echo = run("Echo")
    for name, method, path in (
        ("not_found", "GET", "/nothing"),
        ("no_such_prediction", "GET", "/predictions/unknown"),
        ("cancel_unknown", "POST", "/predictions/unknown/cancel"),
    ):
        status, answer = echo.json(method, path)
        assert status == 404
        check(name, answer)


def test_a_body_is_for_values_not_for_files(run: Start) -> None:
    echo = run("Echo")
    with closing(http.client.HTTPConnection("function", timeout=60)) as connection:
        connection.sock = connected(echo.instance)
        connection.putrequest("PUT", "/predictions/c1")
        connection.putheader("Content-Length", str(8 * 1024 * 1024 + 1))
        connection.endheaders()
        answer = connection.getresponse()
        assert answer.status == 413
        check("too_large", json.loads(answer.read()))
    assert echo.json("GET", "/health-check")[1]["status"] == "READY"


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/nothing", None, 404),
        ("GET", "/predictions/unknown", None, 404),
        ("POST", "/predictions/unknown/cancel", None, 404),
        ("PUT", "/predictions/a/b", {}, 404),
        ("PUT", "/predictions/c1", {}, 422),
        ("PUT", "/predictions/c1", {"id": "other"}, 422),
        ("PUT", "/predictions/c1", [], 422),
        ("PUT", "/predictions/c1", {"input": {}, "context": {"input_dir": "x"}}, 422),
    ],
)
def test_requests_that_make_no_sense(
    run: Start, method: str, path: str, body: object, status: int
) -> None:
    assert run("Echo").json(method, path, body)[0] == status


def test_without_a_stream_the_answer_is_the_end(run: Start) -> None:
    echo = run("Steps")
    status, answer = echo.json("PUT", "/predictions/c1", echo.body(text="hi"))
    assert status == 200
    check("event_completed", answer | {"id": "c1"})


def test_shutdown_lets_the_process_end(run: Start) -> None:
    echo = run("Echo")
    check("shutdown", echo.json("POST", "/shutdown")[1])
    assert echo.instance.wait(60) == 0


def test_our_models_read_every_message() -> None:
    models = {
        "health": wire.Health,
        "event_start": wire.Start,
        "event_progress": wire.Progress,
        "event_preview": wire.Preview,
        "event_log": wire.Log,
        "event_completed": wire.Snapshot,
        "event_failed": wire.Snapshot,
        "event_canceled": wire.Snapshot,
        "accepted": wire.Snapshot,
        "predict": wire.PredictionRequest,
        "refused": wire.Refusal,
    }
    read = 0
    for path in MESSAGES.glob("*.json"):
        for prefix, model in models.items():
            if path.stem.startswith(prefix):
                model.model_validate_json(path.read_bytes())
                read += 1
    assert read >= len(models)


def test_a_preview_has_a_size_that_it_may_have_and_is_base64() -> None:
    def preview(data: str) -> wire.Preview:
        return wire.Preview.model_validate_json(json.dumps({"id": "c1", "data": data}))

    largest = base64.b64encode(b"x" * wire.PREVIEW_BYTES).decode()
    assert len(preview(largest).data) == wire.PREVIEW_BYTES
    for data in (base64.b64encode(b"x" * (wire.PREVIEW_BYTES + 3)).decode(), "?", "Ä"):
        with pytest.raises(ValidationError):
            preview(data)


def test_a_folder_that_cannot_be_read_is_refused_not_passed_over(run: Start) -> None:
    function = run("Echo")
    body = function.body()
    # longer than a name can be, which not even root can read
    body["context"]["input_dir"] = "/" + "a" * 300
    status, answer = function.json("PUT", "/predictions/unreadable", body)
    assert status == 422
    (fault,) = answer["detail"]
    assert (fault["loc"], fault["type"]) == (["body", "context", "input_dir"], "folder_unreadable")
    assert fault["msg"].startswith("input_dir cannot be read: ")
    assert function.json("GET", "/health-check")[1]["status"] == "READY"
