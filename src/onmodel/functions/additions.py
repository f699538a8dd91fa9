"""Model files that people added: optional encoders, kept beside the declared weights.

`ONMODEL_HOME/weights/encoders.json` says which there are; the files lie in the store under their
hash. A function whose manifest says `encoders = true` finds links to them in its weights, in the
folder `encoders`, with `installed.json` as their list.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from onmodel.functions.errors import AdditionMissingError, WrongHashError
from onmodel.functions.locks import locked
from onmodel.functions.terms import Terms, distinct

INDEX = "encoders.json"
FOLDER, LIST = "encoders", "installed.json"


@dataclass(frozen=True)
class Addition:
    """One file: its name among the weights, what it hashes to, and whose terms were accepted."""

    file: str
    sha256: str
    bytes: int
    licence: str
    commercial: bool
    added_at: str
    licence_url: str | None = None


class Additions:
    """The added files of one data folder. `store` is the folder of weights."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def listed(self) -> dict[str, Addition]:
        """Return every addition by the name of its encoder."""
        try:
            text = (self._store / INDEX).read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        return {name: Addition(**row) for name, row in json.loads(text).items()}

    def add(
        self,
        name: str,
        source: Path,
        *,
        file: str,
        licence: str,
        commercial: bool,
        licence_url: str | None = None,
        sha256: str | None = None,
    ) -> Addition:
        """Copy a file into the store and list it.

        Args:
            name: of the encoder.
            source: the file.
            file: its name among the weights.
            licence: the terms that somebody accepted.
            commercial: whether they allow commercial work.
            licence_url: where they can be read.
            sha256: what it has to hash to; None takes it as it is and remembers its hash.

        Raises:
            WrongHashError: the file is another one.
        """
        with source.open("rb") as reader:
            digest = hashlib.file_digest(reader, "sha256").hexdigest()
        if sha256 is not None and digest != sha256:
            raise WrongHashError(
                f"{source.name} has sha256 {digest}; the file of {name} has {sha256}.",
                try_="Get the file again from the place that the encoder's title names.",
            )
        place = self._store / digest / file
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(f".{file}.{os.getpid()}")
        shutil.copyfile(source, partial)
        partial.chmod(0o444)
        partial.replace(place)
        size = place.stat().st_size
        now = datetime.now(UTC).isoformat(timespec="seconds")
        addition = Addition(file, digest, size, licence, commercial, now, licence_url)
        self._write(name, addition)
        return addition

    def remove(self, name: str) -> None:
        """Take an addition off the list. The file stays, since a process may be reading it.

        Raises:
            AdditionMissingError: it is not there.
        """
        if name not in self.listed():
            raise AdditionMissingError(f"{name} is not installed.")
        self._write(name, None)

    def terms(self) -> tuple[Terms, ...]:
        """Return the licences among them that forbid work that is sold."""
        return distinct(
            Terms(name=one.licence, url=one.licence_url or "")
            for one in self.listed().values()
            if not one.commercial
        )

    def digest(self) -> str:
        """Return text that changes with every change of the additions."""
        return "\n".join(f"{name} {one.sha256}" for name, one in sorted(self.listed().items()))

    def arrange(self, folder: Path) -> None:
        """Link every added file into `folder`/encoders and list them there."""
        place = folder / FOLDER
        place.mkdir(parents=True, exist_ok=True)
        listed = self.listed()
        for one in listed.values():
            link = place / one.file
            if not link.is_symlink():
                link.symlink_to((self._store / one.sha256 / one.file).absolute())
        told = {name: {"file": one.file, "sha256": one.sha256} for name, one in listed.items()}
        _replace(place / LIST, told)

    def _write(self, name: str, addition: Addition | None) -> None:
        self._store.mkdir(parents=True, exist_ok=True)
        with locked(self._store / ".locks" / INDEX):
            rows = {key: asdict(one) for key, one in self.listed().items() if key != name}
            if addition is not None:
                rows[name] = asdict(addition)
            _replace(self._store / INDEX, rows)


def _replace(path: Path, data: Mapping[str, object]) -> None:
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(json.dumps(data, indent=1, sort_keys=True), encoding="utf-8")
    fresh.replace(path)
