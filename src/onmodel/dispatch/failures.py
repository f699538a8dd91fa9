"""The one table of what can go wrong with a call: whose fault, how often tried, what is said.

A code that is not in the table comes from a function's author (``raise InvalidInput("cannot_do",
"...")``), who wrote the sentence, too: it is the caller's fault and is not tried again.

How long the pauses between tries are: ``retry.py``. `docs/functions.md` shows this table, and a
test compares the two.
"""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["input", "function", "machine"]

_WAIT = "Wait a moment and try again."
_REPORT = "Try again; if it fails once more, tell your administrator."
_INSTALL = "Ask your administrator to install the function anew."
_CHANGE = "Change what the message names, then try again."


@dataclass(frozen=True)
class Failure:
    """What a code means.

    Attributes:
        fault: whose it is.
        tries: how often a call may end so before it is given up; 1 is never tried again. A call's
            own ``max_attempts`` holds as well.
        sentence: what happened, for the artist.
        way_out: what the artist can do, once it is given up.
        when: what engineers want to know.
        first_pause_s: seconds before the second try; every further pause is twice as long.
    """

    fault: Fault
    tries: int
    sentence: str
    way_out: str
    when: str
    first_pause_s: float = 1.0

    @property
    def retry(self) -> bool:
        """Whether the same call may succeed at another time."""
        return self.tries > 1


