"""What can go wrong with characters and references."""

from onmodel.kit.errors import ConflictError, NotFoundError
from onmodel.projects.service import StaleVersionError

__all__ = ["StaleVersionError"]


class CharacterNotFoundError(NotFoundError):
    code = "character_not_found"
    title = "No such character"
    default_try = "It may have been removed, or it belongs to another team."


class FieldConflictError(ConflictError):
    code = "field_conflict"
    title = "Two of you changed the same"
    default_try = "Choose one of the two: both are in the answer."


class ReferenceNotFoundError(NotFoundError):
    code = "reference_not_found"
    title = "No such picture"
    default_try = "It may have been removed meanwhile."


class VersionNotFoundError(NotFoundError):
    code = "version_not_found"
    title = "No such version"
    default_try = "Choose one from the list of versions."


class TriggerWordTakenError(ConflictError):
    code = "trigger_word_taken"
    title = "This trigger word is taken"
    default_try = "Choose another one: a model tells characters apart by it."


class DuplicateReferenceError(ConflictError):
    code = "duplicate_reference"
    title = "This picture is already here"
    default_try = "Nothing to do: the same file counts once."


class TooManyReferencesError(ConflictError):
    code = "too_many_references"
    title = "Enough pictures"
    default_try = "Remove the weakest ones first; beyond this number more pictures don't help."
