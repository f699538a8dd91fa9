"""Which functions there are, and which of them answers a task."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from onmodel.functions.errors import FunctionNotFoundError, ManifestError, NoFunctionError
from onmodel.functions.manifest import FILE_NAME, Manifest, Tier, read


@dataclass(frozen=True)
class Broken:
    """A folder whose manifest cannot be used. Its neighbours go on."""

    folder: Path
    error: ManifestError


@dataclass(frozen=True)
class Registry:
    """The functions of a folder, by name."""

    functions: tuple[Manifest, ...]
    broken: tuple[Broken, ...] = ()

    def __iter__(self) -> Iterator[Manifest]:
        return iter(self.functions)

    def get(self, name: str) -> Manifest:
        """Find a function by name.

        Raises:
            FunctionNotFoundError
        """
        for manifest in self.functions:
            if manifest.name == name:
                return manifest
        raise FunctionNotFoundError(f"There is no function called {name}.")

    def for_task(self, task: str) -> tuple[Manifest, ...]:
        """All functions that answer a task, in the order of their names."""
        return tuple(one for one in self.functions if task in one.tasks)

    def only(self, wanted: Callable[[Manifest], bool]) -> "Registry":
        """Those that are wanted."""
        return Registry(tuple(one for one in self.functions if wanted(one)), self.broken)

    def select(self, *, task: str, tier: Tier | str, free_vram_mb: int | None = None) -> Manifest:
        """Choose the function for a task in a tier.

        A finished result goes before a preview, and what uses the most of the video memory that
        is free goes before what uses less; the name decides between equals.

        Args:
            task: such as `character.generate_variation`.
            tier: the quality asked for.
            free_vram_mb: video memory that is free, in MiB; None does not ask.

        Raises:
            NoFunctionError: nothing does this task in this tier with this much memory.
        """
        tier = Tier(tier)
        fitting = [
            one
            for one in self.for_task(task)
            if tier in one.tiers
            and (free_vram_mb is None or one.tiers[tier].vram_mb <= free_vram_mb)
        ]
        if not fitting:
            raise NoFunctionError(
                f"No installed function does {task} in {tier.value} quality on this machine."
            )
        return min(fitting, key=lambda one: (one.preview, -one.tiers[tier].vram_mb, one.name))


def load(folder: Path) -> Registry:
    """Read every function folder below `folder`; one without a manifest is not a function."""
    functions: list[Manifest] = []
    broken: list[Broken] = []
    places = sorted(folder.iterdir()) if folder.is_dir() else []
    for place in places:
        if not (place / FILE_NAME).is_file():
            continue
        try:
            functions.append(read(place))
        except ManifestError as error:
            broken.append(Broken(place, error))
    return Registry(tuple(functions), tuple(broken))


def find(functions: Path, name: str) -> Manifest:
    """Read the manifest of one function, by its name below `functions` or by its own folder.

    Raises:
        FunctionNotFoundError
        ManifestError: with everything that is wrong in it.
    """
    for folder in (functions / name, Path(name)):
        if (folder / FILE_NAME).is_file():
            return read(folder.resolve())
    raise FunctionNotFoundError(f"There is no function called {name}.")
