"""Files of a project: their rows; the bytes lie in the object store under their SHA-256."""

from uuid import UUID

from onmodel.accounts.service import Actor
from onmodel.dispatch.schemas import StoredFile
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import NotFoundError
from onmodel.projects import access, repository
from onmodel.projects.models import File
from onmodel.storage.pictures import Picture


class FileMissingError(NotFoundError):
    code = "file_not_found"
    title = "No such file"
    default_try = "It may have been removed, or it belongs to another team."


async def add_picture(
    uow: UnitOfWork, project_id: UUID, picture: Picture, *, created_by: UUID
) -> File:
    """Add the row of an uploaded picture whose bytes are stored already."""
    file = File(
        project_id=project_id,
        sha256=picture.sha256,
        media_type=picture.media_type,
        bytes=picture.bytes,
        width=picture.width,
        height=picture.height,
        thumbhash=picture.thumbhash,
        created_by=created_by,
    )
    uow.session.add(file)
    await uow.session.flush()
    return file


async def add_output(
    uow: UnitOfWork,
    project_id: UUID,
    stored: StoredFile,
    *,
    created_by: UUID | None,
    width: int | None = None,
    height: int | None = None,
) -> File:
    """Add the row of a file that a function made; width and height in pixels for pictures."""
    file = File(
        project_id=project_id,
        sha256=stored.sha256,
        media_type=stored.media_type,
        bytes=stored.bytes,
        width=width,
        height=height,
        created_by=created_by,
    )
    uow.session.add(file)
    await uow.session.flush()
    return file


async def get_permitted(uow: UnitOfWork, actor: Actor, file_id: UUID) -> File:
    """Return a file that the actor may see (any role sees files); raises FileMissingError."""
    file = await repository.find_file(uow, file_id)
    if file is None or await access.role_in(uow, actor, file.project_id) is None:
        raise FileMissingError("This file does not exist, or you cannot see it.")
    return file
