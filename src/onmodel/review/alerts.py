"""Pictures of the set that fell below their character's limit.

One row for each picture. The house opens an alert when it judges a picture below the limit and
closes it when the picture leaves the set or scores above the limit again; what a person closed
stays closed until a person opens it.
"""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters import repository as characters
from onmodel.characters.models import Character
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.review.errors import AlertNotFoundError, AlertOverError
from onmodel.review.models import IdentityAlert
from onmodel.review.nearest import nearest_reference, reference_files
from onmodel.review.schemas import AlertRead, AlertSnooze, AlertUpdated
from onmodel.variations import reading
from onmodel.variations.changes import when_picture_changes, when_scores_change
from onmodel.variations.models import Variation
from onmodel.variations.standard import label_of

AlertState = Literal["open", "snoozed", "closed"]

_EVERYBODY = 0x0FF0DE1
MOST_AT_ONCE = 100


async def watch(uow: UnitOfWork, row: Variation) -> None:
    """Open, renew or close the alert of a picture after a change of its row."""
    if State(row.state).is_active or row.golden_run_id is not None:
        return
    if _stands(row) and row.measurable == "pending":
        return  # it is being measured: wait for what comes out
    character = await uow.session.get(Character, row.character_id)
    assert character is not None  # a foreign key holds it
    alert = await _of_picture(uow, row.id)
    if _is_off(row, character):
        await _open(uow, row, character, alert)
    elif alert is not None and alert.state != "closed":
        _set(alert, state="closed", reason=_why_over(row), handled_by=None)
        await _tell(uow, alert, None, {"verb": "closed alert", "picture": label_of(row.key)})


def _stands(row: Variation) -> bool:
    return row.current and row.removed_at is None


def _is_off(row: Variation, character: Character) -> bool:
    measured = row.measurable == "measured" and row.p_same is not None
    return _stands(row) and measured and row.p_same < character.off_model_below  # type: ignore[operator]  # measured


def _why_over(row: Variation) -> str:
    if row.removed_at is not None:
        return "The picture was removed."
    if not row.current:
        return "The picture was replaced."
    if row.measurable != "measured":
        return "The picture cannot be judged any more."
    return "The picture is within the limit again."


async def _open(
    uow: UnitOfWork, row: Variation, character: Character, alert: IdentityAlert | None
) -> None:
    assert row.p_same is not None
    numbers = {"p_same": row.p_same, "below": character.off_model_below}
    change = {"verb": "went off model", "picture": label_of(row.key)}
    if alert is None:
        alert = IdentityAlert(
            project_id=row.project_id,
            character_id=row.character_id,
            variation_id=row.id,
            reference_id=nearest_reference(row),
            owner_id=character.created_by,
            state="open",
            created_at=now(),
            updated_at=now(),
            **numbers,
        )
        uow.session.add(alert)
        await _tell(uow, alert, None, change)
    elif alert.state == "closed":
        if alert.handled_by is None:
            _set(alert, state="open", reference_id=nearest_reference(row), **numbers)
            await _tell(uow, alert, None, change)
    elif (alert.p_same, alert.below) != (row.p_same, character.off_model_below):
        alert.p_same, alert.below = row.p_same, character.off_model_below
        alert.reference_id = nearest_reference(row)
        await _tell(uow, alert, None, None)


def _set(alert: IdentityAlert, *, state: AlertState, **values: Any) -> None:
    """Move an alert to a state; what is not given is empty."""
    alert.state = state
    alert.snoozed_until = values.pop("snoozed_until", None)
    alert.reason = values.pop("reason", None)
    alert.handled_by = values.pop("handled_by", None)
    alert.updated_at = now()
    for name, value in values.items():
        setattr(alert, name, value)


async def sweep(uow: UnitOfWork, character_id: UUID | None) -> None:
    """Look anew at every picture whose alert may be wrong after scores or a limit changed.

    Args:
        uow: the transaction of the change.
        character_id: whose pictures; None for everybody's.
    """
    if character_id is None:
        # of two who do this at once one waits here, and not in the middle of the projects
        await uow.session.execute(select(func.pg_advisory_xact_lock(_EVERYBODY)))
    # every row is locked before the first event takes the project's counter: one order of locks
    locked = select(IdentityAlert.id).order_by(IdentityAlert.id).with_for_update()
    if character_id is not None:
        locked = locked.where(IdentityAlert.character_id == character_id)
    await uow.session.execute(locked)
    off = and_(
        Variation.current,
        Variation.removed_at.is_(None),
        Variation.measurable == "measured",
        Variation.p_same < Character.off_model_below,
    )
    query = (
        select(Variation)
        .join(Character, Character.id == Variation.character_id)
        .outerjoin(IdentityAlert, IdentityAlert.variation_id == Variation.id)
        .where(or_(off, IdentityAlert.state.in_(("open", "snoozed"))))
        .order_by(Variation.character_id, Variation.created_at, Variation.id)
        .execution_options(populate_existing=True)
    )
    if character_id is not None:
        query = query.where(Variation.character_id == character_id)
    for row in await uow.session.scalars(query):
        await watch(uow, row)


