"""The Celery application: queues, tasks, and the few settings that make it a plain pipe.

PostgreSQL knows what is to be done and who does it; Celery only carries ``(call id, fence)``
to a worker with a free slot. So everything by which Celery would decide or repeat something
itself is off: early acknowledgement, no results, no retries, no prefetching.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery
from kombu.entity import Queue

from onmodel.dispatch.schemas import Claim
from onmodel.dispatch.tasks import Task
from onmodel.dispatch.tiers import ASCENDING

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


def send(app: Celery, claim: Claim) -> None:
    """Put one claim on its tier's queue.

    Raises:
        OperationalError: the broker cannot be reached.
    """
    options: dict[str, Any] = {"queue": claim.tier.queue, "retry": False}
    app.send_task(claim.task.value, args=[str(claim.call_id), claim.fence], **options)
