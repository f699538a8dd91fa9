"""The one table of what can go wrong with a call: whose fault, tried again or not, what is said.

A code that is not in the table comes from a function's author (`raise InvalidInput("cannot_do",
"...")`), who wrote the sentence, too: it is the caller's fault and is not tried again.
"""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from onmodel.kit.errors import ProblemError

Fault = Literal["input", "function", "machine"]


@dataclass(frozen=True)
class Verdict:
    """What a code means. `sentence` is for the artist."""

    fault: Fault
    retry: bool
    sentence: str


TABLE: dict[str, Verdict] = {
    # The caller's.
    "invalid_input": Verdict("input", False, "The model cannot work with what it was given."),
    "cancelled": Verdict("input", False, "Somebody cancelled this."),
    # The function's.
    "function_failed": Verdict("function", False, "The model stopped with an error."),
    "bad_output": Verdict("function", False, "The model answered with something unusable."),
    "setup_failed": Verdict("function", False, "The model could not be loaded."),
    "timed_out": Verdict("function", False, "The model took too long and was stopped."),
    "out_of_memory": Verdict("function", False, "The model needed more memory than it may use."),
    "protocol_error": Verdict("function", False, "The model does not speak our language."),
    # A crash is sometimes the machine's, and a second try tells.
    "crashed": Verdict("function", True, "The model crashed."),
    # The machine's.
    "killed": Verdict("machine", True, "The system ended the model, most likely to free memory."),
    "start_failed": Verdict("machine", True, "The model could not be started."),
    "startup_timed_out": Verdict("machine", True, "The model took too long to start."),
    "disk_full": Verdict("machine", True, "The disk of the worker is full."),
    "runner_closed": Verdict("machine", True, "The worker was switched off during the work."),
    "packages_unreachable": Verdict("machine", True, "The model's files cannot be downloaded."),
    "environment_failed": Verdict("machine", False, "The model could not be installed."),
    "package_missing": Verdict("machine", False, "A part of the model is no longer published."),
    "weights_hash_mismatch": Verdict("machine", False, "A model file is not what was promised."),
    "weights_format_refused": Verdict("machine", False, "A model file is of an unsafe format."),
    "weights_not_allowed": Verdict("machine", False, "A model file needs an account to be had."),
}


class CallFailed(Exception):  # noqa: N818 - the name that the other rooms catch
    """A call ended without a result.

    Attributes:
        code: see `TABLE`, or the function author's own.
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
    verdict = TABLE[code]
    return CallFailed(
        code,
        message or verdict.sentence,
        fault=verdict.fault,
        retry=verdict.retry,
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
