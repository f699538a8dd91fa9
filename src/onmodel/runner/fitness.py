"""Which functions turned out not to fit a task that they name, so that they are not chosen for it.

What a function takes is known when it is started for the first time. What was found then is kept in
`ONMODEL_HOME/fitness/NAME.json` for the workers and the page of functions of this machine, and
holds until the function, or what the task sends, is another one.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from onmodel.dispatch.contracts import contract_of
from onmodel.dispatch.fit import misfits
from onmodel.functions.environments import digest_of
from onmodel.functions.manifest import Manifest
from onmodel.kit.errors import ProblemError

_FOLDER = "fitness"


class _Kept(BaseModel):
    """Of each task why it does not fit; `mark` says of which state of both that was found."""

    mark: str
    reasons: dict[str, str] = {}


class Fitness:
    """What was found on this machine. Every method may be used from every process."""

    def __init__(self, home: Path) -> None:
        self._folder = home / _FOLDER

    def unfit(self, manifest: Manifest) -> dict[str, str]:
        """Return why it does not fit, by task; nothing where nothing was found."""
        kept = self._read(manifest)
        return kept.reasons if kept and kept.mark == _mark(manifest) else {}

    def keep(self, manifest: Manifest, task: str, reason: str | None) -> None:
        """Keep what was found of a function and a task; None: it fits."""
        reasons = {name: one for name, one in self.unfit(manifest).items() if name != task}
        if reason is not None:
            reasons[task] = reason
        place = self._place(manifest)
        if not reasons:
            place.unlink(missing_ok=True)
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        new = place.with_suffix(".new")
        new.write_text(_Kept(mark=_mark(manifest), reasons=reasons).model_dump_json())
        new.replace(place)

    def _place(self, manifest: Manifest) -> Path:
        return self._folder / f"{manifest.name}.json"

    def _read(self, manifest: Manifest) -> _Kept | None:
        try:
            return _Kept.model_validate_json(self._place(manifest).read_bytes())
        except (OSError, ValidationError):
            return None


def misfits_of(manifest: Manifest, task: str, schema: Mapping[str, object]) -> list[str]:
    """Say what of a function does not fit a task, by the schema that it published."""
    return misfits(task, schema, manifest.given, manifest.reads)


def _mark(manifest: Manifest) -> str:
    """Change with the function's source and with what its tasks send and need."""
    try:
        source = digest_of(manifest.folder)
    except ProblemError:
        source = manifest.model_dump_json()  # an image is all there is, and its digest is in there
    contracts = [one.fingerprint for task in manifest.tasks if (one := contract_of(task))]
    return hashlib.sha256(" ".join([source, *contracts]).encode()).hexdigest()
