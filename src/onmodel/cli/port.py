"""The port that browsers open."""

import errno
import re
import socket
from pathlib import Path

from onmodel.kit.errors import ConflictError

_BACKLOG = 2048


class PortInUseError(ConflictError):
    code = "port_in_use"
    title = "The port is taken"


class AddressError(ConflictError):
    code = "address_not_usable"
    title = "This address cannot be used"


def listen(host: str, port: int) -> socket.socket:
    """Bind the address and return the listening socket.

    The supervisor keeps it open and lends it to the web process: a second OnModel cannot slip
    in between, and while the web process restarts, browsers wait instead of seeing an error.

    Args:
        host: a name or an address.
        port: 0 takes any free one.

    Raises:
        PortInUseError: somebody has it; the sentence says who, where the system tells.
        AddressError: the address is not one of this machine, or only root may use the port.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            holder = _holder(port)
            raise PortInUseError(
                f"Port {port} is already used{f' by {holder}' if holder else ''}.",
                try_=f"Stop that program, or take another port: ONMODEL_PORT={port + 1} make up",
            ) from error
        raise AddressError(
            f"I cannot listen on {host}, port {port}: {error.strerror or error}.",
            try_="Set ONMODEL_HOST to an address of this machine (127.0.0.1 for yourself, "
            "0.0.0.0 for everybody) and ONMODEL_PORT to a number from 1024 to 65535.",
        ) from error
    # What it accepts inherits this. asyncio sets it only where the protocol is named, and without
    # it the end of an answer waits 40 ms for the reader's acknowledgement of its beginning.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _holder(port: int) -> str | None:
    """Return "name (process 12)" of who listens on a port; None where the system won't tell."""
    inodes = {
        fields[9]
        for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
        if table.exists()
        for fields in (line.split() for line in table.read_text().splitlines()[1:])
        if fields[3] == "0A" and int(fields[1].rpartition(":")[2], 16) == port  # 0A: listening
    }
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
            if any(_inode(link) in inodes for link in links):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
        except OSError:  # not ours to look at, or gone meanwhile
            continue
    return None


def _inode(link: str) -> str | None:
    found = re.fullmatch(r"socket:\[(\d+)\]", link)
    return found[1] if found else None
