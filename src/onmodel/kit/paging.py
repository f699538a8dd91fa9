"""Keyset paging: a page carries its items and an opaque cursor to the next one."""

import base64
import binascii
import json
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from onmodel.kit.errors import InvalidError

T = TypeVar("T")

MAX_LIMIT = 500


class Page(BaseModel, Generic[T]):
    """One page of a list; ``next_cursor`` is null on the last one."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


class BadCursorError(InvalidError):
    code = "bad_cursor"
    title = "That page does not exist"
    default_try = "Start again from the first page."


def encode_cursor(values: list[Any]) -> str:
    """Pack the sort values of a page's last row."""
    text = json.dumps(values, separators=(",", ":"), default=str)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *, length: int) -> list[Any]:
    """Unpack what ``encode_cursor`` made; raises BadCursorError for anything else."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
    except (binascii.Error, ValueError) as error:
        raise BadCursorError("This page link is damaged.") from error
    if not isinstance(values, list) or len(values) != length:
        raise BadCursorError("This page link is damaged.")
    return values
