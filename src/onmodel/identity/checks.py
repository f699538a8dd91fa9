"""Any picture, checked against the cast of a project: who is in it, who is missing, who bleeds."""

from collections.abc import Sequence
from contextlib import suppress
from uuid import UUID

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.characters.references import EXTENSIONS
from onmodel.dispatch import handlers
from onmodel.dispatch import service as dispatch
from onmodel.dispatch.contracts import ConsistencyInputs
from onmodel.dispatch.errors import CallOverError
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import FileInput, NewCall, Outcome
from onmodel.dispatch.tasks import Task
from onmodel.events import log as events
from onmodel.identity import casting, check_reading, check_repository, measured
from onmodel.identity.errors import CheckNotFoundError, UnknownCastError
from onmodel.identity.models import Check
from onmodel.identity.schemas import CheckRead, CheckRemoved, CheckUpdated
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State, advance
from onmodel.projects import access, files
from onmodel.projects.models import File
from onmodel.storage.keys import blob_key
from onmodel.storage.pictures import Picture

SUBJECT = "check"


async def create(
    uow: UnitOfWork, actor: Actor, project_id: UUID, picture: Picture, expected: Sequence[UUID]
) -> CheckRead:
    """Have a picture checked whose bytes are stored already.

    Args:
        expected: characters of the project that should be in it; those without a face are
            reported as missing.

    Raises:
        ProjectNotFoundError: there is no such project, or it is not theirs to see.
        UnknownCastError: an expected character is not of this project.
    """
    await access.require(uow, actor, project_id, Permission.REVIEW)
    wanted = list(dict.fromkeys(expected))
    strangers = set(wanted) - await check_repository.present(uow, project_id, wanted)
    if strangers:
        raise UnknownCastError(f"{len(strangers)} of the expected characters are not here.")
    file = await files.add_picture(uow, project_id, picture, created_by=actor.user_id)
    row = Check(
        project_id=project_id,
        file_id=file.id,
        name=picture.name,
        expected=wanted,
        state=State.QUEUED.value,
        created_by=actor.user_id,
    )
    uow.session.add(row)
    await uow.session.flush()
    row.call_id = (await _measure(uow, row, file, actor)).id
    await uow.session.flush()
    await uow.session.refresh(row)
    return await _tell(uow, row, actor.user_id)


async def _measure(uow: UnitOfWork, row: Check, file: File, actor: Actor) -> Call:
    picture = FileInput(
        key=blob_key(file.sha256),
        name=f"picture.{EXTENSIONS[file.media_type]}",
        media_type=file.media_type,
    )
    return await dispatch.submit(
        uow,
        NewCall(
            project_id=row.project_id,
            created_by=actor.user_id,
            subject_kind=SUBJECT,
            subject_id=row.id,
            task=Task.VALIDATE_CONSISTENCY,
            params=ConsistencyInputs(pictures=[picture]).params(),
            priority=1,
        ),
    )


async def list_checks(
    uow: UnitOfWork, actor: Actor, project_id: UUID, *, limit: int
) -> list[CheckRead]:
    """Return a project's checks, the newest first."""
    await access.require(uow, actor, project_id, Permission.VIEW)
    rows = await check_repository.newest(uow, project_id, limit=limit)
    return await check_reading.read_all(uow, rows)


async def remove(uow: UnitOfWork, actor: Actor, check_id: UUID) -> CheckRead:
    """Forget a check; one that is still being measured is stopped.

    Raises:
        CheckNotFoundError: there is no such check, or it is not theirs to see.
        ForbiddenError: they may see it, but not remove it.
    """
    row = await check_repository.find(uow, check_id)
    role = await access.role_in(uow, actor, row.project_id) if row else None
    if row is None or role is None:
        raise CheckNotFoundError("This check does not exist, or you cannot see it.")
    access.check(role, Permission.REVIEW)
    # a call's row is locked before its noun's, here as when a call ends
    if row.call_id is not None and State(row.state).is_active:
        with suppress(CallOverError):
            await dispatch.cancel(uow, row.call_id)
    row = await check_repository.lock(uow, check_id)
    if row is None:
        raise CheckNotFoundError("This check was removed already.")
    data = await check_reading.read(uow, row)
    await uow.session.delete(row)
    await uow.session.flush()
    await events.record(
        uow,
        row.project_id,
        "server:check.removed",
        CheckRemoved(check_id=row.id, data=data),
        actor_id=actor.user_id,
    )
    return data


async def started(uow: UnitOfWork, call: Call) -> None:
    """A worker has begun."""
    row = await check_repository.lock(uow, call.subject_id)
    if row is not None:
        row.state = advance(State(row.state), State.STARTING).value
        row.state = advance(State(row.state), State.RUNNING).value
        await uow.session.flush()
        await _tell(uow, row, None)


async def requeued(uow: UnitOfWork, call: Call) -> None:
    """The worker was lost; the check waits again."""
    row = await check_repository.lock(uow, call.subject_id)
    # one that was dealt but not begun never stopped waiting, for people
    if row is not None and row.state != State.QUEUED:
        row.state = advance(State(row.state), State.QUEUED).value
        await uow.session.flush()
        await _tell(uow, row, None)


async def finished(uow: UnitOfWork, call: Call, outcome: Outcome) -> None:
    """Give the faces to the cast, or keep why nobody could be looked for."""
    row = await check_repository.lock(uow, call.subject_id)
    if row is None:
        return  # removed while it was being measured
    row.state = outcome.state.value
    row.finished_at = now()
    picture = measured.first_picture(outcome) if outcome.state is State.SUCCEEDED else None
    if picture is None:
        row.reason = "unreadable"
    else:
        found = await casting.cast_picture(
            uow, row.project_id, picture, expected=row.expected or None
        )
        row.reason, row.route = found.reason, found.route
        row.faces, row.missing = found.faces, found.missing
    await uow.session.flush()
    await _tell(uow, row, None)


async def _tell(uow: UnitOfWork, row: Check, actor_id: UUID | None) -> CheckRead:
    data = await check_reading.read(uow, row)
    await events.record(
        uow,
        row.project_id,
        "server:check.updated",
        CheckUpdated(check_id=row.id, data=data),
        actor_id=actor_id,
    )
    return data


def register() -> None:
    """Hear of the measurements of checked pictures."""
    handlers.register(SUBJECT, on_started=started, on_requeued=requeued, on_finished=finished)
