"""A call that ended without a result, as the table of failures describes it."""

import errno
from collections.abc import Sequence

from onmodel.dispatch.failures import TABLE, Fault
from onmodel.kit.errors import ProblemError


class CallFailed(Exception):  # noqa: N818 - the name that the other rooms catch
    """A call ended without a result.

    Attributes:
        code: see `dispatch/failures.py`, or the function author's own.
        message: a sentence for the artist.
        fault: whose fault it is.
        retry: whether the same call may succeed at another time.
        detail: what engineers want to know.
        log: the last lines that the function printed.
        fields: what was wrong with which input: `{"field", "detail", "code"}`.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fault: Fault,
        retry: bool,
        detail: str = "",
        log: str = "",
        fields: Sequence[dict[str, str]] = (),
    ) -> None:
        super().__init__(f"{code}: {message}" + (f" ({detail})" if detail else ""))
        self.code = code
        self.message = message
        self.fault: Fault = fault
        self.retry = retry
        self.detail = detail
        self.log = log
        self.fields = list(fields)


def failed(
    code: str,
    *,
    detail: str = "",
    message: str | None = None,
    log: str = "",
    fields: Sequence[dict[str, str]] = (),
) -> CallFailed:
    """Make the failure that the table describes for `code`."""
    known = TABLE[code]
    return CallFailed(
        code,
        message or known.sentence,
        fault=known.fault,
        retry=known.retry,
        detail=detail,
        log=log,
        fields=fields,
    )


def refused(code: str, message: str, *, field: str | None = None, log: str = "") -> CallFailed:
    """Make the failure for a function that said no, in the words of its author."""
    fields = [{"field": field, "detail": message, "code": code}] if field else []
    return CallFailed(code, message, fault="input", retry=False, log=log, fields=fields)


def unprepared(problem: ProblemError) -> CallFailed:
    """Make the failure for a function that could not be installed."""
    code = problem.code if problem.code in TABLE else "environment_failed"
    return failed(code, detail=problem.detail)


def unwritten(error: OSError, *, otherwise: str) -> CallFailed:
    """Make the failure for a file that could not be written: no room, or else `otherwise`."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    return failed("disk_full" if full else otherwise, detail=str(error))
