"""The image of each function, made from its folder by the container engine."""

import hashlib
import os
import tarfile
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO

from onmodel.functions.environments import digest_of, sources_of
from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.installation import Installation, Prepared
from onmodel.functions.locks import NamedLocks
from onmodel.functions.manifest import Manifest
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.functions.uses import Uses
from onmodel.runner.cog import CogImages
from onmodel.runner.engine import Engine, EngineError

DOCKERFILE = "Dockerfile"
# All of our images are called so, with the function's name behind it.
REPOSITORY = "onmodel-function"
_LEFT_OUT = frozenset(
    {".venv", ".git", "__pycache__", ".pytest_cache", ".ruff_cache", "node_modules", "tests"}
)
OnLine = Callable[[str], None]


class Images:
    """Makes images, each named after everything that shapes it.

    Args:
        engine: who makes them.
        uses: of images; what is made or found here is used until this object goes.
        base: the image to start from; None leaves it to each Dockerfile.
    """

    def __init__(self, engine: Engine, uses: Uses, *, base: str | None = None) -> None:
        self.uses = uses
        self._engine = engine
        self._base = base
        self._building = NamedLocks()

    def name(self, manifest: Manifest) -> str:
        """Return the name of a function's image, made or not.

        Raises:
            EnvironmentBrokenError: there is no Dockerfile.
        """
        digest = hashlib.sha256(digest_of(manifest.folder).encode())
        try:
            digest.update((manifest.folder / DOCKERFILE).read_bytes())
        except OSError as error:
            raise EnvironmentBrokenError(
                f"{manifest.name} has no Dockerfile.",
                try_="Add one, or run functions as processes: ONMODEL_RUNTIME=process.",
            ) from error
        digest.update((self._base or "").encode())
        return f"{REPOSITORY}/{manifest.name}:{digest.hexdigest()[:16]}"

    def has(self, manifest: Manifest) -> bool:
        """Whether the function's image is on this machine."""
        return self._engine.has_image(self.name(manifest))

    def ensure(self, manifest: Manifest, on_line: OnLine, patience: Patience = ENDLESS) -> str:
        """Make the image if it is not there. Returns its name.

        Raises:
            EnvironmentBrokenError: the Dockerfile failed, or the engine does not answer.
            ProblemError: see `Patience.check`; nothing is being built any more.
        """
        name = self.name(manifest)
        self.uses.take(name)
        try:
            with self._building.hold(name, patience):
                if not self._engine.has_image(name):
                    on_line(f"Building the image of {manifest.name}")
                    self._build(manifest, name, on_line, patience)
        except EngineError as error:
            raise EnvironmentBrokenError(
                f"The image of {manifest.name} could not be made: {error}",
                try_=f"`onmodel function build {manifest.name}` shows what the engine printed.",
            ) from error
        return name

    def _build(self, manifest: Manifest, name: str, on_line: OnLine, patience: Patience) -> None:
        roots = list(sources_of(manifest.folder))
        top = Path(os.path.commonpath(roots))
        inside = manifest.folder.resolve().relative_to(top).as_posix()
        arguments = {"FUNCTION": inside} | ({"BASE": self._base} if self._base else {})
        with tempfile.TemporaryFile() as context:
            _pack(context, top, roots)
            context.seek(0)
            lines = self._engine.build(
                context,
                dockerfile=f"{inside}/{DOCKERFILE}",
                name=name,
                arguments=arguments,
                patience=patience,
            )
            with closing(lines):
                for line in lines:
                    on_line(line)


class ContainerInstallation:
    """Gets a function ready to run in a container: its image and its weights.

    Args:
        installation: brings the weights.
        images: makes the images of our own functions.
        cog: brings those that Cog made.
    """

    def __init__(self, installation: Installation, images: Images, cog: CogImages) -> None:
        self._installation = installation
        self._images = images
        self._cog = cog

    def prepare(
        self, manifest: Manifest, on_line: OnLine, patience: Patience = ENDLESS
    ) -> Prepared:
        """Make sure that a function can start; quick when everything is there.

        Raises:
            ProblemError: the class and the sentence tell.
        """
        weights = self._installation.prepare_weights(manifest, on_line, patience)
        if manifest.cog is not None:
            return self._cog.prepare(manifest, manifest.cog, weights, on_line, patience)
        image = self._images.ensure(manifest, on_line, patience)
        return Prepared(python=None, weights=weights, image=image)


def _pack(target: IO[bytes], top: Path, roots: list[Path]) -> None:
    """Write the function's folder, and those that it takes by path, at the same distances."""
    with tarfile.open(fileobj=target, mode="w") as archive:
        for root in roots:
            place = root.relative_to(top)

            def wanted(member: tarfile.TarInfo, place: Path = place) -> tarfile.TarInfo | None:
                return (
                    None if _LEFT_OUT & set(Path(member.name).relative_to(place).parts) else member
                )

            archive.add(root, place.as_posix(), filter=wanted)
