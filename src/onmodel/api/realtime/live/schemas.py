"""What people do at one place, told as it happens and kept nowhere.

A **place** is what several people can stand at: ``gallery``, ``character:{id}`` (a character's
page), ``picture:{id}`` (one picture, large), ``decision:{id}`` and ``versions:{id}`` (of a
character), where several pictures lie side by side. Positions are shares of the picture's width
and height, as in notes, wherever and however large a page shows it.
"""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.notes.marks import MOST_POINTS, Position

MOST_SHOWN = 12
StrokeKind = Literal["point", "box", "arrow", "freehand"]


class Stroke(BaseModel):
    """A mark while it is drawn, told in pieces.

    ``points`` come after the first ``keep`` points that were told before under the same ``id``;
    with ``keep`` 0 they are all there are. A box or an arrow has its start and its end.
    """

    id: Annotated[str, Field(min_length=8, max_length=64, pattern=r"^[\w-]+$")]
    kind: StrokeKind
    keep: Annotated[int, Field(ge=0, le=MOST_POINTS)] = 0
    points: Annotated[list[Position], Field(max_length=MOST_POINTS)]


class LiveUpdate(BaseModel):
    """What changed about the sender; what is left out stays, and ``null`` takes it away.

    ``selected`` is a character in the gallery, a picture on a character's page or of a decision, a
    note on a picture. ``at`` and ``stroke`` exist on pictures only. Among several pictures ``on``
    says which one ``at`` lies on: the candidate of a decision, the picture of a version; it comes
    with every ``at``.
    """

    at: Position | None = None
    on: UUID | None = None
    selected: UUID | None = None
    stroke: Stroke | None = None


class LivePerson(LiveUpdate):
    """The same of somebody else; ``client`` tells two windows of one person apart."""

    client: str
    user_id: UUID
    gone: bool = False


class Live(BaseModel):
    """Event ``server:live``, to those at ``place`` only; may be lost."""

    place: str
    people: list[LivePerson]


class PartView(BaseModel):
    """Which part of a picture is seen: magnification of the fitted picture, and its middle."""

    zoom: Annotated[float, Field(ge=1, le=16, allow_inf_nan=False)]
    middle: tuple[
        Annotated[float, Field(ge=-1, le=2, allow_inf_nan=False)],
        Annotated[float, Field(ge=-1, le=2, allow_inf_nan=False)],
    ]


class PictureView(PartView):
    """One picture; ``beside`` says whether a reference stands next to it."""

    beside: bool = False


class GridView(PartView):
    """Several pictures that are zoomed and moved as one.

    The part is that of the picture that the others are locked on, or of the first one.

    Attributes:
        shown: which of the candidates, or of the two pictures of versions, are compared.
        layout: side by side, or two over each other.
        line: where the wipe's line is, or how much shines through, as a share.
        locked: whether the faces lie in one place.
    """

    shown: Annotated[list[UUID], Field(max_length=MOST_SHOWN)]
    layout: Literal["grid", "wipe", "onion", "difference"]
    line: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
    locked: bool


class ViewUpdate(BaseModel):
    """What the sender sees, for those who follow.

    Attributes:
        path: within the project, such as ``/c/{id}?look={id}``.
        scroll: how far down the page, as a share of what can be scrolled.
        anchor: id of the element nearest to the top, for windows of another size.
        offset: how far that element's top is from the window's, in heights of the element.
        picture: with one picture open.
        grid: with several pictures that are compared.
    """

    path: Annotated[str, Field(max_length=500, pattern=r"^(/[A-Za-z0-9_-]+)+(\?[^\s#]*)?$")]
    scroll: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0
    anchor: Annotated[str, Field(max_length=100, pattern=r"^[\w-]+$")] | None = None
    offset: Annotated[float, Field(ge=-1000, le=1000, allow_inf_nan=False)] = 0
    picture: PictureView | None = None
    grid: GridView | None = None


class View(ViewUpdate):
    """Event ``server:view``, to those who follow ``user_id`` only; may be lost."""

    user_id: UUID
    client: str