TABLE: dict[str, Failure] = {
    # The caller's.
    "invalid_input": Failure(
        *("input", 1, "The model cannot work with what it was given.", _CHANGE),
        "does not fit the schema; `fields` says what",
    ),
    "bad_input_name": Failure(
        *("input", 1, "A file of this work has an impossible name.", _CHANGE),
        "a name that leaves its folder",
    ),
    "file_missing": Failure(
        *("input", 1, "A picture that this needs is not there any more.", "Choose another one."),
        "an input is not in the object store",
    ),
    "cancelled": Failure(
        *("input", 1, "Somebody cancelled this.", "Ask for it again if it was a mistake."),
        "somebody cancelled",
    ),
    # The function's.
    "function_failed": Failure(
        *("function", 1, "The model stopped with an error.", _REPORT), "an exception in `run`"
    ),
    "bad_output": Failure(
        *("function", 1, "The model answered with something unusable.", _REPORT),
        "missing, not declared, a link, outside, too large, not what it says",
    ),
    "setup_failed": Failure(
        *("function", 1, "The model could not be loaded.", _REPORT), "`setup` raised"
    ),
    "timed_out": Failure(
        *("function", 1, "The model took too long and was stopped."),
        "Try a lower quality; if it fails once more, tell your administrator.",
        "over the deadline",
    ),
    "out_of_memory": Failure(
        *("function", 1, "The model needed more memory than it may use."),
        "Try a lower quality; if it fails once more, tell your administrator.",
        "over `memory_mb`: an allocation failed, or the kernel ended the container",
    ),
    "vram_exceeded": Failure(
        *("function", 1, "The model needed more video memory than was set aside for it."),
        "Try a lower quality; if it fails once more, tell your administrator.",
        "measured over the tier's `vram_mb`, and ended to protect its neighbours",
    ),
    "protocol_error": Failure(
        *("function", 1, "The model does not speak our language.", _REPORT),
        "broke the wire contract",
    ),
    "dependency_failed": Failure(
        *("function", 1, "What this waited for did not succeed."),
        "Try that step again: this one comes back with it.",
        "a call that this one waited for failed",
    ),
    "dependency_cancelled": Failure(
        *("input", 1, "What this waited for was cancelled."),
        "Try that step again: this one comes back with it.",
        "a call that this one waited for was cancelled; it ends as cancelled, too",
    ),
    # A crash is sometimes the machine's, and a second try tells.
    "crashed": Failure(
        *("function", 2, "The model crashed.", _REPORT),
        "ended by itself: a signal, an exit status",
    ),
    # The machine's.
    "killed": Failure(
        *("machine", 3, "The system ended the model, most likely to free memory.", _WAIT),
        "SIGKILL from outside, usually for want of memory",
    ),
    "start_failed": Failure(
        *("machine", 3, "The model could not be started.", _REPORT), "no process, no container"
    ),
    "startup_timed_out": Failure(
        *("machine", 2, "The model took too long to start.", _REPORT), "not ready in `startup_s`"
    ),
    "install_timed_out": Failure(
        *("machine", 3, "The model took too long to install.", _WAIT),
        "environment or image and model files not there within `install_s`; it goes on from there",
        first_pause_s=15.0,
    ),
    "gpu_busy": Failure(
        *("machine", 3, "The video memory for this was not free.", _WAIT),
        "no GPU had room within a minute, with everything idle ended",
        first_pause_s=15.0,
    ),
    "gpu_too_small": Failure(
        *("machine", 1, "No graphics card here has the video memory that this needs."),
        "Try a lower quality, or ask your administrator for a larger machine.",
        "`vram_mb` is more than any GPU of the worker has",
    ),
    "disk_full": Failure(
        *("machine", 3, "The disk of the worker is full."),
        "Tell your administrator; nothing is lost.",
        "no room for outputs, inputs or an installation",
        first_pause_s=15.0,
    ),
    "runner_closed": Failure(
        *("machine", 3, "The worker was switched off during the work.", _WAIT),
        "the worker was switched off",
    ),
    "worker_lost": Failure(
        *("machine", 3, "The machine that worked on this stopped, more than once."),
        "Try a lower quality; if it fails once more, tell your administrator.",
        "its lease ran out in every try: it may be what ends the workers",
    ),
    "packages_unreachable": Failure(
        *("machine", 3, "The model's files cannot be downloaded.", _WAIT),
        "no connection while installing",
        first_pause_s=15.0,
    ),
    "storage_unavailable": Failure(
        *("machine", 3, "The store for pictures does not answer.", _WAIT),
        "the object store is away",
        first_pause_s=5.0,
    ),
    "no_function": Failure(
        *("machine", 1, "No installed function can do this."),
        "Choose another quality, or ask your administrator to install a function for it.",
        "nothing installed answers the task in this tier",
    ),
    "function_not_found": Failure(
        *("machine", 1, "The function that was asked for is not installed.", _INSTALL),
        "the call names a function that this worker does not have",
    ),
    "function_version_gone": Failure(
        *("machine", 1, "That version of the function is not installed."),
        "Make a new picture with the version that is there.",
        "the call names a version, for the same bytes",
    ),
    "not_for_sale": Failure(
        *("machine", 1, "The licence does not allow this."),
        "Install a function for commercial work, or ask an owner to change the project.",
        "only functions with non-commercial weights would do it",
    ),
    "licence_not_accepted": Failure(
        *("machine", 1, "Nobody has accepted the licence of what does this."),
        "Ask an administrator to read it on the page of functions.",
        "only functions on non-commercial terms would do it, and they wait for an administrator",
    ),
    "environment_failed": Failure(
        *("machine", 1, "The model could not be installed.", _INSTALL), "the installer failed"
    ),
    "package_missing": Failure(
        *("machine", 1, "A part of the model is no longer published.", _INSTALL),
        "a pinned package is gone",
    ),
    "weights_hash_mismatch": Failure(
        *("machine", 1, "A model file is not what was promised.", _INSTALL), "a wrong sha256"
    ),
    "weights_format_refused": Failure(
        *("machine", 1, "A model file is of an unsafe format.", _INSTALL),
        "a pickle that is not marked, or another format than declared",
    ),
    "weights_not_allowed": Failure(
        *("machine", 1, "A model file needs an account to be had."),
        "Ask your administrator for it.",
        "the site of a model file wants a token: `ONMODEL_DOWNLOAD_TOKENS`",
    ),
    "internal_error": Failure(
        *("machine", 3, "Something went wrong inside OnModel.", _REPORT), "a mistake of ours"
    ),
}

# What a code that is not in the table means, by whose fault it is told to be.
_OTHERS: dict[Fault, Failure] = {
    "input": Failure("input", 1, "The model cannot do this.", _CHANGE, ""),
    "function": Failure("function", 1, "The model stopped with an error.", _REPORT, ""),
    "machine": Failure("machine", 3, "The machine could not do this.", _WAIT, ""),
}


def meaning(code: str, fault: Fault) -> Failure:
    """Return what a code means; for a code of somebody else's, what such a fault means."""
    return TABLE.get(code) or _OTHERS[fault]
