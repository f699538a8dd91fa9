"""Who may come in by a socket, and whether they still may when they say something.

A browser sees no status of a refused handshake, so the socket is opened and closed with a code.
"""

import time
from uuid import UUID

from fastapi import WebSocket

from onmodel.accounts.permissions import Permission, Role
from onmodel.accounts.service import Actor
from onmodel.accounts.signed_in import identify
from onmodel.api.realtime import messages
from onmodel.api.realtime.connection import NOT_FOUND, SIGNED_OUT, Connection
from onmodel.composition import Resources
from onmodel.kit.errors import ForbiddenError, NotFoundError, UnauthorisedError
from onmodel.projects import access
from onmodel.projects.access import ProjectNotFoundError

# a role is believed for so long, and at most until the project's people change
ROLE_SECONDS = 2.0


def speaks_too_old(socket: WebSocket) -> bool:
    """Say whether a client has told that it knows only a protocol that is gone, or none yet."""
    spoken = socket.query_params.get("protocol")
    if spoken is None:
        return False
    known = range(messages.OLDEST_PROTOCOL, messages.PROTOCOL_VERSION + 1)
    return not (spoken.isascii() and spoken.isdigit() and int(spoken[:9]) in known)


async def admit(socket: WebSocket, resources: Resources, project_id: UUID) -> Actor | None:
    """Return who this is, or close the socket."""
    try:
        actor = await identify(socket, resources.database)
        if actor is None:
            await socket.close(SIGNED_OUT, "not_signed_in")
            return None
        async with resources.database.read() as uow:
            await access.require(uow, actor, project_id, Permission.VIEW)
    except ForbiddenError as error:
        await socket.close(SIGNED_OUT, error.code)
        return None
    except NotFoundError as error:
        await socket.close(NOT_FOUND, error.code)
        return None
    return actor


async def still_here(
    socket: WebSocket, connection: Connection, resources: Resources, message: messages.ClientMessage
) -> Actor:
    """Return who this is now: a token, or the project, may have been taken away since.

    Of cursors there are too many to ask the database for each. The live desk needs the role that
    is believed, so it asks itself.

    Raises:
        UnauthorisedError: their session has ended; so will the socket.
        NotFoundError: the project is not theirs to see any more; so will the socket.
    """
    actor = await identify(socket, resources.database)
    if actor is None:
        connection.close_soon(SIGNED_OUT)
        raise UnauthorisedError("Your session has ended.")
    if isinstance(message, messages.LiveMessage):
        return actor
    if isinstance(message, messages.TextCursorMessage):
        await believed_role(connection, resources, actor)
        return actor
    try:
        async with resources.database.read() as uow:
            await access.require(uow, actor, connection.project_id, Permission.VIEW)
    except NotFoundError:
        connection.close_soon(NOT_FOUND)
        raise
    return actor


async def believed_role(connection: Connection, resources: Resources, actor: Actor) -> Role:
    """Return what somebody may do in this project, as of a moment ago.

    Raises:
        ProjectNotFoundError: they are no longer part of it; so will the socket.
    """
    known = connection.role
    if known and known.is_admin == actor.is_admin and known.until > time.monotonic():
        return known.role
    async with resources.database.read() as uow:
        role = await access.role_in(uow, actor, connection.project_id)
    if role is None:
        connection.close_soon(NOT_FOUND)
        raise ProjectNotFoundError("This project does not exist, or you are not part of it.")
    connection.believe(role, is_admin=actor.is_admin, seconds=ROLE_SECONDS)
    return role
