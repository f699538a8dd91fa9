"""Expected failures, told as RFC 9457 problems.

    ProblemError
    ├── InvalidError        422  the request makes no sense
    ├── UnauthorisedError   401  nobody is signed in
    ├── ForbiddenError      403  signed in, but not allowed
    ├── NotFoundError       404  not there, or not yours to see
    ├── ConflictError       409  somebody else was faster
    ├── GoneError           410  it was there once
    ├── TooLargeError       413  too many bytes
    ├── UnsupportedError    415  a kind of file that is not taken
    ├── TooManyError        429  too often
    ├── UnavailableError    503  a part of the house is down
    └── StorageFullError    507  no room left

A noun's own failures subclass these beside the service that raises them. Every class has a
stable ``code``; every instance has a sentence for the person in front of the screen
(``detail``) and what to do next (``try_``).
"""

from typing import Any, ClassVar


class ProblemError(Exception):
    """A failure that a person can understand and do something about."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"
    default_try: ClassVar[str] = "Try again; if it happens again, tell your administrator."

    def __init__(
        self,
        detail: str,
        *,
        try_: str | None = None,
        fields: list[dict[str, str]] | None = None,
        extra: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.try_ = try_ or self.default_try
        self.fields = fields
        self.extra = extra or {}
        self.headers = headers or {}

    def as_problem(self) -> dict[str, Any]:
        """Return the body of an ``application/problem+json`` answer."""
        body: dict[str, Any] = {
            "type": f"urn:onmodel:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "try": self.try_,
        }
        if self.fields:
            body["fields"] = self.fields
        return body | self.extra


class InvalidError(ProblemError):
    status = 422
    code = "invalid"
    title = "That cannot be used"
    default_try = "Change what is marked and send it again."


class UnauthorisedError(ProblemError):
    status = 401
    code = "not_signed_in"
    title = "You are not signed in"
    default_try = "Sign in and try again."


class ForbiddenError(ProblemError):
    status = 403
    code = "not_allowed"
    title = "You are not allowed to do this"
    default_try = "Ask an owner of the project for a role that may."


class NotFoundError(ProblemError):
    status = 404
    code = "not_found"
    title = "Not found"
    default_try = "It may have been removed, or it belongs to another team."


class ConflictError(ProblemError):
    status = 409
    code = "conflict"
    title = "Somebody else was faster"
    default_try = "Look at the newer state and decide again."


class GoneError(ProblemError):
    status = 410
    code = "gone"
    title = "No longer there"
    default_try = "Ask for a new one."


class TooLargeError(ProblemError):
    status = 413
    code = "too_large"
    title = "Too large"
    default_try = "Make it smaller and send it again."


class UnsupportedError(ProblemError):
    status = 415
    code = "unsupported"
    title = "This kind of file is not taken"
    default_try = "Save it as JPEG, PNG or WebP and send it again."


class TooManyError(ProblemError):
    status = 429
    code = "too_many_requests"
    title = "Too many attempts"
    default_try = "Wait a moment and try again."


class UnavailableError(ProblemError):
    status = 503
    code = "unavailable"
    title = "A part of OnModel is not running"
    default_try = "Wait a moment; nothing you did is lost."


class StorageFullError(ProblemError):
    status = 507
    code = "disk_full"
    title = "The disk is full"
    default_try = "Free some space on the server and try again; nothing was half written."
