"""From what a client sent to a message, or to a sentence about why it is none."""

import json
from typing import Any

from onmodel.kit.errors import InvalidError, TooLargeError

MOST_LETTERS = 100
# more than the longest text with everything escaped; what is longer is not even parsed
LONGEST_MESSAGE = 256 * 1024


class UnknownMessageError(InvalidError):
    code = "unknown_message"
    title = "OnModel does not understand this"
    default_try = "Reload the page; it may be older than the server."


class MessageTooLongError(TooLargeError):
    code = "message_too_long"
    title = "This message is too long"
    default_try = "Send less at once."


def as_object(text: str | None) -> dict[str, Any]:
    """Return a frame's JSON object.

    Raises:
        UnknownMessageError: it is none.
        MessageTooLongError: it is too long to be looked at.
    """
    if text is None:
        raise UnknownMessageError("A message has to be text.")
    if len(text) > LONGEST_MESSAGE:
        raise MessageTooLongError(f"A message may have {LONGEST_MESSAGE} letters.")
    try:
        raw = json.loads(text)
    # whoever nests too deep exhausts the reader, which is no ValueError
    except (ValueError, RecursionError) as error:
        raise UnknownMessageError("A message has to be JSON.") from error
    if not isinstance(raw, dict):
        raise UnknownMessageError("A message has to be a JSON object.")
    return raw


def short(value: object) -> str | None:
    """Return a name or an id of a message, if it is one that can be said back.

    JSON may hold half an emoji (a lone surrogate), which no frame can carry.
    """
    if not isinstance(value, str) or len(value) > MOST_LETTERS:
        return None
    return None if any("\ud800" <= letter <= "\udfff" for letter in value) else value


def place_of(loc: tuple[int | str, ...]) -> str:
    """Return where in a message something is wrong; a name from outside may be no whole text."""
    return ".".join(map(str, loc)).encode(errors="replace").decode()
