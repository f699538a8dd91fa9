"""Who is asking: the one place that reads cookies and bearer tokens."""

from typing import Annotated

from fastapi import Depends
from fastapi.requests import HTTPConnection
from fastapi.security import APIKeyCookie, HTTPBearer

from onmodel.accounts import service
from onmodel.accounts.errors import CrossSiteError
from onmodel.accounts.recent import recent
from onmodel.accounts.service import Actor
from onmodel.http.deps import DatabaseDep
from onmodel.kit.db.uow import Database
from onmodel.kit.errors import UnauthorisedError

COOKIE = "onmodel_session"
CSRF_HEADER = "x-onmodel"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# only so that openapi.json says how to sign in; the reading is done below
_cookie_scheme = APIKeyCookie(name=COOKIE, auto_error=False)
_bearer_scheme = HTTPBearer(auto_error=False, description="`onmodel token create` makes one")


async def identify(connection: HTTPConnection, database: Database) -> Actor | None:
    """Return who sends this request or opens this socket, or None.

    A bearer token (header, or ``?token=`` for sockets, which cannot send headers) counts
    before the cookie. A cookie counts only for requests that OnModel's own pages send.

    Raises:
        CrossSiteError: a cookie came with a change, or a socket, from another site.
    """
    bearer = _bearer(connection)
    token = bearer or connection.cookies.get(COOKIE)
    if not token:
        return None
    if bearer is None:
        _refuse_other_sites(connection)
    memory = recent(connection.app)
    known = memory.find(token)
    if known is not None:
        return known
    async with database.read() as uow:
        actor = await service.actor_by_token(uow, token) if bearer else None
        actor = actor or await service.actor_by_session(uow, token)
    if actor is not None:
        memory.remember(token, actor)
    return actor


def _bearer(connection: HTTPConnection) -> str | None:
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    if connection.scope["type"] == "websocket":
        return connection.query_params.get("token")
    return None


def _refuse_other_sites(connection: HTTPConnection) -> None:
    is_socket = connection.scope["type"] == "websocket"
    if not is_socket and connection.scope["method"] in SAFE_METHODS:
        return
    if not is_socket and CSRF_HEADER not in connection.headers:
        raise CrossSiteError("The request lacks the mark of OnModel's own pages.")
    origin = connection.headers.get("origin")
    if origin and origin.partition("://")[2] != connection.headers.get("host"):
        raise CrossSiteError(f"The request came from {origin}.")


async def _signed_in(
    connection: HTTPConnection,
    database: DatabaseDep,
    _cookie: Annotated[str | None, Depends(_cookie_scheme)],
    _token: Annotated[object, Depends(_bearer_scheme)],
) -> Actor:
    actor = await identify(connection, database)
    if actor is None:
        raise UnauthorisedError("You are not signed in, or your session has ended.")
    return actor


SignedIn = Annotated[Actor, Depends(_signed_in)]
