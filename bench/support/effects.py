"""The noun of bench-queue: the end of a call leaves one row, in the transaction that ends it."""

from sqlalchemy import text

from onmodel.dispatch import handlers
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import Outcome
from onmodel.kit.db.uow import Database, UnitOfWork

KIND = "bench"


async def make_table(database: Database) -> None:
    """Make the table of effects; it has no key, so that a second effect could be seen."""
    async with database.begin() as uow:
        await uow.session.execute(text("CREATE TABLE effects (call_id uuid NOT NULL)"))


def register() -> None:
    """Let this process's calls leave their effects."""
    handlers.register(KIND, on_finished=_on_finished)


async def _on_finished(uow: UnitOfWork, call: Call, _outcome: Outcome) -> None:
    await uow.session.execute(text("INSERT INTO effects VALUES (:id)"), {"id": call.id})


async def lost_and_doubled(database: Database) -> tuple[int, int]:
    """Return how many calls have no effect, and how many have more than one."""
    async with database.read() as uow:
        row = (
            await uow.session.execute(
                text(
                    """
                    SELECT count(*) FILTER (WHERE n = 0) AS lost,
                           count(*) FILTER (WHERE n > 1) AS doubled
                    FROM (
                        SELECT c.id, count(e.call_id) AS n
                        FROM calls c LEFT JOIN effects e ON e.call_id = c.id GROUP BY c.id
                    ) each
                    """
                )
            )
        ).one()
    return row.lost, row.doubled
