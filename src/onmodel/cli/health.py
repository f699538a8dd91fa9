"""The health page of the running OnModel."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from onmodel.cli.address import public_url
from onmodel.settings import Settings

_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - addresses to listen on, not to talk to


def read(settings: Settings, *, seconds: float = 10.0) -> dict[str, Any]:
    """Ask ``/api/health``; empty when nobody answers or the answer is no health report.

    It raises nothing: during the start, "not yet" is the usual answer.
    """
    address = urlsplit(public_url(settings))
    host = address.hostname or ""
    connect = http.client.HTTPSConnection if address.scheme == "https" else None
    connection = (connect or http.client.HTTPConnection)(
        "127.0.0.1" if host in _EVERYWHERE else host, address.port, timeout=seconds
    )
    try:
        connection.request("GET", "/api/health")
        report = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return report if isinstance(report, dict) else {}
