"""Tiny functions, one for each way in which a function can behave. They import only the SDK."""

import ctypes
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from onmodel_function import Context, Function, InputFile, InvalidInput, OutputFile, field
from onmodel_function.prediction import Event, Prediction

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 24


@dataclass(frozen=True)
class Text:
    text: str = field("Something to say.", default="hello")


@dataclass(frozen=True)
class Report:
    report: dict[str, object] = field("What happened.")


@dataclass(frozen=True)
class EchoInputs:
    text: str = field("Something to say.", default="hello")
    picture: InputFile | None = field("A picture.", default=None, media_types=("image/png",))


@dataclass(frozen=True)
class EchoOutputs:
    report: dict[str, object] = field("What came in, and where it ran.")
    copy: OutputFile | None = field("The picture.", media_types=("image/png",))


class Echo(Function[EchoInputs, EchoOutputs]):
    def setup(self, weights: Path) -> None:
        self.weights = weights

    def run(self, inputs: EchoInputs, context: Context) -> EchoOutputs:
        copy = None
        if inputs.picture is not None:
            path = context.output("pictures/copy.png")
            path.write_bytes(inputs.picture.path.read_bytes())
            copy = OutputFile(path, inputs.picture.media_type)
        report: dict[str, object] = {
            "text": inputs.text,
            "pid": os.getpid(),
            "cwd": str(Path.cwd()),
            "environment": dict(os.environ),
            "session": os.getsid(0),
            "weights": sorted(path.name for path in self.weights.iterdir()),
        }
        return EchoOutputs(report=report, copy=copy)


class Steps(Function[Text, Report]):
    """Reports progress, and prints on both streams."""

    def run(self, inputs: Text, context: Context) -> Report:
        for step in range(4):
            context.check_cancelled()
            context.progress(step / 4, f"step {step}")
        context.preview(PNG)
        context.preview(lambda: sys.exit("made although nobody would see it"))
        print("to the left")
        print("to the right", file=sys.stderr)
        return Report(report={"text": inputs.text})


class Learns(Function[Text, Report]):
    """A trainer: fits the slope of a line to four points, and says its loss at every step."""

    def run(self, inputs: Text, context: Context) -> Report:
        slope, points = 0.0, [(1, 2), (2, 4), (3, 6), (4, 8)]
        for step in range(1, 21):
            off = [slope * x - y for x, y in points]
            loss = sum(one * one for one in off) / len(off)
            context.progress(step / 20, "learning", loss=loss)
            slope -= 0.02 * sum(one * x for one, (x, _) in zip(off, points, strict=True)) / len(off)
        return Report(report={"slope": slope})


PICTURES = ("image/png", "image/jpeg", "image/webp")


@dataclass(frozen=True)
class PainterInputs:
    reference: InputFile = field("The picture to hand back.", media_types=PICTURES)
    references: list[InputFile] = field("More of them.", default=[], media_types=PICTURES)
    key: str = field("Which picture.", default="")
    seed: int = field("Changes nothing.", default=0, minimum=0)
    size: int = field("Changes nothing.", default=768, minimum=1)


@dataclass(frozen=True)
class PainterOutputs:
    image: OutputFile = field("The reference picture.", media_types=PICTURES)


class Painter(Function[PainterInputs, PainterOutputs]):
    """Takes what a variation sends, and gives what it needs."""

    def run(self, inputs: PainterInputs, context: Context) -> PainterOutputs:
        path = context.output("image.png")
        path.write_bytes(inputs.reference.path.read_bytes())
        return PainterOutputs(image=OutputFile(path, "image/png"))


class Steady(Function[Text, Report]):
    """Works for two seconds, unless it is cancelled."""

    def run(self, inputs: Text, context: Context) -> Report:
        pause = threading.Event()
        for step in range(200):
            context.check_cancelled()
            context.progress(step / 200, "on its way")
            pause.wait(0.01)
        return Report(report={"text": inputs.text})


class Patient(Function[Text, Report]):
    """Works until it is cancelled."""

    def run(self, inputs: Text, context: Context) -> Report:
        context.progress(0.1, "waiting")
        pause = threading.Event()
        while True:
            context.check_cancelled()
            pause.wait(0.005)


class Stubborn(Function[Text, Report]):
    """Works for ever and does not listen; it has a child that does the same."""

    def run(self, inputs: Text, context: Context) -> Report:
        child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
        context.progress(0.1, str(child.pid))
        threading.Event().wait()
        return Report(report={})


class Fails(Function[Text, Report]):
    """Ends in the way that its input names."""

    def run(self, inputs: Text, context: Context) -> Report:
        print("these are my last words")
        match inputs.text:
            case "raise":
                raise ValueError("something inside")
            case "refuse":
                raise InvalidInput("cannot_do", "A drawing has no face to turn.", field="text")
            case "exit":
                sys.exit(0)
            case "vanish":
                os._exit(3)
            case "segfault":
                ctypes.string_at(0)
            case "memory":
                bytearray(8 * 1024**3)
            case "kill":
                os.kill(os.getpid(), 9)
            case _:
                pass
        return Report(report={"pid": os.getpid()})


@dataclass(frozen=True)
class Files:
    image: OutputFile = field("A picture.", media_types=("image/png", "image/jpeg"))


class WritesBadly(Function[Text, Files]):
    """Writes its picture in the way that its input names."""

    def run(self, inputs: Text, context: Context) -> Files:
        path = context.output("image.png")
        match inputs.text:
            case "good":
                path.write_bytes(PNG)
            case "link":
                path.symlink_to("/etc/hostname")
            case "outside":
                path = Path("/etc/hostname")
            case "wrong type":
                path.write_bytes(b"GIF89a")
            case "other type":
                path.write_bytes(b"RIFF0000WEBP")
                return Files(image=OutputFile(path, "image/webp"))
            case "extra":
                path.write_bytes(PNG)
                context.output("forgotten.txt").write_text("oops")
            case "too big":
                path.write_bytes(PNG + bytes(3 * 1024 * 1024))
            case _:
                pass
        return Files(image=OutputFile(path, "image/png"))


