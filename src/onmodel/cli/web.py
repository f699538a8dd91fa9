"""The web process: uvicorn around the application."""

import contextlib
import json
import os
import resource
import socket
from typing import Any

import uvicorn
from fastapi import FastAPI

from onmodel.api.app import create_app
from onmodel.api.realtime.pace import MESSAGE_BYTES
from onmodel.api.realtime.wire import Wire
from onmodel.cli import handover
from onmodel.cli.people import make_link
from onmodel.cli.port import listen
from onmodel.composition import Resources
from onmodel.kit import logging
from onmodel.settings import Settings

_GRACE_SECONDS = 3


def serve_forever(settings: Settings) -> int:
    """Serve until SIGTERM or SIGINT; return the exit status.

    The supervisor hands over a socket that listens already; alone, the process opens its own.
    """
    logging.configure(level=settings.log_level)
    _allow_many_sockets()
    app = create_app(settings)
    config = uvicorn.Config(
        app,
        ws=Wire,
        ws_max_size=MESSAGE_BYTES,
        # small frames, and compressing them doubles their cost
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with _listener(settings) as listener:
        server = _Server(config, app)
        server.run(sockets=[listener])
    return 0 if server.started else 1


def describe() -> dict[str, Any]:
    """Return the OpenAPI document; no service is needed for that."""
    return create_app(Settings()).openapi()


def _allow_many_sockets() -> None:
    """Take as many files as the system lets us: each browser is one, and many begin at 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # macOS names a most that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


class _Server(uvicorn.Server):
    """Makes the first administrator's link as soon as it serves, when somebody waits for it.

    The web process has everything loaded that this takes; a process of its own would need a
    second or two.
    """

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        descriptor = handover.take(handover.LINK)
        if descriptor is None or not self.started:
            return
        resources: Resources = self._app.state.resources
        async with resources.database.begin() as uow:
            link = await make_link(uow, None)
        with contextlib.suppress(BrokenPipeError), os.fdopen(descriptor, "w") as pipe:
            json.dump(link, pipe, default=str)


def _listener(settings: Settings) -> socket.socket:
    inherited = handover.take(handover.LISTEN)
    if inherited is None:
        return listen(settings.host, settings.port)
    return socket.socket(fileno=inherited)
