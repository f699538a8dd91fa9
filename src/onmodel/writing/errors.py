"""What can go wrong before a text is found."""

from onmodel.kit.errors import NotFoundError


class TextNotFoundError(NotFoundError):
    code = "text_not_found"
    title = "No such text"
    default_try = "Reload the page; it may be older than the server."
