"""The stream of a project, and what of it is new to somebody."""

from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.activity import repository
from onmodel.activity.places import place_of
from onmodel.activity.schemas import Activity, ActivityCharacter, ActivityEntry, Seen, SinceVisit
from onmodel.characters.models import Character
from onmodel.events import log as events
from onmodel.events.models import Event
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import access
from onmodel.projects import repository as projects
from onmodel.projects.models import File
from onmodel.projects.schemas import FileRef

MOST_COUNTED, MOST_SHOWN = 1000, 100


async def stream(
    uow: UnitOfWork,
    actor: Actor,
    project_id: UUID,
    *,
    character_id: UUID | None,
    person_id: UUID | None,
    before: int | None,
    limit: int,
) -> Activity:
    """Return what happened, newest first, in all or to one character or by one person.

    Raises:
        ProjectNotFoundError: there is no such project, or it is not theirs to see.
    """
    await access.require(uow, actor, project_id, Permission.VIEW)
    wished = events.Wished(subject_id=character_id, by=person_id, before=before)
    rows = await events.changes(uow, project_id, wished, limit=limit + 1)
    shown = rows[:limit]
    visit = await repository.find_visit(uow, actor.user_id, project_id)
    return Activity(
        items=await _entries(uow, shown),
        next_before=shown[-1].seq if len(rows) > limit else None,
        seen_seq=visit.seq if visit else await events.last_seq(uow, project_id),
    )


async def since_visit(uow: UnitOfWork, actor: Actor, project_id: UUID) -> SinceVisit:
    """Return what others did since the actor was last here; a first visit begins now.

    Raises:
        ProjectNotFoundError: there is no such project, or it is not theirs to see.
    """
    await access.require(uow, actor, project_id, Permission.VIEW)
    last = await events.last_seq(uow, project_id)
    visit = await repository.find_visit(uow, actor.user_id, project_id)
    if visit is None:
        return SinceVisit(seq=last, seen_seq=last, seen_at=None, count=0, items=[])
    wished = events.Wished(not_by=actor.user_id, after=visit.seq)
    rows = await events.changes(uow, project_id, wished, limit=MOST_SHOWN)
    count = len(rows)
    if count == MOST_SHOWN:
        count = await events.count_changes(uow, project_id, wished, most=MOST_COUNTED)
    return SinceVisit(
        seq=last,
        seen_seq=visit.seq,
        seen_at=visit.at,
        count=count,
        items=await _entries(uow, rows),
    )


async def see(uow: UnitOfWork, actor: Actor, project_id: UUID, data: Seen) -> None:
    """Note how far the actor has followed; the log's end is as far as anybody can.

    Raises:
        ProjectNotFoundError: there is no such project, or it is not theirs to see.
    """
    await access.require(uow, actor, project_id, Permission.VIEW)
    seq = min(data.seq, await events.last_seq(uow, project_id))
    await repository.put_visit(uow, actor.user_id, project_id, seq)


async def _entries(uow: UnitOfWork, rows: list[Event]) -> list[ActivityEntry]:
    places = [place_of(row) for row in rows]
    cast = await repository.characters(uow, {row.subject_id for row in rows if row.subject_id})
    without = {p.variation_id for p in places if p.variation_id and not p.file_id}
    pictures = await repository.pictures_of(uow, without)
    shown = [
        p.file_id or (pictures.get(p.variation_id) if p.variation_id else None) for p in places
    ]
    covers = [character.cover_file_id for character in cast.values()]
    files = await projects.files_by_id(uow, [*shown, *covers])
    return [
        ActivityEntry(
            seq=row.seq,
            at=row.at,
            actor_id=row.actor_id,
            event=row.name,
            change=row.change or {},
            character=_character(cast.get(row.subject_id), files) if row.subject_id else None,
            file=_ref(files, file_id),
            url=place.url,
        )
        for row, place, file_id in zip(rows, places, shown, strict=True)
    ]


def _character(row: Character | None, files: dict[UUID, File]) -> ActivityCharacter | None:
    if row is None:
        return None
    return ActivityCharacter(
        id=row.id,
        name=row.name,
        cover=_ref(files, row.cover_file_id),
        removed=row.removed_at is not None,
    )


def _ref(files: dict[UUID, File], file_id: UUID | None) -> FileRef | None:
    file = files.get(file_id) if file_id else None
    return FileRef.model_validate(file) if file else None
