"""What can go wrong around training."""

from onmodel.kit.errors import ConflictError, NotFoundError


class NotEnoughReferencesError(ConflictError):
    code = "not_enough_references"
    title = "More pictures are needed"
    default_try = "Add pictures that show other angles and expressions, or choose a lower tier."


class TrainingActiveError(ConflictError):
    code = "training_active"
    title = "This character is being trained already"
    default_try = "Wait for it to finish, or cancel it first."


class ReferencesPendingError(ConflictError):
    code = "references_pending"
    title = "Some pictures are still being checked"
    default_try = "Wait a few seconds and press Train again."


class TrainingNotFoundError(NotFoundError):
    code = "training_not_found"
    title = "No such training"
