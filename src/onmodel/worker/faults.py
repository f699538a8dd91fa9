"""Turning whatever went wrong in a worker into the error that a call's record keeps."""

from pydantic import ValidationError

from onmodel.dispatch.failures import TABLE
from onmodel.dispatch.leases import OURS
from onmodel.dispatch.schemas import CallError
from onmodel.kit.errors import ProblemError
from onmodel.runner.errors import CallFailed

# What one machine cannot do, now or later, and another may: it has other functions, a larger GPU,
# or has installed what could not be installed here.
ELSEWHERE = frozenset(
    code for code, known in TABLE.items() if known.fault == "machine" and not known.retry
)

# What reading an answer raises that is not what was promised. Python turns the end of an iterator
# (no file of that name) into a RuntimeError where it leaves a coroutine.
_UNREADABLE = (ValidationError, KeyError, IndexError, TypeError, ValueError, AttributeError)


def describe(error: Exception) -> CallError:
    """Return the call's error for an exception.

    The runner's failures carry their own verdict. Of our own problems that the table of failures
    does not know, those with a server's status (5xx) are the machine's and may pass. Anything else
    is a mistake in OnModel.
    """
    if isinstance(error, CallFailed):
        return CallError(
            code=error.code,
            message=error.message,
            fault=error.fault,
            retry=error.retry,
            detail=error.detail or error.log,
        )
    if isinstance(error, ProblemError):
        if error.code in TABLE:
            return CallError.of(error.code, message=error.detail)
        ours = error.status >= 500
        fault = "machine" if ours else "input"
        return CallError(code=error.code, message=error.detail, fault=fault, retry=ours)
    return CallError.of("internal_error", detail=f"{type(error).__name__}: {error}")


def describe_unheard(error: Exception) -> CallError:
    """Return the call's error where its noun failed to take what the function made.

    Never tried again: the same answer would meet the same noun, after another full run.
    """
    detail = f"{type(error).__name__}: {error}"
    refused = isinstance(error, ProblemError) and error.status < 500
    if refused or isinstance(error, _UNREADABLE) or isinstance(error.__cause__, StopIteration):
        return CallError.of("bad_output", detail=detail)
    return OURS.model_copy(update={"detail": detail})
