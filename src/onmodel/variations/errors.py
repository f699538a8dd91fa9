"""What can go wrong with variations."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError


class VariationNotFoundError(NotFoundError):
    code = "variation_not_found"
    title = "No such picture"
    default_try = "It may have been replaced or removed meanwhile."


class UnknownKeyError(InvalidError):
    code = "unknown_variation_key"
    title = "The standard set has no such picture"
    default_try = "Take keys from the standard set, such as expression/happy."


class CannotDoError(ConflictError):
    code = "cannot_do"
    title = "The built-in preview cannot do this"
    default_try = "A worker with a GPU can; until then choose other pictures of the set."


class NoReferenceError(ConflictError):
    code = "no_usable_reference"
    title = "A picture to start from is missing"
    default_try = "Add a sharp picture that shows the face from the front."


class SheetCompleteError(ConflictError):
    code = "sheet_complete"
    title = "The sheet is complete"
    default_try = "Open a picture and press R to make that one anew."


class NotFinishedError(ConflictError):
    code = "variation_not_finished"
    title = "This picture is not finished"
    default_try = "Wait until it has appeared."


class NotCandidateError(ConflictError):
    code = "not_a_candidate"
    title = "There is nothing to confirm"
    default_try = "Somebody may have decided already; look at the picture again."


class NothingToExportError(ConflictError):
    code = "nothing_to_export"
    title = "The sheet is still empty"
    default_try = "Generate the sheet first."
