"""Turns failures into ``application/problem+json`` (RFC 9457) and documents them."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from onmodel.kit.errors import (
    ConflictError,
    InvalidError,
    NotFoundError,
    ProblemError,
    UnavailableError,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """What is wrong with one field of the request."""

    field: str
    detail: str


class Problem(BaseModel):
    """A failure as a person can read it and a program can tell it apart (``code``)."""

    model_config = ConfigDict(populate_by_name=True, extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    try_: str = Field(alias="try")
    fields: list[FieldProblem] | None = None


def problems(*errors: type[ProblemError]) -> dict[int | str, dict[str, Any]]:
    """Return the ``responses=`` of a route that may fail with ``errors``."""
    by_status: dict[int | str, list[str]] = {}
    for error in errors:
        by_status.setdefault(error.status, []).append(f"`{error.code}`: {error.title}")
    return {
        status: {
            "description": "; ".join(lines),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, lines in by_status.items()
    }


def nothing_here() -> JSONResponse:
    """Return the answer for an address that leads nowhere."""
    return answer(NotFoundError("There is nothing at this address."))


def answer(error: ProblemError) -> JSONResponse:
    """Return the answer for an expected failure."""
    return JSONResponse(
        error.as_problem(),
        status_code=error.status,
        media_type=MEDIA_TYPE,
        headers=error.headers,
    )


async def _expected(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemError)
    return answer(error)


async def _bad_request(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    if any(item["loc"][0] == "path" for item in error.errors()):
        return nothing_here()  # an id that cannot be one leads nowhere
    fields = [
        {"field": ".".join(str(part) for part in item["loc"][1:]), "detail": _sentence(item["msg"])}
        for item in error.errors()
    ]
    first = fields[0] if fields else {"field": "request", "detail": "It could not be read."}
    return answer(InvalidError(f"{first['field'] or 'request'}: {first['detail']}", fields=fields))


def _sentence(text: str) -> str:
    text = text.removeprefix("Value error, ").strip()
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")


async def _framework(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == NotFoundError.status:
        return nothing_here()
    problem = InvalidError(str(error.detail))
    body = problem.as_problem() | {"status": error.status_code, "code": "http_error"}
    return JSONResponse(
        body, status_code=error.status_code, media_type=MEDIA_TYPE, headers=error.headers
    )


async def _database_down(_request: Request, error: Exception) -> JSONResponse:
    log.error("database_unavailable", error=str(error))
    return answer(UnavailableError("The database does not answer.", headers={"Retry-After": "2"}))


def of_database(error: DBAPIError) -> ProblemError | None:
    """Return what a refusal of the database means for who asked, or None for a mistake of ours.

    Values that no column takes (a NUL in a text, a number beyond 32 bits) reach PostgreSQL
    through fields that are free in form; SQLSTATE classes: PostgreSQL, appendix A.
    """
    state: str = getattr(error.orig, "sqlstate", None) or ""
    if state.startswith("22"):
        return InvalidError("This holds a character or a number that cannot be stored.")
    if state in _KNOTS:
        return ConflictError("Somebody else did this at the same moment.")
    if state.startswith(_AWAY) or error.connection_invalidated:
        return UnavailableError("The database does not answer.", headers={"Retry-After": "2"})
    return None


# unique violation, serialization failure, deadlock
_KNOTS = frozenset({"23505", "40001", "40P01"})
# connection lost, out of resources, shutting down or starting up
_AWAY = ("08", "53", "57")


async def _refused(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, DBAPIError)
    problem = of_database(error)
    if problem is None:
        return await _unexpected(request, error)
    log.warning("database_refused", path=request.url.path, error=str(error.orig))
    return answer(problem)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.error("unexpected_error", path=request.url.path, exc_info=error)
    return answer(ProblemError("OnModel made a mistake. It has been written to the log."))


def install(app: FastAPI) -> None:
    """Make every failure of ``app`` a problem answer."""
    app.add_exception_handler(ProblemError, _expected)
    app.add_exception_handler(RequestValidationError, _bad_request)
    app.add_exception_handler(HTTPException, _framework)
    app.add_exception_handler(OperationalError, _database_down)
    app.add_exception_handler(PoolTimeoutError, _database_down)
    app.add_exception_handler(ConnectionRefusedError, _database_down)
    app.add_exception_handler(DBAPIError, _refused)
    app.add_exception_handler(Exception, _unexpected)
