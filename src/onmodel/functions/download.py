"""Fetching one model file from the web: it goes on after a cut connection, and knows its size.

What has arrived lies in a file of its own until all of it is there; whoever comes later asks for
the rest (`Range`, RFC 9110 section 14). Nothing here believes the server: the size is known
before, and what arrived is hashed by the store before anybody sees it.
"""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from onmodel.functions.errors import (
    NoRoomError,
    PackageMissingError,
    PackagesUnreachableError,
    WeightsNotAllowedError,
    WrongHashError,
)
from onmodel.functions.patience import Patience
from onmodel.functions.weight import Weight

OnBytes = Callable[[int], None]

# Pauses between attempts that brought nothing; an attempt that brought something counts afresh.
PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
_CHUNK = 1024 * 1024
# Also how long a server that says nothing keeps us from hearing that we should stop.
_CONNECT_S, _READ_S = 10.0, 20.0
_SPARE_BYTES = 64 * 1024 * 1024
_PASSES = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Again(Exception):  # noqa: N818 - a signal to the loop, seen by nobody else
    """This attempt ended early, and another may bring the rest."""


class Downloads:
    """Fetches files.

    Args:
        tokens: by host name; sent to that host over https, or on this machine, and to nobody whom
            it redirects to.
        pauses_s: between attempts that brought nothing; after the last one it gives up.
    """

    def __init__(
        self, tokens: Mapping[str, str] | None = None, *, pauses_s: Sequence[float] = PAUSES_S
    ) -> None:
        self._tokens = dict(tokens or {})
        self._pauses_s = pauses_s

    def fetch(
        self, weight: Weight, partial: Path, *, on_bytes: OnBytes, patience: Patience
    ) -> None:
        """Bring `partial` to its full size, from whatever is there already.

        Args:
            weight: the file, which lies in the web.
            partial: where it grows; it stays when this fails.
            on_bytes: told how many bytes are there.
            patience: asked with every piece.

        Raises:
            PackagesUnreachableError: no connection, and no more attempts.
            PackageMissingError: it is not there any more.
            WeightsNotAllowedError: the site wants a token, or another one.
            WrongHashError: the server has a file of another size.
            NoRoomError
            ProblemError: see `Patience.check`.
        """
        _require_room(partial, weight)
        failures = 0
        while (before := _size(partial)) != weight.bytes:
            if before > weight.bytes:
                partial.unlink()
                continue
            try:
                self._attempt(weight, partial, before, on_bytes, patience)
            except (_Again, requests.RequestException, HTTPError) as error:
                failures = 0 if _size(partial) > before else failures + 1
                if failures > len(self._pauses_s):
                    raise PackagesUnreachableError(
                        f"{weight.name} cannot be fetched from {_host(weight.address)}: {error}"
                    ) from error
                patience.pause(self._pauses_s[max(0, failures - 1)])
            patience.check()
        on_bytes(weight.bytes)

    def _attempt(
        self, weight: Weight, partial: Path, have: int, on_bytes: OnBytes, patience: Patience
    ) -> None:
        # as it is, since what is hashed must be the file and not a packed form of it
        headers = {"Accept-Encoding": "identity"} | self._authorisation(weight.address)
        if have:
            headers["Range"] = f"bytes={have}-"
        with (
            requests.Session() as session,
            session.get(
                weight.address, headers=headers, stream=True, timeout=(_CONNECT_S, _READ_S)
            ) as answer,
        ):
            begin = _beginning(answer, weight, have)
            with partial.open("r+b" if begin else "wb") as file:
                file.seek(begin)
                file.truncate()
                # what is there now, not whole pieces: a cut would lose the last one
                while chunk := answer.raw.read1(_CHUNK):
                    if file.tell() + len(chunk) > weight.bytes:
                        file.truncate(0)
                        raise WrongHashError(
                            f"{weight.name} is larger than the declared {weight.bytes} bytes."
                        )
                    file.write(chunk)
                    on_bytes(file.tell())
                    patience.check()
                file.flush()
                os.fsync(file.fileno())
        if _size(partial) < weight.bytes:
            raise _Again("the connection ended early")

    def _authorisation(self, address: str) -> dict[str, str]:
        parts = urlsplit(address)
        host = parts.hostname or ""
        private = parts.scheme == "https" or host in {"localhost", "127.0.0.1", "::1"}
        token = self._tokens.get(host)
        # requests drops it when it is redirected to another host
        return {"Authorization": f"Bearer {token}"} if token and private else {}


def _beginning(answer: requests.Response, weight: Weight, have: int) -> int:
    """Return at which byte the answer begins, or say why it is none."""
    status = answer.status_code
    if status == requests.codes.partial_content:
        begin, total = _range_of(answer)
        if total not in (None, weight.bytes):
            raise WrongHashError(_other_size(weight, total))
        if begin != have:
            raise _Again(f"asked for byte {have}, got byte {begin}")
        return begin
    if status == requests.codes.ok:
        told = answer.headers.get("Content-Length", "")
        if told.isdigit() and int(told) != weight.bytes:
            raise WrongHashError(_other_size(weight, int(told)))
        return 0
    if status in {401, 403}:
        raise WeightsNotAllowedError(f"{_host(weight.address)} refuses {weight.name} ({status}).")
    if status in _PASSES:
        raise _Again(f"the server answered {status}")
    raise PackageMissingError(f"{weight.address} answered {status}.")


def _range_of(answer: requests.Response) -> tuple[int, int | None]:
    """Read `Content-Range: bytes 5-9/10`; a star stands for a total that nobody knows."""
    unit, _, rest = answer.headers.get("Content-Range", "").partition(" ")
    span, _, total = rest.partition("/")
    begin = span.partition("-")[0]
    if unit != "bytes" or not begin.isdigit():
        raise _Again("the server does not say which part it sends")
    return int(begin), int(total) if total.isdigit() else None


def _require_room(partial: Path, weight: Weight) -> None:
    missing = weight.bytes - _size(partial)
    free = shutil.disk_usage(partial.parent).free
    if free < missing + _SPARE_BYTES:
        raise NoRoomError(
            f"{weight.name} needs {missing / 1e9:.1f} GB; {free / 1e9:.1f} GB are free."
        )


def _other_size(weight: Weight, found: int | None) -> str:
    return f"The server's {weight.name} has {found} bytes; declared are {weight.bytes}."


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _host(address: str) -> str:
    return urlsplit(address).netloc
