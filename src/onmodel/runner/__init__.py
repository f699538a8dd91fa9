"""The Function Runner: calls of model functions, each in a process of its own."""

from onmodel.functions.installation import Installation
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.settings import Settings


def open_pool(settings: Settings, *, max_per_function: int = 2) -> Pool:
    """Make the pool of a worker: processes, with everything installed under the data folder."""
    return Pool(
        ProcessRuntime(settings.run / "functions"),
        Installation(settings.home).prepare,
        max_per_function=max_per_function,
    )
