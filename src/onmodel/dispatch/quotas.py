"""What a project has used of its limits, and what happens beyond them.

There calls wait, or are refused when they are asked for, as the project is set; nothing that
waits is ever dropped.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY

from onmodel.dispatch.errors import QuotaReachedError
from onmodel.dispatch.limits import PERIOD_START, RUNNING, USED_CALLS, USED_SECONDS
from onmodel.kit.db.uow import UnitOfWork

Hold = Literal["project_limit", "quota_calls", "quota_seconds"]


@dataclass(frozen=True, kw_only=True)
class Use:
    """What a project has of its limits.

    Attributes:
        running: calls that hold a slot now, of ``max_running``.
        waiting: calls that wait, paused ones too.
        calls: calls begun in this period, of ``quota_calls``.
        seconds: machine time that they took, of ``quota_seconds``.
        period: ``day`` or ``month``.
        renews_at: when the next period begins.
        refuses: whether calls beyond the quota are refused instead of waiting.
    """

    project_id: UUID
    running: int
    waiting: int
    calls: int
    seconds: float
    max_running: int | None
    quota_calls: int | None
    quota_seconds: int | None
    period: str
    renews_at: datetime
    refuses: bool

    @property
    def hold(self) -> Hold | None:
        """Why the next call of the project does not begin, if it does not."""
        if self.quota_calls is not None and self.calls >= self.quota_calls:
            return "quota_calls"
        if self.quota_seconds is not None and self.seconds >= self.quota_seconds:
            return "quota_seconds"
        if self.max_running is not None and self.running >= self.max_running:
            return "project_limit"
        return None

    @property
    def sentence(self) -> str | None:
        """Say what holds the project's next call back, and until when."""
        return None if self.hold is None else self._sentence(self.hold)

    def sentence_of(self, *, has_place: bool) -> str | None:
        """Say what holds one call back: its project's quota when it has no place in line."""
        if has_place:
            return self.sentence if self.hold == "project_limit" else None
        if self.hold in ("quota_calls", "quota_seconds") or self.quota_calls is None:
            return self.sentence
        return self._sentence("quota_calls")

    def _sentence(self, hold: Hold) -> str:
        word = {"day": "today", "month": "this month"}[self.period]
        until = f"The next ones begin at {self.renews_at:%Y-%m-%d %H:%M} UTC."
        match hold:
            case "quota_calls":
                calls = "one call" if self.quota_calls == 1 else f"{self.quota_calls} calls"
                return f"The project may have {calls} {word}. {until}"
            case "quota_seconds":
                minutes = round((self.quota_seconds or 0) / 60)
                used = f"{minutes} minutes" if minutes > 1 else f"{self.quota_seconds} seconds"
                return f"The project may use {used} of machine time {word}. {until}"
            case "project_limit":
                return f"The project may run {self.max_running} at once; one has to end first."


async def of_projects(uow: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Use]:
    """Return the use of those of the projects that have a limit or a quota."""
    rows = await uow.session.execute(_USE, {"ids": list(ids), "unlimited": False})
    return {row["project_id"]: Use(**row) for row in rows.mappings()}


async def of_project(uow: UnitOfWork, project_id: UUID) -> Use:
    """Return the use of one project, with or without limits."""
    rows = await uow.session.execute(_USE, {"ids": [project_id], "unlimited": True})
    return Use(**rows.mappings().one())


async def check(uow: UnitOfWork, wished: Sequence[UUID]) -> None:
    """Refuse calls beyond a quota where the project is set to refuse.

    Args:
        uow: the transaction.
        wished: the project of each call that is asked for.

    Raises:
        QuotaReachedError: at least one of them is too many.
    """
    asked = Counter(wished)
    for id_, use in (await of_projects(uow, list(asked))).items():
        if not use.refuses:
            continue
        left = None if use.quota_calls is None else use.quota_calls - use.calls - use.waiting
        if use.hold in ("quota_calls", "quota_seconds"):
            raise QuotaReachedError(use.sentence or "")
        if left is not None and asked[id_] > left:
            more = f"{left} more calls" if left > 0 else "no more calls"
            raise QuotaReachedError(
                f"The project may begin {more} this {use.period}; this asks for {asked[id_]}."
            )


_USE = text(
    f"""
    SELECT
        p.project_id, {RUNNING} AS running,
        (
            SELECT count(*) FROM calls w
            WHERE w.project_id = p.project_id AND w.state IN ('queued', 'paused')
        ) AS waiting,
        {USED_CALLS} AS calls, {USED_SECONDS} AS seconds,
        p.max_running, p.quota_calls, p.quota_seconds, p.quota_period AS period,
        {PERIOD_START} + CASE p.quota_period
            WHEN 'day' THEN interval '1 day' ELSE interval '1 month' END AS renews_at,
        p.refuses
    FROM (
        SELECT i.id AS project_id, s.max_running, s.quota_calls, s.quota_seconds,
               coalesce(s.quota_period, 'day') AS quota_period,
               coalesce(s.refuses, false) AS refuses
        FROM unnest(:ids) AS i (id) LEFT JOIN project_shares s ON s.project_id = i.id
    ) p
    WHERE :unlimited OR (
        p.max_running IS NOT NULL OR p.quota_calls IS NOT NULL OR p.quota_seconds IS NOT NULL
    )
    """  # noqa: S608 - constants
).bindparams(bindparam("ids", type_=ARRAY(Uuid())))
