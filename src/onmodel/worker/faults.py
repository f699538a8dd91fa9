"""Turning whatever went wrong in a worker into the error that a call's record keeps."""

from onmodel.dispatch.schemas import CallError
from onmodel.kit.errors import ProblemError
from onmodel.runner.errors import CallFailed

# A worker with other functions, or one after an update, may be able to; this one is not, and
# trying here again is in vain.
_NOT_HERE = frozenset(
    {
        "no_function",
        "function_not_found",
        "function_version_gone",
        "not_for_sale",
        "licence_not_accepted",
    }
)


def describe(error: Exception) -> CallError:
    """Return the call's error for an exception.

    The runner's failures carry their own verdict. Of our own problems, those with a server's
    status (5xx) are the machine's and may pass. Anything else is a mistake in OnModel.
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
        ours = error.status >= 500
        return CallError(
            code=error.code,
            message=error.detail,
            fault="machine" if ours else "input",
            retry=ours and error.code not in _NOT_HERE,
        )
    return CallError(
        code="internal_error",
        message="Something went wrong inside OnModel.",
        fault="machine",
        retry=True,
        detail=f"{type(error).__name__}: {error}",
    )
