"""``onmodel user``, ``onmodel token`` and ``onmodel link``.

Whoever can run a command on the machine can read its database anyway: these commands act for
the house and ask for no password.
"""

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from onmodel.cli.command import command
from onmodel.cli.output import Answer, escape
from onmodel.kit.errors import NotFoundError

if TYPE_CHECKING:
    from onmodel.accounts.models import User
    from onmodel.kit.db.uow import UnitOfWork

# Every import inside a function here brings SQLAlchemy with it, seven tenths of a second.


class UnknownPersonError(NotFoundError):
    code = "person_not_found"
    title = "Nobody has that name"
    default_try = "`onmodel user list` shows everybody; `onmodel user add` makes somebody."


def register(app: typer.Typer, *, token: typer.Typer, user: typer.Typer) -> None:
    """Add the commands."""
    command(app, "link")(print_link)
    command(token, "create")(create_token)
    command(user, "add")(add_user)
    command(user, "list")(list_users)


def print_link(
    username: Annotated[
        str | None, typer.Argument(help="Whom it lets in; by default the first administrator.")
    ] = None,
) -> Answer:
    """Make a link that signs somebody in, once."""
    from onmodel.cli.work import in_transaction

    data = in_transaction(lambda uow: make_link(uow, username))
    return Answer(data, f"{data['url']}\n[dim]For {escape(data['username'])}; works once.[/]")


def create_token(
    *,
    username: Annotated[
        str | None,
        typer.Option("--user", help="Whose key; by default the first administrator's."),
    ] = None,
    name: Annotated[str, typer.Option(help="What it is for.")] = "command line",
    days: Annotated[int | None, typer.Option(help="How long it works.", min=1)] = None,
) -> Answer:
    """Make a key for scripts; it is shown this once."""
    from onmodel.accounts import service
    from onmodel.cli.work import in_transaction

    async def work(uow: "UnitOfWork") -> dict[str, Any]:
        person = await _person(uow, username)
        row, key = await service.create_token(uow, person.id, name=name, days=days)
        return {
            "token": key,
            "name": row.name,
            "username": person.username,
            "expires_at": row.expires_at,
        }

    data = in_transaction(work)
    return Answer(
        data, f"{data['token']}\n[dim]Send it as: Authorization: Bearer {data['token'][:9]}…[/]"
    )


def add_user(
    username: Annotated[str, typer.Argument(help="A short name to sign in with.")],
    *,
    name: Annotated[str | None, typer.Option(help="The name that others see.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May administer OnModel.")] = False,
) -> Answer:
    """Add a person and print the link that lets them in."""
    from onmodel.accounts import service
    from onmodel.accounts.schemas import UserCreate
    from onmodel.cli.work import in_transaction

    async def work(uow: "UnitOfWork") -> dict[str, Any]:
        person = UserCreate(username=username, name=name or username, is_admin=admin)
        await service.create_user(uow, person)
        return await make_link(uow, username)

    data = in_transaction(work)
    return Answer(
        data,
        f"[green]✓[/] {escape(username)} is in. Send them this link, it works once:\n{data['url']}",
    )


def list_users() -> Answer:
    """List everybody."""
    from onmodel.accounts import repository
    from onmodel.accounts.schemas import UserRead
    from onmodel.cli.work import in_transaction

    async def work(uow: "UnitOfWork") -> list[dict[str, Any]]:
        return [
            UserRead.model_validate(
                {
                    **{key: getattr(row, key) for key in _FIELDS},
                    "has_password": row.password_hash is not None,
                }
            ).model_dump(mode="json")
            for row in await repository.list_users(uow)
        ]

    people = in_transaction(work)
    lines = [
        f"{escape(p['username']):<24} {escape(p['name'])}"
        f"{'  [cyan]administrator[/]' if p['is_admin'] else ''}"
        f"{'  [red]shut out[/]' if p['disabled_at'] else ''}"
        for p in people
    ]
    return Answer(people, "\n".join(lines) or "Nobody yet; `onmodel up` makes the first one.")


_FIELDS = ("id", "username", "name", "colour", "is_admin", "created_at", "disabled_at")


def key_for_house(name: str) -> str:
    """Return a key of the first administrator that works for a day."""
    from onmodel.accounts import service
    from onmodel.cli.work import in_transaction

    async def work(uow: "UnitOfWork") -> str:
        person = await _person(uow, None)
        return (await service.create_token(uow, person.id, name=name, days=1))[1]

    return in_transaction(work)


async def make_link(uow: "UnitOfWork", username: str | None) -> dict[str, Any]:
    """Return a new one-time link for somebody, by default for the first administrator."""
    from onmodel.accounts import service
    from onmodel.cli.address import public_url
    from onmodel.settings import Settings

    settings = Settings()
    person = await _person(uow, username)
    token, expires_at = await service.create_sign_in_link(
        uow, person.id, minutes=settings.link_minutes
    )
    return {
        "url": f"{public_url(settings)}/api/v1/auth/link?token={quote(token)}",
        "username": person.username,
        "expires_at": expires_at,
    }


async def _person(uow: "UnitOfWork", username: str | None) -> "User":
    from onmodel.accounts import repository, service

    if username is None:
        return await service.ensure_first_admin(uow)
    person = await repository.find_by_username(uow, username)
    if person is None:
        raise UnknownPersonError(f"Nobody is called {username}.")
    return person
