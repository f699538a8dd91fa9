"""Which functions a worker keeps warm: those that ask for it and may be used."""

import structlog
from sqlalchemy.exc import SQLAlchemyError

from onmodel.functions import licences
from onmodel.functions.licences import InForce
from onmodel.functions.manifest import Manifest
from onmodel.worker.process import WorkerProcess

log = structlog.get_logger(__name__)


def wanted(worker: WorkerProcess) -> list[Manifest]:
    """Return the functions with a minimum; of those on terms, what an administrator accepted.

    Nothing of the others is fetched, built or started. Not from the loop's own thread.
    """
    asking = [one for one in worker.functions() if one.warm.minimum]
    free = [one for one in asking if one.commercial]
    if len(free) == len(asking):
        return free
    try:
        accepted = worker.loop.run(_in_force(worker))
    except (OSError, SQLAlchemyError) as error:
        log.warning("licences_unknown", error=str(error))
        return free
    return [one for one in asking if licences.may_run(one, accepted)]


async def _in_force(worker: WorkerProcess) -> InForce:
    async with worker.resources.database.begin() as uow:
        return await licences.in_force(uow)
