"""Under which system account PostgreSQL runs, since it refuses to run as root.

An ordinary user runs it under their own account. Root lends it the owner of the data folder
or, for new data, a system account without a home and without a shell. The folders on the way
(``/root`` is closed to everybody else) then get a search permission for that one account as
an access control entry: nothing in them becomes readable, and nobody else gains anything.
"""

import errno
import os
import pwd
import shutil
import stat
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from onmodel.embedded.errors import FolderError

SYSTEM_ACCOUNT = "onmodel-postgres"

_ACL = "system.posix_acl_access"
_ACL_VERSION = 2
# tags of linux/posix_acl.h
_USER_OBJ, _USER, _GROUP_OBJ, _GROUP, _MASK, _OTHER = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20
_NO_ID = 0xFFFFFFFF
_SEARCH = 1


@dataclass(frozen=True)
class Account:
    """The account a service runs under; ``uid`` None means our own."""

    uid: int | None = None
    gid: int | None = None

    def own(self, path: Path) -> None:
        """Give a file or folder to the account."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


def choose(data: Path) -> Account:
    """Return the account for the PostgreSQL data in ``data``."""
    if os.geteuid() != 0:
        return Account()
    if data.exists() and (owner := data.stat().st_uid) != 0:
        known = _by_id(owner)
        if known is None:
            raise FolderError(
                f"The database folder {data} belongs to the user id {owner}, "
                "which this machine does not know.",
                try_=f"Give it to an account of this machine: chown -R NAME {data}",
            )
    else:
        known = _by_name(SYSTEM_ACCOUNT) or _create() or pwd.getpwnam("nobody")
    return Account(known.pw_uid, known.pw_gid)


def open_way(path: Path, account: Account) -> None:
    """Let the account pass through every folder above ``path``.

    Raises:
        FolderError: the file system knows no access control entries.
    """
    if account.uid is None:
        return
    for folder in reversed(path.absolute().parents):
        status = folder.stat()
        if status.st_mode & stat.S_IXOTH or status.st_uid == account.uid:
            continue
        try:
            _allow_search(folder, account.uid)
        except OSError as error:
            raise FolderError(
                f"PostgreSQL may not run as root, and its account cannot pass through {folder}.",
                try_="Choose a data folder that other accounts can reach, "
                "for example ONMODEL_HOME=/var/lib/onmodel.",
            ) from error


def _create() -> pwd.struct_passwd | None:
    """Make the system account; None where the machine has no ``useradd`` or forbids it."""
    if shutil.which("useradd") is None:
        return None
    subprocess.run(
        [
            *("useradd", "--system", "--user-group", "--no-create-home"),
            *("--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", SYSTEM_ACCOUNT),
        ],
        capture_output=True,
        check=False,  # another start may have been faster; the look-up decides
    )
    return _by_name(SYSTEM_ACCOUNT)


def _by_name(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _by_id(uid: int) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        return None


def _allow_search(folder: Path, uid: int) -> None:
    """Add ``user:UID:--x`` to the folder's access control list."""
    if sys.platform != "linux":
        raise OSError(errno.ENOTSUP, "access control entries are written on Linux only")
    entries = _read_acl(folder)
    if entries.get((_USER, uid), 0) & _SEARCH and entries.get((_MASK, _NO_ID), 7) & _SEARCH:
        return
    entries[(_USER, uid)] = entries.get((_USER, uid), 0) | _SEARCH
    old_mask = entries.get((_MASK, _NO_ID), entries[(_GROUP_OBJ, _NO_ID)])
    entries[(_MASK, _NO_ID)] = old_mask | _SEARCH
    packed = struct.pack("<I", _ACL_VERSION) + b"".join(
        struct.pack("<HHI", tag, permission, ident)
        for (tag, ident), permission in sorted(entries.items())
    )
    os.setxattr(folder, _ACL, packed)


def _read_acl(folder: Path) -> dict[tuple[int, int], int]:
    """Return the list as {(tag, id): permission}, made from the mode where there is none."""
    try:
        packed = os.getxattr(folder, _ACL) if sys.platform == "linux" else b""
    except OSError:
        packed = b""
    if not packed:
        mode = folder.stat().st_mode
        return {
            (_USER_OBJ, _NO_ID): mode >> 6 & 7,
            (_GROUP_OBJ, _NO_ID): mode >> 3 & 7,
            (_OTHER, _NO_ID): mode & 7,
        }
    return {
        (tag, ident): permission
        for tag, permission, ident in struct.iter_unpack("<HHI", packed[4:])
    }
