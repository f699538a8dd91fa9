"""From calls to what somebody sees of the queue."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from onmodel.accounts.models import User
from onmodel.accounts.permissions import Permission, Role, allows
from onmodel.accounts.schemas import PersonRead
from onmodel.accounts.service import Actor
from onmodel.api.queue import clearing, rights, subjects
from onmodel.api.queue.schemas import (
    QueueEarlier,
    QueueElsewhere,
    QueueError,
    QueueItem,
    QueueRead,
)
from onmodel.api.queue.subjects import Subject
from onmodel.dispatch import dependencies, quotas
from onmodel.dispatch.choices import sentence
from onmodel.dispatch.dependencies import UNMET
from onmodel.dispatch.failures import meaning
from onmodel.dispatch.models import Call
from onmodel.dispatch.queue import WORKING, Standing, standing
from onmodel.dispatch.quotas import Use
from onmodel.dispatch.schemas import CallError
from onmodel.functions.terms import Terms
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects.models import Project

LISTED = 500


async def read_queue(
    uow: UnitOfWork, actor: Actor, project_id: UUID | None, *, lease_seconds: float
) -> QueueRead:
    """Return what has not ended in the projects that the actor sees, or in one of them."""
    rows = await standing(uow, lease_seconds=lease_seconds)
    roles = await rights.roles(uow, actor, [row.call for row in rows])
    seen = [row for row in rows if row.call.project_id in roles]
    wanted = [row for row in seen if project_id in (None, row.call.project_id)]
    items = await describe(uow, actor, wanted[:LISTED], roles)
    over = await clearing.ended(uow, actor, project_id)
    return QueueRead(
        items=items,
        others=len(rows) - len(seen),
        elsewhere=_elsewhere(rows, wanted[:LISTED])[:LISTED],
        more=len(wanted) - len(items),
        ended=await describe(
            uow,
            actor,
            [Standing(call) for call in over[: clearing.LISTED]],
            await rights.roles(uow, actor, over),
        ),
        ended_more=len(over) > clearing.LISTED,
        clears_all=await clearing.may_clear_all(uow, actor, project_id),
    )


def _elsewhere(rows: Sequence[Standing], listed: Sequence[Standing]) -> list[QueueElsewhere]:
    """Return what works or stands before the last of the listed calls, and nothing about it."""
    last = max((row.position for row in listed if row.position is not None), default=0)
    shown = {row.call.id for row in listed}
    return [
        QueueElsewhere(
            position=row.position,
            tier=(row.call.tier_used or row.call.tier_asked).value,
            seconds=row.length_s,
        )
        for row in rows
        if last
        and row.call.id not in shown
        and (row.call.state in WORKING or (row.position is not None and row.position < last))
    ]


async def read_one(uow: UnitOfWork, actor: Actor, call: Call, *, lease_seconds: float) -> QueueItem:
    """Return one call as the list shows it."""
    at = Standing(call)
    if call.state.is_active:
        rows = await standing(uow, lease_seconds=lease_seconds)
        at = next((row for row in rows if row.call.id == call.id), at)
    (item,) = await describe(uow, actor, [at], await rights.roles(uow, actor, [call]))
    return item


async def describe(
    uow: UnitOfWork, actor: Actor, rows: Sequence[Standing], roles: dict[UUID, Role]
) -> list[QueueItem]:
    """Add people, projects and subjects to calls."""
    calls = [row.call for row in rows]
    before = await dependencies.named_by(uow, calls)
    about = await subjects.of_calls(uow, [*calls, *before.values()])
    users = await uow.session.scalars(
        select(User).where(User.id.in_({call.created_by for call in calls}))
    )
    people = {user.id: PersonRead.model_validate(user) for user in users}
    found = await uow.session.execute(
        select(Project.id, Project.title).where(Project.id.in_({call.project_id for call in calls}))
    )
    titles = {row.id: row.title for row in found}
    waiting = {call.project_id for call in calls if call.state is State.QUEUED}
    use = await quotas.of_projects(uow, list(waiting)) if waiting else {}
    return [
        _item(
            row,
            about.get(row.call.id, Subject("")),
            [
                _earlier(before[id_], about)
                for id_ in row.call.depends_on
                if row.call.state is State.QUEUED
                and id_ in before
                and before[id_].state is not State.SUCCEEDED
            ],
            titles.get(row.call.project_id, ""),
            use.get(row.call.project_id),
            people.get(row.call.created_by),
            actor,
            roles.get(row.call.project_id),
        )
        for row in rows
    ]


def _item(
    row: Standing,
    about: Subject,
    after: list[QueueEarlier],
    title: str,
    use: Use | None,
    person: PersonRead | None,
    actor: Actor,
    role: Role | None,
) -> QueueItem:
    call = row.call
    return QueueItem(
        id=call.id,
        project_id=call.project_id,
        project_title=title,
        task=call.task,
        subject_kind=call.subject_kind,
        subject_id=call.subject_id,
        label=about.label,
        character=about.character,
        picture=about.picture,
        person=person,
        state=call.state,
        position=row.position,
        after=after,
        urgent=call.urgent,
        due_at=call.due_at,
        hold=_hold(row, use),
        eta_s=row.eta_s,
        eta_error_s=row.eta_error_s,
        progress=100 if call.state is State.SUCCEEDED else round(call.progress),
        step=call.step,
        tier_asked=call.tier_asked.value,
        tier_used=call.tier_used.value if call.tier_used else None,
        tier_reason=sentence(call.tier_reason),
        tier_reason_code=call.tier_reason,
        function=f"{call.function} {call.function_version}" if call.function else None,
        terms=[Terms.model_validate(one) for one in call.terms],
        function_reason=sentence(call.function_reason),
        function_reason_code=call.function_reason,
        worker=row.worker,
        attempt=call.attempt,
        error=_error(call, role),
        created_at=call.created_at,
        started_at=call.started_at,
        finished_at=call.finished_at,
        seconds=call.seconds,
        rights=rights.of_call(call, actor, role),
    )


def _earlier(call: Call, about: dict[UUID, Subject]) -> QueueEarlier:
    subject = about.get(call.id, Subject(""))
    name = subject.character.name if subject.character else None
    return QueueEarlier(id=call.id, label=subject.label, character=name)


def _hold(row: Standing, use: Use | None) -> str | None:
    """Say why a call whose turn it could be does not begin, if its project is the reason."""
    if use is None or row.call.state is not State.QUEUED or row.call.waiting_for:
        return None
    return use.sentence_of(has_place=row.position is not None)


def _error(call: Call, role: Role | None) -> QueueError | None:
    if call.error is None:
        return None
    error = CallError.model_validate(call.error)
    # what was cancelled by hand may still carry the reason of an earlier attempt
    if call.state is not State.FAILED and (
        call.state is not State.CANCELLED or error.code not in UNMET
    ):
        return None
    trusted = role is not None and allows(role, Permission.GENERATE)
    return QueueError.model_validate(
        {
            "code": error.code,
            "detail": error.message,
            "fault": error.fault,
            "try": meaning(error.code, error.fault).way_out,
            "log": error.detail if trusted else "",
        }
    )
