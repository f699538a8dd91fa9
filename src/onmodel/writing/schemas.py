"""What the socket says about texts that are written together."""

from uuid import UUID

from pydantic import BaseModel


class TextDeletion(BaseModel):
    """Takes out this text, or so many characters."""

    d: int | str


class TextOperationRead(BaseModel):
    """Event ``server:text.op``: an operation on ``revision``, which makes the next one of it.

    ``op`` has the form of ot-text-unicode. ``id`` is the one that its client gave it; changes
    by REST have none.
    """

    document: str
    revision: int
    op: list[int | str | TextDeletion]
    id: str | None


class TextRead(BaseModel):
    """A text, or only the operations that were missed.

    ``revision`` is where the text is now. Either ``text`` is the whole of it, or ``ops`` lead
    there from the revision that was asked for.
    """

    document: str
    revision: int
    text: str | None
    ops: list[TextOperationRead] | None
    can_write: bool


class TextAck(BaseModel):
    """Event ``server:text.ack``: the operation ``id`` was applied to ``revision``."""

    document: str
    id: str
    revision: int


class TextCursor(BaseModel):
    """Event ``server:text.cursor``: where somebody stands in a text; may be lost.

    ``anchor`` and ``head`` count code points at ``revision``; None when they left the text.
    ``client`` tells two windows of one person apart.
    """

    document: str
    client: str
    user_id: UUID
    name: str
    colour: str
    revision: int
    anchor: int | None
    head: int | None
