"""What can go wrong with verdicts, alerts and golden sets."""

from onmodel.kit.errors import ConflictError, GoneError, InvalidError, NotFoundError


class PairTokenError(InvalidError):
    code = "pair_token_invalid"
    title = "That pair cannot be answered"
    default_try = "Ask for the next pair and answer that one."


class PairGoneError(GoneError):
    code = "pair_gone"
    title = "This pair is too old"
    default_try = "Ask for the next pair."


class AlertNotFoundError(NotFoundError):
    code = "alert_not_found"
    title = "No such alert"
    default_try = "It may belong to another team."


class AlertOverError(ConflictError):
    code = "alert_over"
    title = "There is nothing to watch any more"
    default_try = "The picture was removed, replaced, or scores above the limit now."


class GoldenSetEmptyError(ConflictError):
    code = "golden_set_empty"
    title = "The golden set is empty"
    default_try = "Choose a few pictures of the standard set and save them first."


class GoldenRunningError(ConflictError):
    code = "golden_running"
    title = "The golden set is being made"
    default_try = "Wait until it is done; then run it again."


class SlotTwiceError(InvalidError):
    code = "slot_twice"
    title = "The same picture twice"
    default_try = "Give the second one another seed, or leave it out."
