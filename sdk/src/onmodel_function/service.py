"""The function's life: set up once, then one call after the other on the main thread."""

import importlib
import threading
import traceback
from collections import OrderedDict
from pathlib import Path
from typing import Any, Literal

from onmodel_function.attempt import attempt
from onmodel_function.author import Function
from onmodel_function.decode import decode
from onmodel_function.fields import signature_of
from onmodel_function.prediction import Prediction
from onmodel_function.schema import openapi

Health = Literal["STARTING", "READY", "BUSY", "SETUP_FAILED"]

# How many calls that ended can still be asked for.
REMEMBERED = 16


class NotReadyError(Exception):
    """Setup has not ended, or ended badly."""


class BusyError(Exception):
    """A call is running, and this function takes one at a time."""


class Service:
    """Holds the author's function and the one call it may be running."""

    def __init__(self, entry: str, weights: Path) -> None:
        self._entry = entry
        self._weights = weights
        self._changed = threading.Condition()
        self._health: Health = "STARTING"
        self._setup_error: str | None = None
        self._function: Function[Any, Any] | None = None
        self._signature: tuple[type, type] | None = None
        self._current: Prediction | None = None
        self._known: OrderedDict[str, Prediction] = OrderedDict()
        self._stopping = False

    @property
    def current(self) -> Prediction | None:
        """The call that is running now."""
        return self._current

    def health(self) -> dict[str, object]:
        """Tell the state and how the setup went."""
        with self._changed:
            setup = {"STARTING": "starting", "SETUP_FAILED": "failed"}.get(
                self._health, "succeeded"
            )
            return {
                "status": self._health,
                "setup": {"status": setup, "error": self._setup_error},
            }

    def schema(self) -> dict[str, object]:
        """Describe the function.

        Raises:
            NotReadyError: nothing is loaded yet.
        """
        if self._signature is None:
            raise NotReadyError
        inputs, outputs = self._signature
        return openapi(self._entry, inputs, outputs)

    def find(self, call_id: str) -> Prediction | None:
        """Look up a call that is running or ended lately."""
        with self._changed:
            return self._known.get(call_id)

    def submit(
        self, call_id: str, values: dict[str, object], input_dir: Path, output_dir: Path
    ) -> Prediction:
        """Hand a call to the main thread, or find the one with the same id.

        The inputs are checked here, in the caller's thread, so that a request that cannot run
        is refused at once.

        Raises:
            NotReadyError, BusyError, InvalidRequestError.
        """
        with self._changed:
            known = self._known.get(call_id)
            if known is not None:
                return known
            if self._health == "BUSY":
                raise BusyError
            if self._health != "READY" or self._signature is None or self._stopping:
                raise NotReadyError
            decode(self._signature[0], values, input_dir)
            prediction = Prediction(call_id, values, input_dir, output_dir)
            self._current = prediction
            self._known[call_id] = prediction
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
            self._health = "BUSY"
            self._changed.notify_all()
            return prediction

    def stop(self) -> None:
        """Let the running call end, then leave `serve`."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def serve(self) -> int:
        """Set up, then run calls until somebody stops it. Returns the exit status.

        Runs on the main thread: some model libraries insist on it.
        """
        if not self._set_up():
            with self._changed:
                self._changed.wait_for(lambda: self._stopping)
            return 1
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._current is not None or self._stopping)
                prediction = self._current
            if prediction is None:
                return 0
            assert self._function is not None
            assert self._signature is not None
            outcome = attempt(self._function, self._signature, prediction)
            if outcome.fit:
                # Ready before the answer is out, so that the next call finds it so.
                with self._changed:
                    self._current = None
                    self._health = "READY"
            outcome.publish(prediction)
            if not outcome.fit:
                return 1

    def _set_up(self) -> bool:
        try:
            function_class = _load(self._entry)
            signature = signature_of(function_class)
            openapi(self._entry, *signature)
            function = function_class()
            function.setup(self._weights)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever it is, the caller must read it
            traceback.print_exc()
            with self._changed:
                self._setup_error = f"{type(error).__name__}: {error}"
                self._health = "SETUP_FAILED"
            return False
        with self._changed:
            self._function, self._signature = function, signature
            self._health = "READY"
        return True


def _load(entry: str) -> type[Function[Any, Any]]:
    """Return the class that an entry names, or that the function makes which it names.

    The latter is for a model whose inputs are known only once it runs.
    """
    module_name, _, name = entry.partition(":")
    found: object = getattr(importlib.import_module(module_name), name)
    if not isinstance(found, type) and callable(found):
        found = found()
    if not (isinstance(found, type) and issubclass(found, Function)):
        raise TypeError(f"{entry} is not a Function")
    return found
