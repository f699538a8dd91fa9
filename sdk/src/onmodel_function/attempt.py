"""One run of the author's code, and what its end means."""

import errno
import traceback
from dataclasses import dataclass, replace
from typing import Any

from onmodel_function.author import Cancelled, Context, Function, InvalidInput
from onmodel_function.decode import InvalidRequestError, decode
from onmodel_function.encode import BadOutputError, encode
from onmodel_function.prediction import Failure, Prediction


@dataclass(frozen=True)
class Outcome:
    """How a call ended."""

    failure: Failure | None = None
    output: dict[str, object] | None = None

    @property
    def fit(self) -> bool:
        """Whether the process may take another call."""
        return self.failure is None or not self.failure.fatal

    def publish(self, prediction: Prediction) -> None:
        """End the prediction accordingly; neither outputs nor a failure means cancelled."""
        if self.output is not None:
            prediction.succeed(self.output)
        elif self.failure is not None:
            prediction.fail(self.failure)
        else:
            prediction.end_cancelled()


def attempt(
    function: Function[Any, Any], signature: tuple[type, type], prediction: Prediction
) -> Outcome:
    """Run one call. The author's code may raise anything; this does not."""
    inputs_class, outputs_class = signature
    prediction.start()
    context = Context(
        prediction.output_dir,
        call_id=prediction.id,
        on_progress=prediction.progress,
        on_loss=prediction.loss,
        on_preview=prediction.preview,
        is_cancelled=prediction.is_cancelled,
    )
    try:
        inputs = decode(inputs_class, prediction.values, prediction.input_dir)
        outputs = function.run(inputs, context)
        return Outcome(output=encode(outputs, outputs_class, prediction.output_dir))
    except Cancelled:
        return Outcome()
    except BaseException as error:  # noqa: BLE001 - the author's code may raise anything
        # Without memory, or after SystemExit and the like, nobody knows what is left.
        fatal = not isinstance(error, Exception) or isinstance(error, MemoryError)
        return Outcome(replace(_failure(error), fatal=fatal))


def _failure(error: BaseException) -> Failure:
    message = f"{type(error).__name__}: {error}"
    match error:
        case InvalidInput():
            return Failure(error.code, error.message, "input", error.field)
        case InvalidRequestError():
            return Failure("invalid_input", str(error), "input")
        case BadOutputError():
            return Failure("bad_output", str(error), "function")
        case MemoryError():
            code = "out_of_memory"
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            code = "disk_full"
        case OSError(errno=errno.EFBIG):
            code, message = "bad_output", "the function wrote more than it may"
        case _:
            code = "function_failed"
    traceback.print_exception(error)
    return Failure(code, message, "function")
