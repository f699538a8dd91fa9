"""What can be wrong with a cursor, a stroke or a place."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError, TooManyError


class NoPictureHereError(ConflictError):
    code = "no_picture_here"
    title = "There is no picture to point at"
    default_try = "Say with client:presence which picture you look at, and point then."


class TooManyPointsError(InvalidError):
    code = "too_many_points"
    title = "This line has too many points"
    default_try = "Send a simpler line, from its beginning."


class PersonNotHereError(NotFoundError):
    code = "person_not_here"
    title = "There is nobody to follow"
    default_try = "Wait until they have the project open."


class TooManyMessagesError(TooManyError):
    code = "too_many_messages"
    title = "Too many messages at once"
    default_try = "Send fewer: the last one counts."
