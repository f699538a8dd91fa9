"""Folders of the embedded services: made, checked, short enough for a socket."""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from onmodel.embedded.errors import DiskFullError, FolderError

SOCKET_PATH_BYTES = 103  # sun_path: 108 bytes on Linux, 104 on macOS, less the final NUL
_MEGABYTE = 1024 * 1024


def make(path: Path, *, mode: int = 0o700) -> Path:
    """Make a folder (and its parents) and check that it can be written.

    Raises:
        FolderError: it cannot be made or written; the sentence says why.
        DiskFullError: no room.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=mode)
        descriptor, name = tempfile.mkstemp(prefix=".writable-", dir=path)
        os.close(descriptor)
        Path(name).unlink()
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise DiskFullError(f"There is no room left for {path}.") from error
        raise FolderError(
            f"I cannot write in the folder {path}: {error.strerror}.",
            try_="Give yourself the right to write there, or choose another folder "
            "with ONMODEL_HOME=/path.",
        ) from error
    return path


def require_room(path: Path, *, megabytes: int) -> None:
    """Refuse to go on when the disk under ``path`` has less than ``megabytes`` left.

    Raises:
        DiskFullError: with both numbers in its sentence.
    """
    free = shutil.disk_usage(path).free // _MEGABYTE
    if free < megabytes:
        raise DiskFullError(
            f"The disk of {path} has {free} MB left; at least {megabytes} MB are needed."
        )


def socket_folder(preferred: Path, *, longest_name: str, owner: int | None = None) -> Path:
    """Return a private folder in which a socket called ``longest_name`` can be bound.

    The kernel limits a socket's path to about a hundred bytes, so a data folder that lies
    deep gets its sockets in a folder of the system's temporary directory instead. Its name
    follows from the preferred path: every process of the installation finds the same one.

    Args:
        preferred: where it should be.
        longest_name: the longest socket name that will be bound in it.
        owner: uid of the service, when it is not ours.
    """
    preferred = preferred.absolute()
    if len(os.fsencode(preferred / longest_name)) <= SOCKET_PATH_BYTES:
        folder = make(preferred)
    else:
        digest = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:16]
        folder = Path(tempfile.gettempdir()) / f"onmodel-{os.geteuid()}-{digest}"
        make(folder)
        status = folder.lstat()
        # /tmp is open to everybody: somebody else may have made this folder before us
        if not folder.is_dir() or folder.is_symlink() or status.st_uid not in (os.geteuid(), owner):
            raise FolderError(
                f"The folder {folder} belongs to somebody else.",
                try_="Remove it, or choose a shorter ONMODEL_HOME.",
            )
    folder.chmod(0o700)
    if owner is not None:
        os.chown(folder, owner, -1)
    return folder
