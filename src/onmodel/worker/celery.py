"""The Celery application: queues, tasks, and the few settings that make it a plain pipe.

PostgreSQL knows what is to be done and who does it; Celery only carries ``(call id, fence)``
to the worker whose slot it got. So everything by which Celery would decide or repeat something
itself is off: early acknowledgement, no results, no retries, no prefetching.

Each worker has queues of its own beside its tiers': a message on a tier's queue would go to
whoever looks first, and a call that was dealt for the sake of a warm function would run cold.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Any
from uuid import UUID

from celery import Celery
from kombu.entity import Queue

from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING, Tier

KEY_PREFIX = "onmodel:"
# The redis transport hands a message out again when it is unacknowledged for this long, and
# never renews that; leases are ours, so this only has to be longer than any message waits.
VISIBILITY_SECONDS = 24 * 3600

RunCall = Callable[[UUID, int], None]


def make_app(broker_url: str) -> Celery:
    """Return an application for a ``redis://`` or ``redis+socket://`` broker."""
    app = Celery("onmodel", broker=broker_url)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={
            "global_keyprefix": KEY_PREFIX,
            "visibility_timeout": VISIBILITY_SECONDS,
            "socket_connect_timeout": 2,
            "socket_keepalive": True,
            "max_retries": 1,
        },
        task_queues=[Queue(tier.queue) for tier in ASCENDING],
        task_default_queue=ASCENDING[0].queue,
        task_acks_late=False,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_disable_prefetch=True,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
    )
    return app


def add_tasks(app: Celery, run: RunCall) -> None:
    """Register every task name of the contracts; all of them run a call."""

    def task(call_id: str, fence: int) -> None:
        run(UUID(call_id), fence)

    for name in Task:
        app.task(task, name=name.value)


def queues_for(app: Celery, worker_id: UUID, tiers: Collection[Tier]) -> list[str]:
    """Return the names of the queues that a worker consumes: its tiers', and its own."""
    own = [_own_queue(tier, worker_id) for tier in tiers]
    for queue in own:
        app.amqp.queues.add(queue)
    return [*(tier.queue for tier in tiers), *(queue.name for queue in own)]


def send(app: Celery, claim: Claim) -> None:
    """Put one claim on the queue of its worker.

    Raises:
        OperationalError: the broker cannot be reached.
    """
    queue = _own_queue(claim.tier, claim.owner)
    options: dict[str, Any] = {"queue": queue, "declare": [], "retry": False}
    app.send_task(claim.task.value, args=[str(claim.call_id), claim.fence], **options)


def _own_queue(tier: Tier, worker_id: UUID) -> Queue:
    """Return a queue that is not declared: bindings would outlive their workers in the broker."""
    return Queue(tier.queue_of(worker_id), no_declare=True)


_OF_WORKER = re.compile(r"character_[a-z]+\.([0-9a-f-]{36})")


def queues_of_workers(app: Celery) -> dict[str, UUID]:
    """Return the queues of single workers in which messages lie, with whose they are.

    Raises:
        OperationalError, RedisError, OSError: the broker cannot be reached.
    """
    found: dict[str, UUID] = {}
    with app.connection_for_write() as connection:
        # the transport's client puts the prefix before most keys, not before a pattern
        for key in connection.default_channel.client.scan_iter(match=f"{KEY_PREFIX}character_*"):
            name = bytes(key).decode().removeprefix(KEY_PREFIX)
            if of := _OF_WORKER.match(name):
                found[name] = UUID(of[1])
    return found


def delete_queues(app: Celery, names: Iterable[str]) -> None:
    """Delete queues that nobody consumes any more, with what lies in them."""
    with app.connection_for_write() as connection:
        connection.default_channel.client.delete(*names)
