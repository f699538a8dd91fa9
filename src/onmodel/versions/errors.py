"""What can go wrong with versions."""

from onmodel.characters.errors import VersionNotFoundError
from onmodel.kit.errors import ConflictError, InvalidError

__all__ = ["VersionNotFoundError"]


class VersionsMovedOnError(ConflictError):
    code = "versions_moved_on"
    title = "The character changed meanwhile"
    default_try = "Look at what changed and decide again."


class NothingToGoBackToError(ConflictError):
    code = "nothing_to_go_back_to"
    title = "Nothing would change"
    default_try = "Choose another version, or other parts of it."


class UnknownPartError(InvalidError):
    code = "unknown_part"
    title = "This part is not among the differences"
    default_try = "Read the difference again and choose from its parts."


class PartNeedsPictureError(ConflictError):
    code = "part_needs_picture"
    title = "The face needs its picture"
    default_try = "Take back the picture as well."


class VersionNameTakenError(ConflictError):
    code = "version_name_taken"
    title = "This name is taken"
    default_try = "Names do not move: choose another one."


class TooManyNamesError(ConflictError):
    code = "too_many_version_names"
    title = "Enough names"
    default_try = "Use one of the names that are there."
