"""The health page of the running OnModel."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

from onmodel.cli.address import local_url
from onmodel.settings import Settings


def read(settings: Settings, *, seconds: float = 10.0) -> dict[str, Any]:
    """Ask ``/api/health``; empty when nobody answers or the answer is no health report.

    It raises nothing: during the start, "not yet" is the usual answer.
    """
    address = urlsplit(local_url(settings))
    connect = http.client.HTTPSConnection if address.scheme == "https" else None
    connection = (connect or http.client.HTTPConnection)(
        address.hostname or "", address.port, timeout=seconds
    )
    try:
        connection.request("GET", "/api/health")
        report = json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return {}
    finally:
        connection.close()
    return report if isinstance(report, dict) else {}