class Chatty(Function[Text, Report]):
    """Prints far more than anybody wants to read."""

    def run(self, inputs: Text, context: Context) -> Report:
        for number in range(20_000):
            print(f"line {number}")
        return Report(report=json.loads('{"done": true}'))


class NoSetup(Function[Text, Report]):
    def setup(self, weights: Path) -> None:
        raise FileNotFoundError("model.tflite")

    def run(self, inputs: Text, context: Context) -> Report:
        return Report(report={})


class NeverReady(Function[Text, Report]):
    def setup(self, weights: Path) -> None:
        threading.Event().wait()

    def run(self, inputs: Text, context: Context) -> Report:
        return Report(report={})


@dataclass(frozen=True)
class Seeded:
    seed: int = field("Should decide everything.", default=0)


class Unsteady(Function[Seeded, Report]):
    """Goes back in its progress, rolls dice, and does not listen for a while."""

    def run(self, inputs: Seeded, context: Context) -> Report:
        context.progress(0.5, "ahead")
        # what comes at once is put together, and only the last of it is sent
        threading.Event().wait(0.5)
        context.progress(0.2, "back")
        return Report(report={"dice": os.urandom(8).hex()})


@dataclass(frozen=True)
class Rolled:
    image: OutputFile = field("A picture.", media_types=("image/png",))
    report: dict[str, object] = field("What the dice said.")


class Dice(Function[Seeded, Rolled]):
    """Makes the same picture every time, and says something else about it."""

    def run(self, inputs: Seeded, context: Context) -> Rolled:
        path = context.output(f"{os.urandom(4).hex()}.png")
        path.write_bytes(PNG)
        return Rolled(image=OutputFile(path, "image/png"), report={"dice": os.urandom(8).hex()})


class Littering(Function[Seeded, Report]):
    """Writes a file and does not say so."""

    def run(self, inputs: Seeded, context: Context) -> Report:
        context.output("forgotten.txt").write_text("oops")
        return Report(report={})


class Picky(Function[EchoInputs, Report]):
    """Wants to be asked nicely."""

    def run(self, inputs: EchoInputs, context: Context) -> Report:
        if inputs.text != "please":
            raise InvalidInput("rude", "Say please.", field="text")
        return Report(report={})


@dataclass(frozen=True)
class OfCharacter:
    positive_prompt: str = field("What to show.", default="")
    lora: InputFile = field("Which not every character has.")


class Reader(Function[OfCharacter, Report]):
    """Cannot do without a trained model."""

    def run(self, inputs: OfCharacter, context: Context) -> Report:
        return Report(report={"prompt": inputs.positive_prompt})


class Leaks(Function[Text, Report]):
    """Keeps so many MiB of every call."""

    def setup(self, weights: Path) -> None:
        self.kept: list[bytes] = []

    def run(self, inputs: Text, context: Context) -> Report:
        self.kept.append(os.urandom(1024) * 1024 * int(inputs.text))
        return Report(report={"pid": os.getpid()})


class Fills(Function[Text, Files]):
    """Writes a picture of so many MiB."""

    def run(self, inputs: Text, context: Context) -> Files:
        path = context.output("image.png")
        path.write_bytes(PNG + bytes(int(inputs.text) * 1024 * 1024))
        return Files(image=OutputFile(path, "image/png"))


class Drips(Function[Text, Report]):
    """Answers whoever asks from now on byte by byte and without end: its headers, or its body."""

    def run(self, inputs: Text, context: Context) -> Report:
        _drip(inputs.text)
        context.progress(0.1, "dripping")
        if "for ever" in inputs.text:
            threading.Event().wait()
        return Report(report={"pid": os.getpid()})


class DripsAtSetup(Function[Text, Report]):
    """Drips before it is ready."""

    def setup(self, weights: Path) -> None:
        _drip("headers")
        threading.Event().wait()

    def run(self, inputs: Text, context: Context) -> Report:
        return Report(report={})


def _drip(what: str) -> None:
    """Put a socket that drips in the place of our own."""
    own = Path("../socket")
    own.unlink(missing_ok=True)
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(own))
    server.listen()
    head = "HTTP/1.1 200 OK\r\n" + ("X-Long: " if "headers" in what else "\r\n")
    threading.Thread(target=_serve_drops, args=(server, head.encode()), daemon=True).start()


def _serve_drops(server: socket.socket, head: bytes) -> None:
    while True:
        peer, _ = server.accept()
        threading.Thread(target=_send_drops, args=(peer, head), daemon=True).start()


def _send_drops(peer: socket.socket, head: bytes) -> None:
    pause = threading.Event()
    try:
        peer.sendall(head)
        while not pause.wait(0.01):
            peer.sendall(b" ")
    except OSError:
        peer.close()


class GoesOn(Function[Text, Report]):
    """Does not end its stream after it has said how the call ended."""

    def setup(self, weights: Path) -> None:
        whole = Prediction.stream

        def stream(prediction: Prediction, keep_alive_s: float) -> Iterator[Event | None]:
            yield from whole(prediction, keep_alive_s)
            while True:
                threading.Event().wait(0.01)
                yield None

        setattr(Prediction, "stream", stream)  # noqa: B010 - its first parameter has another name

    def run(self, inputs: Text, context: Context) -> Report:
        return Report(report={})
