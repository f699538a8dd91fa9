"""What is on its way: put down with the notice, claimed when it is due, settled when it was sent.

Whether something leaves is decided when it would: wishes change, notices are read in the app, and
people leave projects. What is claimed is due again after a while unless it is settled, so that a
courier that dies loses nothing; then it is sent twice rather than never.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from sqlalchemy import delete, func, select, update

from onmodel.accounts.models import Session, User
from onmodel.accounts.service import actor_of
from onmodel.channels.models import Delivery, Destination, Preferences
from onmodel.channels.post_office import Outcome
from onmodel.channels.schedule import Schedule, after_quiet, earliest
from onmodel.channels.wishes import schedule_of
from onmodel.dispatch.retry import delay_seconds
from onmodel.inbox.arrivals import when_notices_arrive
from onmodel.inbox.kinds import GROUP_OF, Kind
from onmodel.inbox.models import Notice
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access

MOST_ATTEMPTS = 8
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 30.0, 3600.0
DESTINATIONS_AT_ONCE, NOTICES_AT_ONCE = 40, 200
# Longer than a round can take: forty destinations, eight at a time, a minute each at the worst.
CLAIMED_FOR = timedelta(minutes=10)
KEPT_FOR = timedelta(days=30)


@dataclass
class Bundle:
    """What goes to one destination as one message; without notices it is a test."""

    destination_id: UUID
    medium: str
    address: bytes
    deliveries: list[UUID] = field(default_factory=list[UUID])
    notices: list[Notice] = field(default_factory=list[Notice])


async def put_down(uow: UnitOfWork, notices: list[Notice]) -> None:
    """Note that new notices are to go wherever their people want them."""
    people = {notice.person_id for notice in notices}
    rows = await uow.session.execute(
        select(Destination.person_id, Destination.id).where(Destination.person_id.in_(people))
    )
    places = list(rows)
    uow.session.add_all(
        Delivery(notice_id=notice.id, destination_id=destination_id, next_at=notice.created_at)
        for notice in notices
        for person_id, destination_id in places
        if person_id == notice.person_id
    )
    await uow.session.flush()


async def claim(uow: UnitOfWork, at: datetime) -> list[Bundle]:
    """Take what is due and wanted; drop what is not wanted any more, and put off the rest."""
    bundles: dict[tuple[UUID, bool], Bundle] = {}
    seen: dict[UUID, list[UUID] | None] = {}
    for delivery, destination, notice, user, preferences, session in await _due(uow, at):
        if user.id not in seen:
            seen[user.id] = await access.visible(uow, actor_of(user, via="house"))
        gone = user.disabled_at is not None or (session is not None and session.expires_at <= at)
        if gone or (notice and not _is_wanted(notice, destination, preferences, seen[user.id])):
            _end(delivery, "skipped", at)
            continue
        if notice is not None:
            leaves = _leaves(schedule_of(preferences), destination, delivery, at)
            if leaves > at:
                delivery.next_at = leaves
                continue
        delivery.attempts += 1
        delivery.next_at = at + CLAIMED_FOR
        bundle = bundles.setdefault(
            (destination.id, notice is None),
            Bundle(destination.id, destination.medium, destination.address),
        )
        bundle.deliveries.append(delivery.id)
        if notice is not None:
            bundle.notices.append(notice)
    await uow.session.flush()
    return list(bundles.values())


_Due = tuple[Delivery, Destination, Notice | None, User, Preferences | None, Session | None]


async def _due(uow: UnitOfWork, at: datetime) -> list[_Due]:
    """Lock what is due, oldest first: all of it for those places that have waited longest."""
    due = (Delivery.state == "waiting", Delivery.next_at <= at)
    places = (
        select(Delivery.destination_id)
        .where(*due)
        .group_by(Delivery.destination_id)
        .order_by(func.min(Delivery.next_at))
        .limit(DESTINATIONS_AT_ONCE)
    )
    rows = await uow.session.execute(
        select(Delivery, Destination, Notice, User, Preferences, Session)
        .join(Destination, Destination.id == Delivery.destination_id)
        .join(User, User.id == Destination.person_id)
        .outerjoin(Notice, Notice.id == Delivery.notice_id)
        .outerjoin(Preferences, Preferences.person_id == Destination.person_id)
        .outerjoin(Session, Session.id == Destination.session_id)
        .where(*due, Delivery.destination_id.in_(places))
        .order_by(Delivery.created_at, Delivery.id)
        .limit(NOTICES_AT_ONCE)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return [cast("_Due", tuple(row)) for row in rows]


def _is_wanted(
    notice: Notice,
    destination: Destination,
    preferences: Preferences | None,
    projects: Sequence[UUID] | None,
) -> bool:
    if notice.read_at is not None:
        return False
    if projects is not None and notice.project_id not in {None, *projects}:
        return False
    silenced = preferences.silenced if preferences is not None else {}
    return destination.medium not in silenced.get(GROUP_OF[Kind(notice.kind)], ())


def _leaves(
    schedule: Schedule, destination: Destination, delivery: Delivery, at: datetime
) -> datetime:
    """Return when a delivery may leave: after its digest, and in no quiet hour."""
    collected = destination.medium != "push"
    planned = earliest(schedule, delivery.created_at, collected=collected)
    return planned if planned > at else after_quiet(schedule, at)


async def settle(uow: UnitOfWork, bundle: Bundle, outcome: Outcome, at: datetime) -> None:
    """Write down what became of a message."""
    if outcome.kind == "gone":
        await uow.session.execute(
            delete(Destination).where(Destination.id == bundle.destination_id)
        )
        return
    rows = await uow.session.scalars(
        select(Delivery)
        .where(Delivery.id.in_(bundle.deliveries), Delivery.state == "waiting")
        .with_for_update()
    )
    for delivery in rows:
        if outcome.kind == "sent":
            _end(delivery, "sent", at)
            continue
        delivery.problem = outcome.words
        is_test = delivery.notice_id is None
        if outcome.kind == "refused" or is_test or delivery.attempts >= MOST_ATTEMPTS:
            _end(delivery, "dead", at)
        else:
            wait = delay_seconds(
                delivery.attempts, first=FIRST_WAIT_SECONDS, longest=LONGEST_WAIT_SECONDS
            )
            delivery.next_at = at + timedelta(seconds=wait)
    await uow.session.flush()
    told = (
        {"problem": None, "sent_at": at} if outcome.kind == "sent" else {"problem": outcome.words}
    )
    await uow.session.execute(
        update(Destination).where(Destination.id == bundle.destination_id).values(**told)
    )


def _end(delivery: Delivery, state: str, at: datetime) -> None:
    delivery.state, delivery.ended_at = state, at


async def look_again(uow: UnitOfWork, person_id: UUID, at: datetime) -> None:
    """Plan anew what waits for a person, whose wishes have changed.

    What is under way or has failed keeps its time.
    """
    mine = select(Destination.id).where(Destination.person_id == person_id)
    await uow.session.execute(
        update(Delivery)
        .where(
            Delivery.destination_id.in_(mine), Delivery.state == "waiting", Delivery.attempts == 0
        )
        .values(next_at=at)
    )


async def forget_old(uow: UnitOfWork, at: datetime) -> None:
    """Remove what ended long ago."""
    await uow.session.execute(
        delete(Delivery).where(Delivery.state != "waiting", Delivery.created_at < at - KEPT_FOR)
    )


async def put_down_test(uow: UnitOfWork, destination_id: UUID) -> Delivery:
    """Note that a test is to go to a destination, at once."""
    delivery = Delivery(destination_id=destination_id, next_at=now(), state="waiting", attempts=0)
    uow.session.add(delivery)
    await uow.session.flush()
    return delivery


def register() -> None:
    """Hear of new notices."""
    when_notices_arrive(put_down)
