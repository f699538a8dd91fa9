"""Notices that save waiting. Each may be lost: the sweep and the heartbeat see it too."""

from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork

WAITING = "onmodel:dispatch:waiting"
CANCELLED = "onmodel:dispatch:cancelled"


def tell_waiting(uow: UnitOfWork) -> None:
    """Wake the Producer: a call became ready or a slot became free."""
    if (WAITING, b"") not in uow.notices:
        uow.notify(WAITING, b"")


def tell_cancelled(uow: UnitOfWork, call_id: UUID) -> None:
    """Tell whichever worker runs this call to stop."""
    uow.notify(CANCELLED, str(call_id).encode())
