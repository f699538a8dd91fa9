"""Reading calls, and the one guarded write through which every change of state goes."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, case, cast, extract, func, select, update

from onmodel.dispatch.errors import CallNotFoundError
from onmodel.dispatch.models import Call
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State, may_become


async def get(uow: UnitOfWork, call_id: UUID) -> Call:
    """Return a call; raises CallNotFoundError."""
    call = await uow.session.get(Call, call_id)
    if call is None:
        raise CallNotFoundError("There is no such call.")
    return call


async def by_id(uow: UnitOfWork, call_ids: Collection[UUID]) -> dict[UUID, Call]:
    """Return calls by their ids."""
    if not call_ids:
        return {}
    rows = await uow.session.scalars(select(Call).where(Call.id.in_(call_ids)))
    return {row.id: row for row in rows}


async def lock(uow: UnitOfWork, call_id: UUID) -> Call:
    """Return a call as it is now, kept so to the end of the transaction; CallNotFoundError."""
    call: Call | None = await uow.session.scalar(
        select(Call)
        .where(Call.id == call_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if call is None:
        raise CallNotFoundError("There is no such call.")
    return call


async def of_subject(uow: UnitOfWork, subject_kind: str, subject_id: UUID) -> list[Call]:
    """Return all calls made for one row of a noun, oldest first."""
    rows = await uow.session.scalars(
        select(Call)
        .where(Call.subject_kind == subject_kind, Call.subject_id == subject_id)
        .order_by(Call.created_at, Call.id)
    )
    return list(rows)


def seconds_from_now(seconds: float) -> ColumnElement[Any]:
    """Return the database's time plus ``seconds``: one clock for all machines."""
    years, months, weeks, days, hours, minutes = (0,) * 6
    interval = func.make_interval(years, months, weeks, days, hours, minutes, seconds)
    return func.clock_timestamp() + interval


async def change_state(
    uow: UnitOfWork,
    call_id: UUID,
    to: State,
    *guards: ColumnElement[bool],
    **values: Any,
) -> Call | None:
    """Move a call to another state if the table of transitions and the guards allow it.

    An attempt that ends by it is counted in ``used_ms``, however it ends.

    Returns:
        The call as it is now, or None when nothing was changed.
    """
    if State.RUNNING in may_become(to):
        values["used_ms"] = Call.used_ms + _ran_ms()
    statement = (
        update(Call)
        .where(Call.id == call_id, Call.state.in_(may_become(to)), *guards)
        .values(state=to, **values)
        .returning(Call)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    call: Call | None = await uow.session.scalar(statement)
    return call


def _ran_ms() -> ColumnElement[int]:
    """Milliseconds since a running call began; never less than none, if the clock was put back."""
    seconds = extract("epoch", func.clock_timestamp() - Call.started_at)
    ran = cast(func.greatest(0, 1000 * seconds), BigInteger)
    return case((Call.state == State.RUNNING, ran), else_=0)
