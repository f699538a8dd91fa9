"""What can go wrong around people and signing in."""

from onmodel.kit.errors import (
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    TooManyError,
    UnauthorisedError,
)


class WrongPasswordError(UnauthorisedError):
    code = "wrong_password"
    title = "Name or password is wrong"
    default_try = "Check both, or ask an administrator for a new sign-in link."


class LinkExpiredError(GoneError):
    code = "link_expired"
    title = "This sign-in link no longer works"
    default_try = "Links work once and for an hour. Ask for a new one, or run `onmodel link`."


class TooManyAttemptsError(TooManyError):
    code = "too_many_attempts"
    title = "Too many attempts"
    default_try = "Wait a minute and try again."


class UsernameTakenError(ConflictError):
    code = "username_taken"
    title = "This name is taken"
    default_try = "Choose another one."


class TeamNameTakenError(ConflictError):
    code = "team_name_taken"
    title = "There is a team of this name"
    default_try = "Choose another name."


class LastAdminError(ConflictError):
    code = "last_administrator"
    title = "Somebody must be able to administer"
    default_try = "Make somebody else an administrator first."


class AdminOnlyError(ForbiddenError):
    code = "administrators_only"
    title = "Only administrators may do this"
    default_try = "Ask an administrator."


class PersonNotFoundError(NotFoundError):
    code = "person_not_found"
    title = "Nobody of this name"
    default_try = "Choose somebody from the list."


class TeamNotFoundError(NotFoundError):
    code = "team_not_found"
    title = "No such team"
    default_try = "Choose a team from the list."


class WeakPasswordError(InvalidError):
    code = "weak_password"
    title = "This password is too short"
    default_try = "Take at least ten characters; a few words are easier to remember."


class CrossSiteError(ForbiddenError):
    code = "cross_site_request"
    title = "This request came from another page"
    default_try = "Open OnModel itself and try again."
