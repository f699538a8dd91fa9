"""Getting a function ready to run: its environment and its weights."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from onmodel.functions.additions import Additions
from onmodel.functions.download import Downloads
from onmodel.functions.environments import Environments
from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.locks import locked
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.functions.registry import load
from onmodel.functions.weights import STORE, WeightsStore
from onmodel.kit.errors import ProblemError

Step = Literal["environment", "weights", "ready"]


@dataclass(frozen=True)
class Progress:
    """A line about an installation. `fraction` counts steps of all functions, 0 to 1."""

    function: str
    step: Step
    fraction: float
    line: str


@dataclass(frozen=True)
class Prepared:
    """What a runtime needs to start a function.

    Attributes:
        python: of the function's environment, for a process.
        weights: the folder with the declared names; the files in it may be links.
        variables: added to the function's environment variables.
        image: the name of the function's image, for a container.
        adapter: a folder of Python packages of ours that the container gets to read, for an image
            that does not speak our contract itself.
    """

    python: Path | None
    weights: Path
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    image: str | None = None
    adapter: Path | None = None


@dataclass(frozen=True)
class Listed:
    """A function as `onmodel function list` shows it."""

    name: str
    version: str
    title: str
    tasks: tuple[str, ...]
    tiers: tuple[str, ...]
    licence: str
    commercial: bool
    preview: bool
    installed: bool
    weights_bytes: int
    problem: str | None = None


OnProgress = Callable[[Progress], None]
OnLine = Callable[[str], None]
Prepare = Callable[[Manifest, OnLine, Patience], Prepared]


class Installation:
    """Environments and weights under one data folder.

    Args:
        home: the data folder.
        tokens: of sites that want to know who fetches a model file, by host name.
    """

    def __init__(self, home: Path, *, tokens: Mapping[str, str] | None = None) -> None:
        self._sets = home / "weights" / "sets"
        self.environments = Environments(home / "envs")
        self.weights = WeightsStore(home / "weights", downloads=Downloads(tokens))
        self.additions = Additions(home / "weights")
        self.uses = self.weights.uses

    def prepare(
        self, manifest: Manifest, on_line: OnLine, patience: Patience = ENDLESS
    ) -> Prepared:
        """Make sure that a function can start; quick when everything is there.

        Raises:
            ProblemError: offline, no room, a wrong hash, no more patience: the class and the
                sentence tell.
        """
        if manifest.cog is not None:
            raise EnvironmentBrokenError(
                f"{manifest.title} is a Cog image, and those run in containers only.",
                try_="Let functions run in containers: ONMODEL_RUNTIME=docker.",
            )
        python = self.environments.ensure(manifest, on_line, patience)
        return Prepared(python, self.prepare_weights(manifest, on_line, patience))

    def prepare_weights(
        self, manifest: Manifest, on_line: OnLine, patience: Patience = ENDLESS
    ) -> Path:
        """Make sure that the weights are here. Returns the folder with their declared names.

        It is used until this object goes.
        """
        with self.uses.during(STORE):
            folder = self.set_of(manifest)
            self.uses.take(folder.name)
            self.weights.ensure(manifest.weights, on_line, patience=patience)
            # several processes, and threads of one, may ask for the same set at once
            with locked(self._sets / ".locks" / folder.name, patience):
                self.weights.arrange(manifest.weights, folder)
                if manifest.encoders:
                    self.additions.arrange(folder)
        return folder

    def set_of(self, manifest: Manifest) -> Path:
        """Where the folder with the declared names lies, made or not.

        Named after the content, so that a new version of a function never changes the files under
        a process of the old one.
        """
        content = "\n".join(sorted(f"{one.name} {one.sha256}" for one in manifest.weights))
        if manifest.encoders:
            content += "\n" + self.additions.digest()
        digest = hashlib.sha256(content.encode()).hexdigest()
        return self._sets / f"{manifest.name}-{digest[:16]}"

    def is_ready(self, manifest: Manifest) -> bool:
        """Whether a function could start as a process without fetching anything."""
        return (
            manifest.cog is None and self.environments.has(manifest) and self.has_weights(manifest)
        )

    def has_weights(self, manifest: Manifest) -> bool:
        """Whether all its model files are here."""
        return all(self.weights.has(weight) for weight in manifest.weights)


def install(
    folder: Path,
    home: Path,
    on_progress: OnProgress,
    *,
    names: Collection[str] | None = None,
    tokens: Mapping[str, str] | None = None,
    permitted: Callable[[Manifest], bool] = lambda manifest: True,
) -> list[Manifest]:
    """Make all functions of a folder ready to run, or only the named ones.

    Of all, those that are not `permitted` are passed over: nobody accepted their licence. Whoever
    names one has asked before.

    Raises:
        ProblemError: the first function that cannot be made ready; what is done stays done.
    """
    registry = load(folder)
    chosen = (
        [one for one in registry if permitted(one)]
        if names is None
        else [registry.get(name) for name in names]
    )
    installation = Installation(home, tokens=tokens)
    for index, manifest in enumerate(chosen):

        def report(step: Step, line: str, done: float, name: str = manifest.name) -> None:
            on_progress(Progress(name, step, done / max(1, len(chosen)), line))

        installation.environments.ensure(
            manifest, lambda line, say=report, at=index: say("environment", line, at)
        )
        installation.prepare_weights(
            manifest, lambda line, say=report, at=index: say("weights", line, at + 0.5)
        )
        report("ready", f"{manifest.title} is ready", index + 1)
    return chosen


def listing(folder: Path, home: Path) -> list[Listed]:
    """Describe every function of a folder, the broken ones too."""
    registry = load(folder)
    installation = Installation(home)
    broken = [_broken(one.folder.name, one.error.detail) for one in registry.broken]
    return sorted(
        [*(_listed(one, installation) for one in registry), *broken], key=lambda one: one.name
    )


def _listed(manifest: Manifest, installation: Installation) -> Listed:
    try:
        installed = installation.is_ready(manifest)
    except ProblemError as error:
        return _broken(manifest.name, error.detail)
    return Listed(
        name=manifest.name,
        version=manifest.version,
        title=manifest.title,
        tasks=manifest.tasks,
        tiers=tuple(tier.value for tier in manifest.tiers),
        licence=manifest.licence,
        commercial=manifest.commercial,
        preview=manifest.preview,
        installed=installed,
        weights_bytes=sum(weight.bytes for weight in manifest.weights),
    )


def _broken(name: str, problem: str) -> Listed:
    return Listed(
        name=name,
        version="",
        title=name,
        tasks=(),
        tiers=(),
        licence="",
        commercial=False,
        preview=False,
        installed=False,
        weights_bytes=0,
        problem=problem,
    )
