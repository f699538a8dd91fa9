"""Which runtime functions run in, as the settings say."""

from typing import TYPE_CHECKING

from onmodel.functions.installation import Installation, Prepare
from onmodel.kit.errors import UnavailableError
from onmodel.runner.gpus import Ledger
from onmodel.runner.keeper import Wanted
from onmodel.runner.nvml import Nvml
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.runner.runtime import Runtime
from onmodel.settings import Settings

if TYPE_CHECKING:
    from onmodel.runner.engine import Engine
    from onmodel.runner.images import Images


class EngineUnreachableError(UnavailableError):
    code = "container_engine_unreachable"
    title = "The container engine does not answer"
    default_try = (
        "Start it (systemctl start docker), say where it is with DOCKER_HOST, or let functions "
        "run as processes: ONMODEL_RUNTIME=process."
    )


def choose_runtime(settings: Settings) -> tuple[Runtime, Prepare]:
    """Return what functions run in, and what makes them ready for it.

    Raises:
        EngineUnreachableError: containers are wanted, and nobody makes them.
    """
    folder = settings.run / "functions"
    installation = Installation(settings.home, tokens=settings.tokens)
    if settings.runtime == "process":
        return ProcessRuntime(folder), installation.prepare
    # docker-py takes a quarter of a second to import, and most do without.
    from onmodel.runner.cog import CogImages
    from onmodel.runner.container import ContainerRuntime
    from onmodel.runner.engine import EngineError
    from onmodel.runner.images import ContainerInstallation

    engine, images = open_images(settings)
    try:
        runtime = ContainerRuntime(folder, engine)
    except EngineError as error:
        raise EngineUnreachableError(f"{settings.docker_host}: {error}") from error
    cog = CogImages(engine, settings.sdk_dir / "src")
    return runtime, ContainerInstallation(installation, images, cog).prepare


def open_images(settings: Settings) -> "tuple[Engine, Images]":
    """Return the engine that the settings name, to be closed, and the images of functions in it."""
    from onmodel.functions.uses import Uses
    from onmodel.runner.engine import Engine
    from onmodel.runner.images import Images

    engine = Engine(settings.docker_host, runtime=settings.docker_runtime)
    uses = Uses(settings.home / "envs" / ".uses")
    return engine, Images(engine, uses, base=settings.docker_base)


def open_pool(
    settings: Settings,
    *,
    max_per_function: int,
    max_total: int | None = None,
    wanted: Wanted | None = None,
) -> Pool:
    """Return a pool of functions in the chosen runtime.

    Args:
        settings: say which runtime, and where leases of GPUs lie.
        max_per_function: most instances of one function at once.
        max_total: most instances altogether.
        wanted: the functions that there are, where some are to be kept warm.

    Raises:
        EngineUnreachableError: see `choose_runtime`.
    """
    runtime, prepare = choose_runtime(settings)
    return Pool(
        runtime,
        prepare,
        ledger=open_ledger(settings),
        max_per_function=max_per_function,
        max_total=max_total,
        wanted=wanted or (lambda: ()),
    )


def open_ledger(settings: Settings) -> Ledger:
    """Return the ledger of this machine's GPUs."""
    return Ledger(settings.run / "gpus", Nvml())
