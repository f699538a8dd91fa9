"""What can go wrong with notes on pictures."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError


class NoteNotFoundError(NotFoundError):
    code = "note_not_found"
    title = "No such note"
    default_try = "It may have been removed meanwhile."


class NoFaceError(ConflictError):
    code = "no_face_to_hold"
    title = "There is no face to hold on to"
    default_try = "Put the note on the picture instead."


class NotYoursError(ConflictError):
    code = "not_your_note"
    title = "Somebody else wrote this"
    default_try = "Answer it instead."


class NoSuchItemError(InvalidError):
    code = "no_such_item"
    title = "The list has no such line"
    default_try = "Somebody may have changed the note: look at it again."


class ItemGoneError(ConflictError):
    code = "item_gone"
    title = "This line is no longer in the list"
    default_try = "Somebody changed the note meanwhile: look at it again."


class StrangerMentionedError(InvalidError):
    code = "mentioned_stranger"
    title = "They cannot see this project"
    default_try = "Mention people of the project, or add them first."


class TooManyNotesError(ConflictError):
    code = "too_many_notes"
    title = "Enough notes"
    default_try = "Settle or remove some first."


class NothingNotedError(NotFoundError):
    code = "nothing_noted"
    title = "There is nothing to export"
    default_try = "Write a note on a picture first."
