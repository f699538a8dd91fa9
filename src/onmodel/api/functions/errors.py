"""What can go wrong on the page of functions."""

from onmodel.kit.errors import ConflictError


class TermsChangedError(ConflictError):
    code = "terms_changed"
    title = "The terms are others by now"
    default_try = "Read them again, then decide."
