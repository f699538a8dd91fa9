"""Keeps the sending process away from what a message has no business with.

What a person typed decides where it connects, and some services can be told by their address to
read a file. So every connection, file and program is looked at in the moment it is opened, by an
audit hook (PEP 578): a redirect is seen, and so is a name that leads elsewhere a moment later.
This keeps honest code from being led astray; it is no wall against hostile code.
"""

import ipaddress
import os
import ssl
import sys
import sysconfig
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from pathlib import Path
from typing import Any

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_CONNECTIONS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_FORBIDDEN = frozenset(
    {
        *("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"),
        *("os.forkpty", "pty.spawn", "socket.bind", "ctypes.dlopen"),
        *("os.remove", "os.rename", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate"),
    }
)
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the last four bytes are an IPv4 address
# Libraries hand work on to threads of their own, with the context in which it was begun.
_trusted: ContextVar[bool] = ContextVar("trusted", default=False)
_blocked: ContextVar[list[str] | None] = ContextVar("blocked", default=None)


class BlockedError(OSError):
    """Something was to be opened that a message has no business with."""


def parse_networks(words: str) -> list[Network]:
    """Read networks in CIDR notation, separated by commas or spaces.

    Raises:
        ValueError: one of them is none.
    """
    return [ipaddress.ip_network(word) for word in words.replace(",", " ").split()]


def may_connect(address: Address, allowed: Sequence[Network]) -> bool:
    """Say whether an address is on the public Internet, or in an allowed network."""
    address = _inner(address)
    if any(address in network for network in allowed):
        return True
    return address.is_global and not address.is_multicast


def _inner(address: Address) -> Address:
    """Return the IPv4 address that an IPv6 address stands for, or the address itself."""
    if not isinstance(address, IPv6Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour or address


def install(allowed: Sequence[Network]) -> None:
    """Guard this process from now until its end; nothing can take the guard away."""
    roots = _readable_roots()

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            _check_file(arguments[0], arguments[2], roots)
        elif event in _CONNECTIONS:
            _check_connection(arguments[1], allowed)
        elif event in _FORBIDDEN:
            raise BlockedError(f"The sending process may not do this: {event}.")

    sys.addaudithook(watch)


@contextmanager
def trusted() -> Generator[None]:
    """Let what runs inside connect to any address: the administrator named it, not a person."""
    token = _trusted.set(True)
    try:
        yield
    finally:
        _trusted.reset(token)


@contextmanager
def remembered() -> Generator[list[str]]:
    """Collect the addresses at which what runs inside was stopped; libraries hide the error."""
    blocked: list[str] = []
    token = _blocked.set(blocked)
    try:
        yield blocked
    finally:
        _blocked.reset(token)


def _check_connection(target: Any, allowed: Sequence[Network]) -> None:
    if _trusted.get():
        return
    host = target[0] if isinstance(target, tuple) and target else target
    try:
        fits = may_connect(ipaddress.ip_address(str(host).partition("%")[0]), allowed)
    except ValueError:  # a name that nobody has resolved yet, or a Unix socket
        fits = False
    if not fits:
        if (blocked := _blocked.get()) is not None:
            blocked.append(str(host))
        raise BlockedError(f"{host} is inside the network of this server.")


def _readable_roots() -> tuple[str, ...]:
    """Return the folders with Python's own code, certificates and time zones."""
    paths = sysconfig.get_paths()
    named = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    certificates = [path for path in ssl.get_default_verify_paths() if path.startswith("/")]
    ours = str(Path(__file__).resolve().parents[1])
    folders = [*named, ours, *certificates, "/usr/share/zoneinfo", "/dev/null", "/dev/urandom"]
    return tuple(os.path.realpath(folder) for folder in folders)


def _check_file(path: Any, flags: int | None, roots: tuple[str, ...]) -> None:
    if isinstance(path, int):  # already open
        return
    real = os.path.realpath(os.fsdecode(path))
    writes = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))
    inside = any(real == root or real.startswith(root + os.sep) for root in roots)
    if not inside or (writes and real != "/dev/null"):
        raise BlockedError("The sending process may not open this file.")
