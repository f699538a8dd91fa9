"""The author's side: a function, its context, and the two ways to stop early."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from onmodel_function.files import beneath

InputsT = TypeVar("InputsT")
OutputsT = TypeVar("OutputsT")


class InvalidInput(Exception):  # noqa: N818 - the author reads it as a sentence: raise InvalidInput
    """The caller asked for something this function cannot do. It is never retried.

    Args:
        code: snake_case, stable, for programs.
        message: a sentence for the artist, with what to do instead.
        field: the input it is about, where it is about one.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field


class Cancelled(BaseException):
    """Somebody cancelled the call.

    A BaseException, so that an author's `except Exception` does not swallow it.
    """


def _ignore_progress(fraction: float, stage: str) -> None:
    """Stand in for the server where there is none, as in an author's unit test."""


def _ignore_loss(loss: float) -> None:
    """Stand in for the server where there is none."""


def _ignore_preview(picture: bytes | Callable[[], bytes]) -> None:
    """Stand in for the server where there is none."""


def _never() -> bool:
    return False


class Context:
    """What a running call may use of the world around it.

    A test builds one with nothing but an output folder; the server adds the callables.
    """

    def __init__(
        self,
        output_dir: Path,
        *,
        call_id: str = "",
        on_progress: Callable[[float, str], None] = _ignore_progress,
        on_loss: Callable[[float], None] = _ignore_loss,
        on_preview: Callable[[bytes | Callable[[], bytes]], None] = _ignore_preview,
        is_cancelled: Callable[[], bool] = _never,
    ) -> None:
        self.call_id = call_id
        self._output_dir = output_dir
        self._on_progress = on_progress
        self._on_loss = on_loss
        self._on_preview = on_preview
        self._is_cancelled = is_cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the call was cancelled: for loops that want to tidy up before they stop."""
        return self._is_cancelled()

    def progress(self, fraction: float, stage: str = "", *, loss: float | None = None) -> None:
        """Say how far the call is: `fraction` from 0 to 1, `stage` in a word or two.

        A training says its `loss`, too, the number that it makes small: people see its curve. Say
        it at every step; what is sent is the mean of those since the last that was sent.
        """
        if loss is not None:
            self._on_loss(loss)
        # Written so that a not-a-number becomes 0 as well.
        within = fraction if fraction > 0 else 0.0
        self._on_progress(min(within, 1.0), stage)

    def preview(self, picture: bytes | Callable[[], bytes]) -> None:
        """Show what the result looks like so far: a small PNG, JPEG or WebP, 64 KiB at most.

        Call it as often as you like: about one a second is sent, fewer in a long call. A
        function that makes the picture is called only when it is sent.
        """
        self._on_preview(picture)

    def check_cancelled(self) -> None:
        """Stop here when somebody cancelled the call.

        Raises:
            Cancelled: let it pass through.
        """
        if self._is_cancelled():
            raise Cancelled

    def output(self, name: str) -> Path:
        """Name a file in the output folder, and make the folders on the way to it.

        Raises:
            UnsafePathError: the name leaves the folder.
        """
        path = beneath(self._output_dir, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


class Function(ABC, Generic[InputsT, OutputsT]):
    """A model behind the contract. One instance lives as long as its process."""

    def setup(self, weights: Path) -> None:
        """Load what is slow to load, once. `weights/NAME` is the file declared as NAME."""

    @abstractmethod
    def run(self, inputs: InputsT, context: Context) -> OutputsT:
        """Answer one call. Called from one thread, one call at a time.

        Raises:
            InvalidInput: the caller's fault, with a sentence for the artist.
            Cancelled: from `context.check_cancelled`.
        """
