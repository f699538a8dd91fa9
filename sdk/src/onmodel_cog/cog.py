"""Cog's own server as a child process, and the few requests that are made of it.

Its contract: https://github.com/replicate/cog, docs/http.md. Asked for asynchronously, since only
then both generations of its server upload outputs and tell how a prediction ends.
"""

import http.client
import importlib
import json
import os
import ssl
import subprocess
import time
from pathlib import Path
from typing import Any, cast

from onmodel_cog.settings import VARIABLE, Settings
from onmodel_function import InvalidInput

_PORT = 5000
_ANSWER_S = 30.0
_LOOK_S = 0.05
# The first two may take calls.
_ALIVE = frozenset({"READY", "BUSY"})
_LOST = frozenset({"SETUP_FAILED", "DEFUNCT", "UNHEALTHY"})


class SetupError(Exception):
    """Cog's setup failed, or its server ended."""


class Cog:
    """Cog's server.

    Args:
        settings: how the image starts.
        upload_url: where it leaves outputs.
    """

    def __init__(self, settings: Settings, upload_url: str) -> None:
        variables = {name: one for name, one in os.environ.items() if name != VARIABLE}
        # Ours was for us; the image's own is not ours to change.
        variables.pop("PYTHONPATH", None)
        variables |= {"PORT": str(_PORT), "COG_THROTTLE_RESPONSE_INTERVAL": "0.1"}
        variables |= _certificates()
        self._process = subprocess.Popen(
            [*settings.command, "--host", "127.0.0.1", "--upload-url", upload_url],
            cwd=settings.folder,
            env=variables,
            stdin=subprocess.DEVNULL,
        )

    def await_ready(self) -> dict[str, Any]:
        """Wait until its setup is done; return its OpenAPI description.

        How long that may take is the worker's to say.

        Raises:
            SetupError: with what the model printed.
        """
        while True:
            self._require_alive()
            status, setup = self.health()
            if status in _ALIVE:
                break
            if status in _LOST:
                raise SetupError(str(setup.get("logs") or "setup failed").strip()[-2000:])
            time.sleep(_LOOK_S)
        code, schema = self._ask("GET", "/openapi.json")
        if code != http.client.OK:
            raise SetupError("Cog publishes no schema; build the image with a newer Cog")
        return schema

    def health(self) -> tuple[str, dict[str, Any]]:
        """Return how it says that it is; UNKNOWN while nobody answers."""
        try:
            _, answer = self._ask("GET", "/health-check")
        except OSError:
            return "UNKNOWN", {}
        return str(answer.get("status", "UNKNOWN")), answer.get("setup") or {}

    def is_fit(self) -> bool:
        """Whether it may take another call: its own server outlives a model that crashed."""
        return self._process.poll() is None and self.health()[0] in _ALIVE

    def is_idle(self) -> bool:
        """Whether it says that no call runs."""
        return self.health()[0] == "READY"

    def start(self, call_id: str, values: dict[str, Any], webhook: str) -> None:
        """Start a prediction.

        Raises:
            InvalidInput: Cog's own rules refuse the values.
        """
        body = {
            "id": call_id,
            "input": values,
            "webhook": webhook,
            "webhook_events_filter": ["start", "output", "logs", "completed"],
        }
        code, answer = self._ask("PUT", f"/predictions/{call_id}", body)
        if code == http.client.UNPROCESSABLE_ENTITY:
            raise InvalidInput("invalid_input", _faults(answer))
        if code not in {http.client.OK, http.client.ACCEPTED}:
            raise RuntimeError(f"Cog answered {code}: {answer}")

    def cancel(self, call_id: str) -> None:
        """Ask it to stop; it may have ended by now."""
        self._ask("POST", f"/predictions/{call_id}/cancel", {})

    def _require_alive(self) -> None:
        status = self._process.poll()
        if status is not None:
            raise SetupError(f"Cog's server ended with status {status}")

    def _ask(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[int, dict[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", _PORT, timeout=_ANSWER_S)
        try:
            data = None if body is None else json.dumps(body)
            headers = {"Content-Type": "application/json", "Prefer": "respond-async"}
            connection.request(method, path, data, headers if data else {})
            answer = connection.getresponse()
            text = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(f"no HTTP: {error!r}") from error
        finally:
            connection.close()
        try:
            found: object = json.loads(text)
        except ValueError:
            found = {}
        return answer.status, cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _certificates() -> dict[str, str]:
    """Name a list of authorities, in an image that has none.

    Cog's client wants one even for addresses without TLS, and there are no others here; 0.23
    breaks off without (`No CA certificates were loaded from the system`). Cog's own packages
    bring one.
    """
    known = ssl.get_default_verify_paths()
    if "SSL_CERT_FILE" in os.environ or known.cafile or _has_files(known.capath):
        return {}
    try:
        certifi = importlib.import_module("certifi")
    except ImportError:
        return {}
    return {"SSL_CERT_FILE": str(certifi.where())}


def _has_files(folder: str | None) -> bool:
    return bool(folder) and any(Path(str(folder)).glob("*"))


def _faults(answer: dict[str, Any]) -> str:
    detail: object = answer.get("detail")
    if not isinstance(detail, list):
        return str(detail or "The model does not take these inputs.")
    return " ".join(
        f"{one['loc'][-1]}: {one['msg']}." for one in cast("list[dict[str, Any]]", detail)
    )
