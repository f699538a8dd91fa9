"""The Producer process: ``onmodel producer``.

It gives waiting calls to free slots and brings calls of lost workers back. One leads, by an
advisory lock of PostgreSQL that ends with its connection; others stand by. Two at once (a
leader that lost its connection and does not know yet) do no harm: claiming takes a lock of
its own and every other step is guarded by a fence.
"""

import asyncio
import contextlib
import signal
import time
from uuid import UUID

import structlog
from celery import Celery
from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from onmodel.channels.courier import Courier
from onmodel.composition import Resources, compose
from onmodel.dispatch import leases, workers
from onmodel.dispatch.claim import claim
from onmodel.dispatch.errors import LeaseLostError
from onmodel.dispatch.leadership import take_lead
from onmodel.dispatch.notices import WAITING
from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.urgency import hurry_what_is_due
from onmodel.identity import readvising
from onmodel.kit import logging
from onmodel.nouns import register_handlers
from onmodel.review import alerts
from onmodel.settings import Settings
from onmodel.worker import alive
from onmodel.worker.celery import delete_queues, make_app, queues_of_workers, send
from onmodel.worker.chores import chores
from onmodel.worker.durable import is_passing

log = structlog.get_logger(__name__)

# How often the queues of workers that are gone are deleted; a few ids lie in each at most.
CLEAR_SECONDS = 60.0


def main(settings: Settings) -> int:
    """Run the Producer until SIGTERM or SIGINT; return the exit status."""
    logging.configure(level=settings.log_level)
    register_handlers()
    asyncio.run(_run_until_signalled(settings))
    return 0


async def _run_until_signalled(settings: Settings) -> None:
    resources = compose(settings)
    producer = Producer(resources, make_app(str(settings.broker_url)))
    courier = Courier(resources.database, settings)
    loop = asyncio.get_running_loop()
    for sig in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sig, producer.stop)
    by_the_clock = chores(resources)
    courier.start()
    for chore in by_the_clock:
        chore.start()
    try:
        await producer.run()
    finally:
        for chore in by_the_clock:
            await chore.stop()
        await courier.stop()
        await resources.close()


class Producer:
    """The loop; ``run`` returns after ``stop``."""

    def __init__(self, resources: Resources, app: Celery) -> None:
        self._resources = resources
        self._app = app
        self._wake = asyncio.Event()
        self._stopping = False
        self._clear_at = 0.0

    def stop(self) -> None:
        """End after the round that is running."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Lead whenever nobody else does, and work while leading."""
        listener = asyncio.create_task(self._listen())
        try:
            while not self._stopping:
                try:
                    async with self._resources.database.engine.connect() as connection:
                        await self._lead(connection)
                except (OSError, SQLAlchemyError) as error:
                    log.warning("database_unreachable", error=str(error))
                await self._pause()
        finally:
            listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await listener

    async def _lead(self, connection: AsyncConnection) -> None:
        """Work as long as this connection holds the lead."""
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await take_lead(connection):
            return
        log.info("producer_leads")
        try:
            while not self._stopping:
                await self.sweep()
                await self.deal()
                await self._clear_queues()
                await self._pause()
                await connection.execute(text("SELECT 1"))  # raises when the lead is lost
        finally:
            await connection.invalidate()  # back in the pool it would hold the lead for ever

    async def _pause(self) -> None:
        """Wait for news, or for the time of the next sweep."""
        alive.show(self._resources.settings.run, "producer")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._resources.settings.sweep_seconds):
                await self._wake.wait()
        if not self._stopping:
            self._wake.clear()

    async def _listen(self) -> None:
        while True:
            try:
                async for _ in self._resources.bus.listen(WAITING):
                    self._wake.set()
            except (RedisError, OSError) as error:
                log.warning("bus_unreachable", error=str(error))
            await asyncio.sleep(self._resources.settings.sweep_seconds)

    async def sweep(self) -> None:
        """Bring back the calls whose lease has ended, each in a transaction of its own.

        Alerts whose sleep is over are opened, and advice follows a new calibration, too: this is
        the one clock of the house.
        """
        database, lease = self._resources.database, self._resources.settings.lease_seconds
        async with database.read() as uow:
            late = await leases.expired(uow, lease_seconds=lease)
        for call_id, fence in late:
            await self._bring_back(call_id, fence)
        async with database.begin() as uow:
            lost = await workers.forget_lost(uow, lease_seconds=lease)
        for name in lost:
            log.warning("worker_lost", name=name)
        async with database.begin() as uow:
            await hurry_what_is_due(uow)
        async with database.begin() as uow:
            await alerts.wake(uow)
        if await readvising.go_on(database):
            self._wake.set()

    async def _clear_queues(self) -> None:
        """Delete what lies in the queues of workers that are gone, once a minute."""
        if time.monotonic() < self._clear_at:
            return
        self._clear_at = time.monotonic() + CLEAR_SECONDS
        try:
            queues = await asyncio.to_thread(queues_of_workers, self._app)
            async with self._resources.database.read() as uow:  # after: a newcomer is in it
                known = await workers.registered(uow)
            if dead := [name for name, worker in queues.items() if worker not in known]:
                await asyncio.to_thread(delete_queues, self._app, dead)
                log.info("queues_deleted", queues=len(dead))
        except (BrokerError, RedisError) as error:
            log.warning("queues_not_cleared", error=str(error))

    async def _bring_back(self, call_id: UUID, fence: int) -> None:
        lease = self._resources.settings.lease_seconds
        try:
            async with self._resources.database.begin() as uow:
                call = await leases.requeue_expired(uow, call_id, fence, lease_seconds=lease)
        except Exception as error:
            if is_passing(error):
                raise
            log.exception("call_cannot_come_back", call=str(call_id))
            async with self._resources.database.begin() as uow:
                call = await leases.end_expired(uow, call_id, fence, lease_seconds=lease)
        if call is not None:
            log.warning("lease_ended", call=str(call_id), state=call.state.value)

    async def deal(self) -> bool:
        """Claim for every free slot and send; False when the broker did not take it all."""
        async with self._resources.database.begin() as uow:
            claims = await claim(uow, lease_seconds=self._resources.settings.lease_seconds)
        refused = await asyncio.to_thread(self._send_all, claims)
        for one in refused:
            with contextlib.suppress(LeaseLostError):
                async with self._resources.database.begin() as uow:
                    await leases.release(uow, one.call_id, one.fence)
        return not refused

    def _send_all(self, claims: list[Claim]) -> list[Claim]:
        """Send in order; return what could not be sent."""
        for n, one in enumerate(claims):
            try:
                send(self._app, one)
            except (BrokerError, OSError) as error:
                log.warning("send_failed", error=str(error), calls=len(claims) - n)
                return claims[n:]
        return []
