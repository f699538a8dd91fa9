"""Starts the sending process when there is something to send, and hands parcels to it."""

import asyncio
import itertools
import json
import os
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import structlog

log = structlog.get_logger(__name__)

AT_ONCE = 8
DEADLINE_SECONDS = 60.0
IDLE_SECONDS = 60.0
# What it may know of this machine: how to reach the Internet, and which certificates to trust.
_PASSED_ON = (
    *("PATH", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy"),
    *("no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
)


@dataclass(frozen=True)
class Outcome:
    """What became of a parcel.

    ``gone``: the address no longer exists. ``refused``: it will not be taken the next time
    either. ``failed``: it may be, later. ``known``: it was only looked at, and the words name
    the service. Otherwise the words are a sentence for the person.
    """

    kind: Literal["sent", "known", "gone", "refused", "failed"]
    words: str = ""


class PostOffice:
    """The one door through which messages leave; closed when idle."""

    def __init__(
        self, private_networks: str = "", *, deadline_seconds: float = DEADLINE_SECONDS
    ) -> None:
        self._words = private_networks.replace(",", " ").split()
        self._deadline = deadline_seconds
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Outcome]] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._starting = asyncio.Lock()
        self._desks = asyncio.Semaphore(AT_ONCE)
        self._last = time.monotonic()

    @property
    def pid(self) -> int | None:
        """The sending process, while there is one."""
        return self._process.pid if self._process is not None else None

    async def send(self, parcel: dict[str, Any]) -> Outcome:
        """Send one parcel and say what became of it; never raises for a service's fault."""
        async with self._desks:  # the deadline counts from when it can be taken
            return await self._send(parcel)

    async def _send(self, parcel: dict[str, Any]) -> Outcome:
        number = next(self._numbers)
        answer = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(self._deadline):
                process = await self._open()
                assert process.stdin is not None
                process.stdin.write(json.dumps({"id": number, **parcel}).encode() + b"\n")
                await process.stdin.drain()
                return await answer
        except TimeoutError:
            log.warning("postman_too_slow")
            await self.close()
            return Outcome("failed", "The service took too long to answer.")
        except (OSError, RuntimeError) as error:
            log.warning("postman_lost", error=str(error))
            return Outcome("failed", "The message could not be handed over.")
        finally:
            self._waiting.pop(number, None)
            self._last = time.monotonic()

    async def close_if_idle(self, *, idle_seconds: float = IDLE_SECONDS) -> None:
        """End the process when nothing was sent for a while."""
        if not self._waiting and time.monotonic() - self._last >= idle_seconds:
            await self.close()

    async def close(self) -> None:
        """End the process; what is under way fails, and is tried again later."""
        process, self._process = self._process, None
        reader, self._reader = self._reader, None
        if process is not None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        if reader is not None:
            await reader

    async def _open(self) -> asyncio.subprocess.Process:
        async with self._starting:
            if self._process is None or self._process.returncode is not None:
                self._process = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-m", "onmodel.channels.postman", *self._words),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
                )
                self._reader = asyncio.create_task(self._read(self._process))
            return self._process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            said = json.loads(line)
            answer = self._waiting.get(said["id"])
            if answer is not None and not answer.done():
                answer.set_result(Outcome(said["outcome"], said.get("words", "")))
        if self._process is process:
            self._process = None
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(RuntimeError("the sending process ended"))