async def list_for_project(
    uow: UnitOfWork,
    actor: Actor,
    project_id: UUID,
    *,
    state: AlertState | None,
    character_id: UUID | None,
    limit: int,
) -> list[AlertRead]:
    """Return a project's alerts, newest first; without a state those that are not closed."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    conditions = [IdentityAlert.project_id == project_id, _in_state(state)]
    if character_id is not None:
        conditions.append(IdentityAlert.character_id == character_id)
    return await _find(uow, conditions, limit)


async def list_own(uow: UnitOfWork, actor: Actor, *, limit: int) -> list[AlertRead]:
    """Return the open alerts of the characters that the actor made, in every project they see."""
    shown = await projects.list_for(uow, actor.user_id, everything=actor.is_admin)
    conditions = [
        IdentityAlert.owner_id == actor.user_id,
        IdentityAlert.project_id.in_([project.id for project in shown]),
        _in_state("open"),
    ]
    return await _find(uow, conditions, limit)


def _in_state(state: AlertState | None) -> ColumnElement[bool]:
    asleep = and_(IdentityAlert.state == "snoozed", IdentityAlert.snoozed_until > now())
    if state is None:
        return IdentityAlert.state != "closed"
    if state == "snoozed":
        return asleep
    if state == "closed":
        return IdentityAlert.state == "closed"
    return and_(IdentityAlert.state != "closed", ~asleep)


async def _find(
    uow: UnitOfWork, conditions: list[ColumnElement[bool]], limit: int
) -> list[AlertRead]:
    rows = await uow.session.scalars(
        select(IdentityAlert)
        .join(Character, Character.id == IdentityAlert.character_id)
        .where(*conditions, Character.removed_at.is_(None))
        .order_by(IdentityAlert.created_at.desc(), IdentityAlert.id)
        .limit(limit)
    )
    return await _read_all(uow, list(rows))


async def snooze(uow: UnitOfWork, actor: Actor, alert_id: UUID, data: AlertSnooze) -> AlertRead:
    """Let an alert be quiet for some days, and say why."""
    alert = await _handled(uow, actor, alert_id)
    if alert.state == "closed":
        raise AlertOverError("This alert is closed.", try_="Open it again first.")
    until = now() + timedelta(days=data.days)
    _set(
        alert,
        state="snoozed",
        snoozed_until=until,
        reason=data.reason,
        handled_by=actor.user_id,
    )
    return await _tell_handled(uow, alert, actor, "snoozed alert", reason=data.reason)


async def close(uow: UnitOfWork, actor: Actor, alert_id: UUID) -> AlertRead:
    """Say that this is settled; closing a closed one changes nothing."""
    alert = await _handled(uow, actor, alert_id)
    if alert.state == "closed":
        return (await _read_all(uow, [alert]))[0]
    _set(alert, state="closed", handled_by=actor.user_id)
    return await _tell_handled(uow, alert, actor, "closed alert")


async def reopen(uow: UnitOfWork, actor: Actor, alert_id: UUID) -> AlertRead:
    """Open an alert again, or wake it.

    Raises:
        AlertOverError: the picture left the set or is within the limit.
    """
    alert = await _handled(uow, actor, alert_id)
    row = await uow.session.get(Variation, alert.variation_id)
    character = await uow.session.get(Character, alert.character_id)
    assert row is not None
    assert character is not None
    if not _is_off(row, character):
        raise AlertOverError(_why_over(row))
    _set(alert, state="open", handled_by=actor.user_id)
    return await _tell_handled(uow, alert, actor, "reopened alert")


async def _handled(uow: UnitOfWork, actor: Actor, alert_id: UUID) -> IdentityAlert:
    """Return an alert that the actor may handle, after locking its character as everywhere."""
    alert = await uow.session.get(IdentityAlert, alert_id)
    role = await access.role_in(uow, actor, alert.project_id) if alert else None
    if alert is None or role is None:
        raise AlertNotFoundError("This alert does not exist, or you cannot see it.")
    access.check(role, Permission.REVIEW)
    await characters.lock(uow, alert.character_id)
    await uow.session.refresh(alert)
    return alert


async def _of_picture(uow: UnitOfWork, variation_id: UUID) -> IdentityAlert | None:
    return await uow.session.scalar(
        select(IdentityAlert)
        .where(IdentityAlert.variation_id == variation_id)
        .execution_options(populate_existing=True)
    )


async def open_of_character(uow: UnitOfWork, character_id: UUID) -> dict[UUID, UUID]:
    """Return the alerts of a character that are not closed, by picture."""
    rows = await uow.session.execute(
        select(IdentityAlert.variation_id, IdentityAlert.id).where(
            IdentityAlert.character_id == character_id, _in_state(None)
        )
    )
    return {row.variation_id: row.id for row in rows}


async def _tell_handled(
    uow: UnitOfWork, alert: IdentityAlert, actor: Actor, verb: str, **more: str
) -> AlertRead:
    row = await uow.session.get(Variation, alert.variation_id)
    assert row is not None
    change = {"verb": verb, "picture": label_of(row.key)} | more
    return await _tell(uow, alert, actor.user_id, change)


async def _tell(
    uow: UnitOfWork, alert: IdentityAlert, actor_id: UUID | None, change: dict[str, Any] | None
) -> AlertRead:
    await uow.session.flush()
    data = (await _read_all(uow, [alert]))[0]
    await events.record(
        uow,
        alert.project_id,
        "server:alert.updated",
        AlertUpdated(alert_id=alert.id, character_id=alert.character_id, data=data),
        actor_id=actor_id,
        subject_id=alert.character_id,
        change=change,
    )
    return data


async def _read_all(uow: UnitOfWork, alerts: list[IdentityAlert]) -> list[AlertRead]:
    ids = [alert.variation_id for alert in alerts]
    rows = list(await uow.session.scalars(select(Variation).where(Variation.id.in_(ids))))
    pictures = {data.id: data for data in await reading.read_all(uow, rows)}
    files = await reference_files(
        uow, [alert.reference_id for alert in alerts if alert.reference_id is not None]
    )
    named = await uow.session.execute(
        select(Character.id, Character.name).where(
            Character.id.in_({alert.character_id for alert in alerts})
        )
    )
    names = {row.id: row.name for row in named}
    at = now()
    return [
        AlertRead(
            id=alert.id,
            project_id=alert.project_id,
            character_id=alert.character_id,
            character_name=names[alert.character_id],
            variation=pictures[alert.variation_id],
            reference_file=files.get(alert.reference_id) if alert.reference_id else None,
            p_same=alert.p_same,
            below=alert.below,
            state=state_at(alert, at),
            snoozed_until=alert.snoozed_until,
            reason=alert.reason,
            handled_by=alert.handled_by,
            owner_id=alert.owner_id,
            created_at=alert.created_at,
            updated_at=alert.updated_at,
        )
        for alert in alerts
    ]


def state_at(alert: IdentityAlert, at: datetime) -> AlertState:
    """Return how an alert stands: one that was put to sleep is open again when its time is over."""
    if alert.state == "snoozed" and alert.snoozed_until is not None and alert.snoozed_until <= at:
        return "open"
    return alert.state  # type: ignore[return-value]  # a constraint holds it


async def wake(uow: UnitOfWork) -> list[UUID]:
    """Open the alerts whose sleep is over, and tell of them; return their ids.

    What they were put to sleep for stays with them, so that whoever hears of one again knows.
    """
    rows: list[IdentityAlert] = list(
        await uow.session.scalars(
            select(IdentityAlert)
            .where(IdentityAlert.state == "snoozed", IdentityAlert.snoozed_until <= now())
            .order_by(IdentityAlert.project_id, IdentityAlert.id)
            .limit(MOST_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
    )
    for alert in rows:
        reason, by = alert.reason, alert.handled_by
        _set(alert, state="open", reason=reason, handled_by=by)
        row = await uow.session.get(Variation, alert.variation_id)
        assert row is not None  # a foreign key holds it
        await _tell(uow, alert, None, {"verb": "alert awake", "picture": label_of(row.key)})
    return [alert.id for alert in rows]


def register() -> None:
    """Hear of every change of a picture, and of scores that were computed anew."""
    when_picture_changes(watch)
    when_scores_change(sweep)
