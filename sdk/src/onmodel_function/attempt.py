"""One run of the author's code, and what its end means."""

import traceback
from dataclasses import dataclass
from typing import Any

from onmodel_function.author import Cancelled, Context, Function, InvalidInput
from onmodel_function.decode import InvalidRequestError, decode
from onmodel_function.encode import BadOutputError, encode
from onmodel_function.prediction import Failure, Prediction


@dataclass(frozen=True)
class Outcome:
    """How a call ended, and whether the process is fit for another."""

    failure: Failure | None = None
    output: dict[str, object] | None = None
    fit: bool = True

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
        fit = isinstance(error, Exception) and not isinstance(error, MemoryError)
        return Outcome(_failure(error), fit=fit)


def _failure(error: BaseException) -> Failure:
    match error:
        case InvalidInput():
            return Failure(error.code, error.message, "input", error.field)
        case InvalidRequestError():
            return Failure("invalid_input", str(error), "input")
        case BadOutputError():
            return Failure("bad_output", str(error), "function")
        case MemoryError():
            traceback.print_exception(error)
            return Failure("out_of_memory", "The function ran out of memory.", "function")
        case _:
            traceback.print_exception(error)
            message = f"{type(error).__name__}: {error}"
            return Failure("function_failed", message, "function")
