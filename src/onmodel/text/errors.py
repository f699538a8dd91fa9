"""What can go wrong when several people write one text."""

from onmodel.kit.errors import ConflictError, GoneError, InvalidError, TooLargeError, TooManyError


class OperationRefusedError(InvalidError):
    code = "operation_refused"
    title = "This change does not fit the text"
    default_try = "Open the text again; what the others wrote is not touched."


class UnknownRevisionError(ConflictError):
    code = "unknown_revision"
    title = "The text never had this revision"
    default_try = "Open the text again and make the change on what it is now."


class RevisionGoneError(GoneError):
    code = "revision_gone"
    title = "You were away for long"
    default_try = "Open the text again; your change is put onto what it is now."


class TextTooLongError(TooLargeError):
    code = "text_too_long"
    title = "The text is too long"
    default_try = "Shorten it and write on."


class TooManyChangesError(TooManyError):
    code = "too_many_changes"
    title = "Too many changes at once"
    default_try = "Wait a second and send it again; nothing is lost."
