"""Notices: given once to those who may see what they are about, read, and found again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.schemas import PersonRead
from onmodel.accounts.service import Actor
from onmodel.characters import service as characters
from onmodel.events.frames import encode, person_channel
from onmodel.inbox import repository
from onmodel.inbox.kinds import GROUP_OF, Group, Kind, kinds_of
from onmodel.inbox.models import Notice
from onmodel.inbox.schemas import (
    Following,
    InboxChanged,
    Marked,
    MarkRead,
    MarkUnread,
    NoticeRead,
    Unread,
)
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.ids import new_id
from onmodel.kit.paging import BadCursorError, Page, decode_cursor, encode_cursor
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.projects.schemas import FileRef

MOST_TITLE, MOST_BODY = 300, 500


async def notify(
    uow: UnitOfWork,
    *,
    person_ids: Iterable[UUID | None],
    kind: Kind,
    project_id: UUID | None,
    subject_type: str,
    subject_id: UUID,
    url: str,
    title: str,
    key: str,
    body: str = "",
    actor_id: UUID | None = None,
    file_id: UUID | None = None,
    instead: bool = False,
) -> list[Notice]:
    """Let people hear of something, each once; return the notices that are new.

    Who did it hears nothing of it, and neither does who may not see the project.

    Args:
        uow: the transaction of what happened: both become visible together, or neither.
        person_ids: who should hear; None is nobody.
        kind: why.
        project_id: where it happened; None for what concerns the house.
        subject_type: the noun that it is about, such as ``note``.
        subject_id: which one.
        url: the path of the exact page.
        title: a sentence that stands alone, longer ones are cut.
        key: the occasion; a second notice with the same key is not made.
        body: what was said.
        actor_id: who did it; None for the house itself.
        file_id: the picture to show beside it.
        instead: it takes the place of what they have not read of this kind about the subject.
    """
    wanted = {one for one in person_ids if one is not None and one != actor_id}
    if wanted and project_id is not None:
        wanted = await access.who_may_see(uow, project_id, wanted)
    if not wanted:
        return []
    if instead:
        await repository.withdraw(uow, [subject_id], [kind.value], unread_of=wanted)
    fresh = await repository.put(
        uow,
        [
            {
                "id": new_id(),
                "person_id": person_id,
                "project_id": project_id,
                "kind": kind.value,
                "subject_type": subject_type,
                "subject_id": subject_id,
                "url": url,
                "title": _cut(title, MOST_TITLE),
                "body": _cut(body, MOST_BODY),
                "file_id": file_id,
                "actor_id": actor_id,
                "key": key,
                "created_at": now(),
            }
            # in one order: two transactions that tell the same people never wait for each other
            for person_id in sorted(wanted)
        ],
    )
    for notice, data in zip(fresh, await read_all(uow, fresh), strict=True):
        _nudge(uow, notice.person_id, data)
    return fresh


async def withdraw(
    uow: UnitOfWork, subject_ids: list[UUID], kinds: Sequence[Kind] | None = None
) -> None:
    """Take notices about subjects back from everybody who got them, read or not."""
    words = None if kinds is None else [kind.value for kind in kinds]
    for person_id in await repository.withdraw(uow, subject_ids, words):
        _nudge(uow, person_id, None)


async def settle(
    uow: UnitOfWork, subject_id: UUID, kinds: Sequence[Kind], *, person_id: UUID | None = None
) -> None:
    """Let nobody, or with ``person_id`` not this one, be waited for any more."""
    words = [kind.value for kind in kinds]
    for one in await repository.settle(uow, subject_id, words, now(), person_id=person_id):
        _nudge(uow, one, None)


def _nudge(uow: UnitOfWork, person_id: UUID, notice: NoticeRead | None) -> None:
    payload = InboxChanged(notice=notice).model_dump(mode="json")
    uow.notify(person_channel(person_id), encode("server:inbox.changed", payload))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


async def read_all(uow: UnitOfWork, rows: list[Notice]) -> list[NoticeRead]:
    """Return the whole read schema of each notice."""
    people = await repository.people(uow, [row.actor_id for row in rows])
    titles = await repository.titles(uow, [row.project_id for row in rows])
    files = await projects.files_by_id(uow, [row.file_id for row in rows])
    read: list[NoticeRead] = []
    for row in rows:
        actor = people.get(row.actor_id) if row.actor_id else None
        file = files.get(row.file_id) if row.file_id else None
        kind = Kind(row.kind)
        read.append(
            NoticeRead(
                id=row.id,
                kind=kind,
                group=GROUP_OF[kind],
                project_id=row.project_id,
                project_title=titles.get(row.project_id) if row.project_id else None,
                subject_type=row.subject_type,
                subject_id=row.subject_id,
                url=row.url,
                title=row.title,
                body=row.body,
                file=FileRef.model_validate(file) if file else None,
                actor=PersonRead.model_validate(actor) if actor else None,
                created_at=row.created_at,
                read_at=row.read_at,
            )
        )
    return read


async def list_own(
    uow: UnitOfWork,
    actor: Actor,
    *,
    group: Group | None,
    unread: bool,
    cursor: str | None,
    limit: int,
) -> Page[NoticeRead]:
    """Return the actor's notices, newest first.

    Those of projects that the actor may not see any more stay hidden.

    Raises:
        BadCursorError: the cursor is no page's.
    """
    rows = await repository.page(
        uow,
        actor.user_id,
        await access.visible(uow, actor),
        kinds=_kinds(group),
        unread=unread,
        after=_after(cursor) if cursor is not None else None,
        limit=limit + 1,
    )
    shown = rows[:limit]
    more = len(rows) > limit
    last = encode_cursor([shown[-1].created_at, shown[-1].id]) if more else None
    return Page(items=await read_all(uow, shown), next_cursor=last)


def _kinds(group: Group | None) -> list[str] | None:
    return None if group is None else [kind.value for kind in kinds_of(group)]


def _after(cursor: str) -> tuple[datetime, UUID]:
    created_at, id_ = decode_cursor(cursor, length=2)
    try:
        return datetime.fromisoformat(created_at), UUID(id_)
    except (TypeError, ValueError, AttributeError) as error:
        raise BadCursorError("This page link is damaged.") from error


async def count_unread(uow: UnitOfWork, actor: Actor) -> Unread:
    """Return how many notices wait for the actor."""
    counts = await repository.unread(uow, actor.user_id, await access.visible(uow, actor))
    groups = dict.fromkeys(Group, 0)
    for kind, count in counts.items():
        groups[GROUP_OF[Kind(kind)]] += count
    return Unread(total=sum(groups.values()), groups=groups)


async def mark_read(uow: UnitOfWork, actor: Actor, data: MarkRead) -> Marked:
    """Mark the actor's notices as read; ids of other people's change nothing."""
    at = now()
    kinds = _kinds(data.group)
    count = await repository.mark_read(uow, actor.user_id, at, ids=data.ids, kinds=kinds)
    return await _marked(uow, actor, count, at)


async def mark_unread(uow: UnitOfWork, actor: Actor, data: MarkUnread) -> Marked:
    """Let the actor's notices wait again; with neither ids nor a moment nothing changes."""
    if data.ids is None and data.marked_at is None:
        return await _marked(uow, actor, 0, now())
    count = await repository.mark_unread(uow, actor.user_id, ids=data.ids, at=data.marked_at)
    return await _marked(uow, actor, count, now())


async def _marked(uow: UnitOfWork, actor: Actor, count: int, at: datetime) -> Marked:
    if count:
        _nudge(uow, actor.user_id, None)
    return Marked(count=count, marked_at=at, unread=await count_unread(uow, actor))


async def following(uow: UnitOfWork, actor: Actor, character_id: UUID) -> Following:
    """Return whether the actor hears of a character; raises CharacterNotFoundError."""
    character = await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    return Following(
        following=await repository.follows(uow, character.id, actor.user_id),
        made_it=character.created_by == actor.user_id,
    )


async def set_following(
    uow: UnitOfWork, actor: Actor, character_id: UUID, *, follow: bool
) -> Following:
    """Let the actor hear of a character from now on, or no more; raises CharacterNotFoundError."""
    await characters.get_permitted(uow, actor, character_id, Permission.VIEW)
    change = repository.follow if follow else repository.unfollow
    await change(uow, character_id, actor.user_id)
    return await following(uow, actor, character_id)
