"""Turning whatever went wrong in a worker into the error that a call's record keeps."""

from onmodel.dispatch.failures import TABLE
from onmodel.dispatch.schemas import CallError
from onmodel.kit.errors import ProblemError
from onmodel.runner.errors import CallFailed


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
