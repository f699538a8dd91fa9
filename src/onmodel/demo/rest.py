"""A small REST client for OnModel's own interface, on the standard library alone."""

import asyncio
import json
import mimetypes
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from onmodel.kit.errors import ProblemError, UnavailableError

SECONDS = 60.0


class RefusedError(ProblemError):
    """The server said no; its own words are passed on."""

    def __init__(self, answered: int, problem: dict[str, Any]) -> None:
        super().__init__(
            str(problem.get("detail") or f"The server answered {answered}."),
            try_=str(problem.get("try") or self.default_try),
        )
        self.answered = answered
        self.problem_code = str(problem.get("code") or "")


class NotRunningError(UnavailableError):
    """Nobody listens at the server's address."""

    code = "not_running"
    title = "OnModel is not running"


@dataclass(frozen=True)
class Rest:
    """Speaks to one server as one person; `url` is what people type, without `/api/v1`."""

    url: str
    token: str

    async def get(self, path: str) -> Any:
        return await self._send("GET", path)

    async def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return await self._send("POST", path, json.dumps(body or {}).encode(), "application/json")

    async def patch(self, path: str, body: dict[str, Any]) -> Any:
        return await self._send("PATCH", path, json.dumps(body).encode(), "application/json")

    async def upload(self, path: str, picture: Path, *, field: str = "file") -> Any:
        """Send one file as multipart/form-data."""
        boundary = uuid.uuid4().hex
        media_type = mimetypes.guess_type(picture.name)[0] or "application/octet-stream"
        content = await asyncio.to_thread(picture.read_bytes)
        head = (
            f"--{boundary}\r\n"
            f'Content-Disposition: form-data; name="{field}"; filename="{picture.name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return await self._send("POST", path, body, f"multipart/form-data; boundary={boundary}")

    async def _send(
        self, method: str, path: str, body: bytes | None = None, media_type: str | None = None
    ) -> Any:
        return await asyncio.to_thread(self._send_now, method, path, body, media_type)

    def _send_now(self, method: str, path: str, body: bytes | None, media_type: str | None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if media_type:
            headers["Content-Type"] = media_type
        # The address comes from our own settings and is always http or https.
        request = Request(  # noqa: S310
            f"{self.url}/api/v1{path}", data=body, headers=headers, method=method
        )
        try:
            with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
                return _json(answer.read())
        except HTTPError as failure:
            with failure:
                raise RefusedError(failure.code, _json(failure.read()) or {}) from None
        except URLError as failure:
            raise NotRunningError(
                f"Nobody answers at {self.url} ({failure.reason}).",
                try_="Start OnModel with 'onmodel up', then run this command again.",
            ) from failure


def _json(content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return None
