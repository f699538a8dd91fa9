"""Progress, presence and other news that may be lost: straight to the bus, no row."""

from typing import Any
from uuid import UUID

from onmodel.events.bus import Bus
from onmodel.events.frames import channel, encode


async def publish_ephemeral(bus: Bus, project_id: UUID, name: str, payload: dict[str, Any]) -> None:
    """Send one frame without ``seq`` to everyone who looks at the project."""
    await bus.publish([(channel(project_id), encode(name, payload))])
