"""Reading calls, and the one guarded write through which every change of state goes."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update

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

    Returns:
        The call as it is now, or None when nothing was changed.
    """
    statement = (
        update(Call)
        .where(Call.id == call_id, Call.state.in_(may_become(to)), *guards)
        .values(state=to, **values)
        .returning(Call)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    call: Call | None = await uow.session.scalar(statement)
    return call
