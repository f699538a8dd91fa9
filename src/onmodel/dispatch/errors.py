"""What can go wrong with a call, for people and for workers."""

from onmodel.kit.errors import ConflictError, InvalidError, NotFoundError, TooManyError


class CallNotFoundError(NotFoundError):
    code = "call_not_found"
    title = "This piece of work is not there"


class UnknownDependencyError(InvalidError):
    code = "unknown_dependency"
    title = "It waits for something that does not exist"


class TooManyDependenciesError(InvalidError):
    code = "too_many_dependencies"
    title = "It waits for too many others"
    default_try = "Name 20 at most."


class DependencyUnmetError(ConflictError):
    """What a call waits for has ended without success, so trying the call again is of no use."""

    code = "dependency_unmet"
    title = "The step before this one is missing"
    default_try = "Try that step again: this one comes back with it."


class DueTooSoonError(InvalidError):
    code = "due_too_soon"
    title = "That moment is too near"
    default_try = "Name a later one, or ask an owner of the project to make it urgent."


class CallOverError(ConflictError):
    code = "call_over"
    title = "It is over already"
    default_try = "Reload to see how it ended."


class LeaseLostError(ConflictError):
    """A worker acts on a call that is no longer its own; what it brings must be dropped."""

    code = "lease_lost"
    title = "This call is somebody else's now"
    default_try = "Drop the result: the call was cancelled or given to another worker."


class NotWaitingError(ConflictError):
    code = "call_not_waiting"
    title = "This does not wait any more"
    default_try = "Look at where it stands now."


class OthersTurnError(ConflictError):
    code = "others_turn"
    title = "People take turns"
    default_try = "Move it before or after another one of the same person."


class NotOverError(ConflictError):
    code = "call_not_over"
    title = "This has not failed"
    default_try = "Only what failed or was cancelled can be tried again."


class QuotaReachedError(TooManyError):
    """The project is set to refuse what is beyond its quota."""

    code = "quota_reached"
    title = "The project has used up its quota"
    default_try = "Wait for the next period, or ask an administrator for more."
