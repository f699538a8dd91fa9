"""From calls to what somebody sees of the queue."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer

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
from onmodel.dispatch.queue import Standing, standing, standings_of
from onmodel.dispatch.quotas import Use
from onmodel.dispatch.schemas import CallError
from onmodel.dispatch.told import Curve
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
    roles = await rights.roles(uow, actor, [row.call.project_id for row in rows])
    seen = [row for row in rows if row.call.project_id in roles]
    wanted = [row for row in seen if project_id in (None, row.call.project_id)]
    listed = wanted[:LISTED]
    calls = await _calls(uow, [row.call.id for row in listed])
    over = await clearing.ended(uow, actor, project_id)
    ended = await rights.roles(uow, actor, [call.project_id for call in over])
    return QueueRead(
        items=await describe(uow, actor, calls, roles, {row.call.id: row for row in listed}),
        others=len(rows) - len(seen),
        elsewhere=_elsewhere(rows, listed)[:LISTED],
        more=len(wanted) - len(listed),
        ended=await describe(uow, actor, over[: clearing.LISTED], ended),
        ended_more=len(over) > clearing.LISTED,
        clears_all=await clearing.may_clear_all(uow, actor, project_id),
    )


async def _calls(uow: UnitOfWork, ids: Sequence[UUID]) -> list[Call]:
    """Return calls in this order, without what a list does not show and may be long."""
    unread = (defer(Call.params, raiseload=True), defer(Call.log, raiseload=True))
    rows = await uow.session.scalars(select(Call).where(Call.id.in_(ids)).options(*unread))
    found = {row.id: row for row in rows}
    return [found[id_] for id_ in ids if id_ in found]


def _elsewhere(rows: Sequence[Standing], listed: Sequence[Standing]) -> list[QueueElsewhere]:
    """Return what works or stands before one of the listed calls in a line, namelessly."""
    last: dict[str, int] = {}
    for row in listed:
        for make, place in row.places.items():
            last[make] = max(place, last.get(make, 0))
    shown = {row.call.id for row in listed}
    return [
        QueueElsewhere(position=row.position, tier=row.call.tier.value, seconds=row.length_s)
        for row in rows
        if row.call.id not in shown
        and any(place < last.get(make, 0) for make, place in row.places.items())
    ]


async def read_one(uow: UnitOfWork, actor: Actor, call: Call, *, lease_seconds: float) -> QueueItem:
    """Return one call as the list shows it."""
    (item,) = await read_some(uow, actor, [call], lease_seconds=lease_seconds)
    return item


async def read_some(
    uow: UnitOfWork, actor: Actor, calls: Sequence[Call], *, lease_seconds: float
) -> list[QueueItem]:
    """Return calls as the list shows them."""
    active = [call.id for call in calls if call.state.is_active]
    at = await standings_of(uow, active, lease_seconds=lease_seconds)
    roles = await rights.roles(uow, actor, [call.project_id for call in calls])
    return await describe(uow, actor, calls, roles, at)


async def describe(
    uow: UnitOfWork,
    actor: Actor,
    calls: Sequence[Call],
    roles: Mapping[UUID, Role],
    at: Mapping[UUID, Standing] = MappingProxyType({}),
) -> list[QueueItem]:
    """Add people, projects and subjects to calls, and where those stand that have not ended."""
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
            call,
            at.get(call.id),
            about.get(call.id, Subject("")),
            [
                _earlier(before[id_], about)
                for id_ in call.depends_on
                if call.state is State.QUEUED
                and id_ in before
                and before[id_].state is not State.SUCCEEDED
            ],
            titles.get(call.project_id, ""),
            use.get(call.project_id),
            people.get(call.created_by),
            actor,
            roles.get(call.project_id),
        )
        for call in calls
    ]


def _item(
    call: Call,
    at: Standing | None,
    about: Subject,
    after: list[QueueEarlier],
    title: str,
    use: Use | None,
    person: PersonRead | None,
    actor: Actor,
    role: Role | None,
) -> QueueItem:
    own = call.created_by == actor.user_id
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
        person=None if about.quiet and not own else person,
        state=call.state,
        position=at.position if at else None,
        after=after,
        urgent=call.urgent,
        due_at=call.due_at,
        hold=_hold(call, at, use),
        eta_s=at.eta_s if at else None,
        eta_error_s=at.eta_error_s if at else None,
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
        worker=at.worker if at else None,
        attempt=call.attempt,
        curve=Curve.model_validate(call.curve) if call.curve else None,
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


def _hold(call: Call, at: Standing | None, use: Use | None) -> str | None:
    """Say why a call whose turn it could be does not begin, if its project is the reason."""
    if use is None or call.state is not State.QUEUED or call.waiting_for:
        return None
    return use.sentence_of(has_place=at is not None and at.position is not None)


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
