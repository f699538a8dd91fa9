"""The web process: uvicorn around the application."""

import os
import socket
from typing import Any

import uvicorn

from onmodel.api.app import create_app
from onmodel.cli.port import LISTEN_VARIABLE, listen
from onmodel.kit import logging
from onmodel.settings import Settings

_GRACE_SECONDS = 3


def serve_forever(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    The supervisor hands over a socket that listens already; alone, the process opens its own.
    """
    logging.configure(level=settings.log_level)
    config = uvicorn.Config(
        create_app(settings),
        ws="websockets-sansio",
        # small frames, and compressing them doubles their cost
        ws_per_message_deflate=False,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    with _listener(settings) as listener:
        uvicorn.Server(config).run(sockets=[listener])


def describe() -> dict[str, Any]:
    """Return the OpenAPI document; no service is needed for that."""
    return create_app(Settings()).openapi()


def _listener(settings: Settings) -> socket.socket:
    inherited = os.environ.pop(LISTEN_VARIABLE, None)
    if inherited is None:
        return listen(settings.host, settings.port)
    return socket.socket(fileno=int(inherited))
