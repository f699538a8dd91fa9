"""Functions that look at the walls around them, and functions that try to get through."""

import _ctypes
import ctypes
import os
import shutil
import socket
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from handlers import PNG, Files, Report, Text
from onmodel_function import Context, Function, InputFile, OutputFile, field


@dataclass(frozen=True)
class LookInputs:
    picture: InputFile = field("A picture.", media_types=("image/png",))
    port: int = field("A port of the machine that somebody listens on.")


class Looks(Function[LookInputs, Report]):
    """Reports what it may do."""

    def setup(self, weights: Path) -> None:
        self.weights = weights

    def run(self, inputs: LookInputs, context: Context) -> Report:
        status = dict(
            line.split(":\t", 1) for line in Path("/proc/self/status").read_text().splitlines()
        )
        return Report(
            report={
                "user": os.getuid(),
                "capabilities": int(status["CapBnd"], 16),
                "new_privileges": status["NoNewPrivs"] == "0",
                "interfaces": sorted(name for _, name in socket.if_nameindex()),
                "reached": _reached(inputs.port),
                "weights": (self.weights / "model.tflite").read_text(),
                "environment": dict(os.environ),
                "writable": [
                    str(place)
                    for place in (
                        Path("/opt"),
                        Path("/etc"),
                        inputs.picture.path.parent,
                        inputs.picture.path,
                        self.weights,
                        self.weights / "model.tflite",
                        Path("/run/onmodel"),
                        Path("/tmp"),
                        Path("/cache"),
                        Path("/dev/shm"),
                    )
                    if _writable(place)
                ],
                "runs_from": [
                    str(place)
                    for place in (
                        Path("/tmp"),
                        Path("/cache"),
                        Path("/dev/shm"),
                    )
                    if _runs_from(place)
                ],
                "control_group": Path("/proc/self/cgroup").read_text().split(":")[2].strip(),
            }
        )


def _reached(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _writable(place: Path) -> bool:
    try:
        if place.is_dir():
            (place / "mine").touch()
            (place / "mine").unlink()
        else:
            place.open("r+b").close()
    except OSError:
        return False
    return True


def _runs_from(place: Path) -> bool:
    """Whether a library that lies there can be loaded."""
    library = place / "library.so"
    shutil.copyfile(_ctypes.__file__, library)
    try:
        ctypes.CDLL(str(library))
    except OSError:
        return False
    finally:
        library.unlink()
    return True


class Grows(Function[Text, Report]):
    """Takes memory and touches it."""

    def run(self, inputs: Text, context: Context) -> Report:
        held = [bytearray(b"x" * 1024 * 1024) for _ in range(int(inputs.text))]
        return Report(report={"megabytes": len(held)})


class SwapsSocket(Function[Text, Report]):
    """Puts a link to a socket of the machine in the place of its own."""

    def run(self, inputs: Text, context: Context) -> Report:
        own = Path("/run/onmodel/socket")
        own.rename(own.with_name("away"))
        own.symlink_to(inputs.text)
        return Report(report={})


class LinksOutput(Function[Text, Files]):
    """Hands out a link to a file of the machine, past the checks of the SDK."""

    def run(self, inputs: Text, context: Context) -> Files:
        path = context.output("image.png")
        path.write_bytes(PNG)
        sdk = sys.modules["onmodel_function.attempt"]
        encode = vars(sdk)["encode"]

        def swap(*arguments: object) -> object:
            try:
                return encode(*arguments)
            finally:
                path.unlink()
                path.symlink_to(inputs.text)

        vars(sdk)["encode"] = swap
        return Files(image=OutputFile(path, "image/png"))


class RewritesOutput(Function[Text, Files]):
    """Goes on writing after it has answered."""

    def run(self, inputs: Text, context: Context) -> Files:
        path = context.output("image.png")
        path.write_bytes(PNG)
        threading.Thread(target=_rewrite, args=(path,), daemon=True).start()
        return Files(image=OutputFile(path, "image/png"))


def _rewrite(path: Path) -> None:
    number = 0
    while path.exists():
        with path.open("r+b") as file:
            file.write(PNG + str(number).encode())
        number += 1
