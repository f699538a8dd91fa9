"""What the API says about a project's part of the machines."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from onmodel.dispatch.share_models import MAX_WEIGHT

Weight = Annotated[int, Field(ge=1, le=MAX_WEIGHT)]
Limit = Annotated[int, Field(ge=1, le=1_000_000_000)]


class PersonWeight(BaseModel):
    person_id: UUID
    weight: Weight


class ShareUse(BaseModel):
    """What counts against the limits: calls that run or wait, and this period's use."""

    running: int
    waiting: int
    calls: int
    seconds: float
    renews_at: datetime


class ShareRead(BaseModel):
    """A project's part of the machines.

    Of two projects that both have work waiting, one of weight 2 gets twice the machine time of
    one of weight 1; the same holds for people inside a project, who have weight 1 unless
    ``people`` says otherwise. Null is no limit. A quota counts per ``quota_period``, in UTC;
    beyond it calls wait for the next one, or are refused if ``refuses``. With ``commercial``
    only functions are used whose weights allow work that is sold. ``hold`` says why nothing
    more begins now, if so.
    """

    project_id: UUID
    weight: Weight
    max_running: int | None
    quota_calls: int | None
    quota_seconds: int | None
    quota_period: Literal["day", "month"]
    refuses: bool
    commercial: bool
    people: list[PersonWeight]
    use: ShareUse
    hold: str | None


class ShareUpdate(BaseModel):
    """What is to be changed; null takes a limit away.

    Weight and quotas are an administrator's; the rest is for the project's owners, too.
    """

    weight: Weight | None = None
    max_running: Limit | None = None
    quota_calls: Limit | None = None
    quota_seconds: Limit | None = None
    quota_period: Literal["day", "month"] | None = None
    refuses: bool | None = None
    commercial: bool | None = None


class PersonWeightPut(BaseModel):
    weight: Weight


class ShareUpdated(BaseModel):
    """Event ``server:share.updated``."""

    data: ShareRead
