"""What can go wrong with stored files, in words for the person at the screen."""

from onmodel.kit.errors import (
    ForbiddenError,
    GoneError,
    NotFoundError,
    ProblemError,
    UnavailableError,
)


class FileMissingError(NotFoundError):
    """The store holds no object under this key."""

    code = "file_missing"
    title = "The file is not there"
    default_try = "Reload the page; if it stays away, restore it from a backup or upload it again."


class StorageUnavailableError(UnavailableError):
    """The store did not answer, or refused us."""

    code = "storage_unavailable"
    title = "The file store does not answer"
    default_try = "Try again in a moment; if it stays so, tell your administrator."


class RangeNotSatisfiableError(ProblemError):
    """The wished part lies behind the end of the file (RFC 9110, section 15.5.17)."""

    status = 416
    code = "range_not_satisfiable"
    title = "That part of the file does not exist"
    default_try = "Ask for the file without a range."


class LinkInvalidError(ForbiddenError):
    """A link whose signature is not ours."""

    code = "link_invalid"
    title = "This link does not work"
    default_try = "Copy the whole link again, or ask whoever sent it for a new one."


class LinkExpiredError(GoneError):
    """A link that was good once."""

    code = "link_expired"
    title = "This link has expired"
    default_try = "Ask whoever sent it for a new one, or sign in and open the picture there."
