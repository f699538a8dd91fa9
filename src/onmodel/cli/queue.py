"""``onmodel queue``: what works and what waits, and changing it, as the house."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer
from rich.markup import escape

from onmodel.cli.command import command
from onmodel.cli.output import Answer

if TYPE_CHECKING:
    from onmodel.accounts.service import Actor
    from onmodel.api.queue.schemas import QueueItem, QueueVerb
    from onmodel.kit.db.uow import Database, UnitOfWork

# Every import inside a function here brings the whole application with it.

Ids = Annotated[list[UUID], typer.Argument(help="The calls, as `onmodel queue list` names them.")]
Project = Annotated[UUID | None, typer.Option(help="Only this project's.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "list")(list_queue)
    command(app, "pause")(pause)
    command(app, "resume")(resume)
    command(app, "cancel")(cancel)
    command(app, "retry")(retry)
    command(app, "hurry")(hurry)
    command(app, "unhurry")(unhurry)
    command(app, "move")(move)


def list_queue(*, project: Project = None) -> Answer:
    """List what works and what waits, in its order."""
    from onmodel.api.queue import reading

    async def work(uow: "UnitOfWork", actor: "Actor") -> Any:
        return await reading.read_queue(uow, actor, project, lease_seconds=_lease())

    queue = _as_house(work)
    lines = [_line(item) for item in queue.items]
    return Answer(queue.model_dump(mode="json"), "\n".join(lines) or "Nothing waits.")


def pause(ids: Ids) -> Answer:
    """Hold waiting calls back; they keep their places."""
    return _change("pause", ids)


def resume(ids: Ids) -> Answer:
    """Let paused calls wait again."""
    return _change("resume", ids)


def cancel(ids: Ids) -> Answer:
    """Cancel calls, and those that wait for them."""
    return _change("cancel", ids)


def retry(ids: Ids) -> Answer:
    """Ask once more for what failed or was cancelled."""
    return _change("retry", ids)


def hurry(ids: Ids) -> Answer:
    """Let calls go before everything that is not urgent."""
    return _change("hurry", ids)


def unhurry(ids: Ids) -> Answer:
    """Let urgent calls stand in line again."""
    return _change("unhurry", ids)


def move(
    call: Annotated[UUID, typer.Argument(help="The call to move.")],
    *,
    before: Annotated[UUID | None, typer.Option(help="Put it before this one.")] = None,
    after: Annotated[UUID | None, typer.Option(help="Put it after this one.")] = None,
) -> Answer:
    """Move a call before or after another one of the same person and project."""
    from onmodel.api.queue import changing, reading
    from onmodel.api.queue.schemas import QueueMove
    from onmodel.kit.errors import InvalidError

    if (before is None) == (after is None):
        raise InvalidError("Name one other call.", try_="Give --before ID or --after ID.")
    where = QueueMove(before=before, after=after)

    async def work(uow: "UnitOfWork", actor: "Actor") -> Any:
        moved = await changing.move(uow, actor, call, where)
        return await reading.read_one(uow, actor, moved, lease_seconds=_lease())

    item = _as_house(work)
    return Answer(item.model_dump(mode="json"), _line(item))


def _change(verb: "QueueVerb", ids: list[UUID]) -> Answer:
    """Do one thing with each of the calls; those with which it does not work are named."""
    from onmodel.accounts import service as accounts
    from onmodel.api.queue import changing, reading
    from onmodel.cli.work import with_database
    from onmodel.dispatch import repository as calls
    from onmodel.nouns import register_handlers

    async def work(database: "Database") -> Any:
        async with database.begin() as uow:
            actor = accounts.actor_of(await accounts.ensure_first_admin(uow), via="house")
        done = await changing.batch(database, actor, verb, ids)
        async with database.read() as uow:
            found = [await calls.get(uow, id_) for id_ in done.done]
            items = await reading.read_some(uow, actor, found, lease_seconds=_lease())
        return items, done.refused

    register_handlers()
    items, refused = with_database(work)
    lines = [*map(_line, items), *(f"{one.id}  [red]{escape(one.detail)}[/]" for one in refused)]
    data = {
        "done": [item.model_dump(mode="json") for item in items],
        "refused": [one.model_dump(mode="json") for one in refused],
    }
    return Answer(data, "\n".join(lines), failed=bool(refused))


def _as_house(work: "Callable[[UnitOfWork, Actor], Awaitable[Any]]") -> Any:
    """Run work in one transaction, as the first administrator."""
    from onmodel.accounts import service as accounts
    from onmodel.cli.work import in_transaction
    from onmodel.nouns import register_handlers

    async def with_actor(uow: "UnitOfWork") -> Any:
        admin = await accounts.ensure_first_admin(uow)
        return await work(uow, accounts.actor_of(admin, via="house"))

    register_handlers()
    return in_transaction(with_actor)


def _lease() -> float:
    from onmodel.settings import Settings

    return Settings().lease_seconds


def _line(item: "QueueItem") -> str:
    place = f"#{item.position}" if item.position else item.state.value
    about = ", ".join(part for part in (item.character and item.character.name, item.label) if part)
    who = item.person.name if item.person else "somebody"
    eta = "" if item.eta_s is None else f"  {item.eta_s:.0f} s"
    urgent = "  [yellow]urgent[/]" if item.urgent else ""
    hold = f"  [dim]{escape(item.hold)}[/]" if item.hold else ""
    words = escape(f"{about or item.task.value}  {who}")
    return f"{item.id}  {place:<10} {words}{eta}{urgent}{hold}"
