"""Images that Cog made, unmodified, behind our contract.

Cog listens on TCP, takes files as addresses and answers with uploads, and wants a network for all
of it. Our container has none but its own loopback. So the adapter (`sdk/src/onmodel_cog`, read
only, inside the container) starts Cog's server there, is the web site that Cog reads and writes
files at, and speaks our contract on the unix socket. Walls, limits and pool are those of every
other function.
"""

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from onmodel.functions.errors import EnvironmentBrokenError
from onmodel.functions.installation import Prepared
from onmodel.functions.locks import NamedLocks
from onmodel.functions.manifest import CogImage, Manifest
from onmodel.functions.patience import ENDLESS, Patience
from onmodel.runner.container import ADAPTER
from onmodel.runner.engine import Engine, EngineError

# Read by `onmodel_cog.settings`.
VARIABLE = "ONMODEL_COG"


class CogImages:
    """Brings images that Cog made.

    Args:
        engine: who has them, or fetches them.
        packages: the folder of our Python packages that go into the container.
    """

    def __init__(self, engine: Engine, packages: Path) -> None:
        self._engine = engine
        self._packages = packages
        self._pulling = NamedLocks()

    def prepare(
        self,
        manifest: Manifest,
        cog: CogImage,
        weights: Path,
        on_line: Callable[[str], None],
        patience: Patience = ENDLESS,
    ) -> Prepared:
        """Make sure that an image is on this machine, and say how it starts.

        Raises:
            EnvironmentBrokenError: it cannot be fetched.
            ProblemError: see `Patience.check`; nothing is being fetched any more.
        """
        try:
            with self._pulling.hold(cog.image, patience):
                if not self._engine.has_image(cog.image):
                    on_line(f"Fetching the image {cog.image}")
                    with closing(self._engine.pull(cog.image, patience)) as lines:
                        for line in lines:
                            on_line(line)
            start = self._engine.start_of(cog.image)
        except EngineError as error:
            raise EnvironmentBrokenError(
                f"The image of {manifest.title} cannot be had: {error}",
                try_="Check the address of the image, and sign the engine in (docker login).",
            ) from error
        told = {
            "command": list(start.command),
            "folder": start.folder,
            "inputs": cog.inputs,
            "output": cog.output,
        }
        variables = {VARIABLE: json.dumps(told), "PYTHONPATH": ADAPTER}
        return Prepared(
            None,
            weights,
            variables | {"PYTHONDONTWRITEBYTECODE": "1"},
            image=cog.image,
            adapter=self._packages,
        )
