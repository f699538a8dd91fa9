"""``onmodel up`` and the processes that it starts: ``serve``, ``producer``, ``worker``."""

import gc
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from onmodel.cli import handover
from onmodel.cli.command import command
from onmodel.cli.output import Answer

if TYPE_CHECKING:
    from onmodel.settings import Settings

# Every import inside a function here brings the settings or the whole application with it.

Port = Annotated[int | None, typer.Option(help="The port to open; default ONMODEL_PORT or 8000.")]
Host = Annotated[str | None, typer.Option(help="The address to open; default 127.0.0.1.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "up")(up)
    command(app, "serve")(serve)
    command(app, "producer")(producer)
    command(app, "worker")(worker)
    command(app, "crew")(crew)


def up(*, port: Port = None, host: Host = None) -> Answer | None:
    """Start everything on this machine; Ctrl-C stops it."""
    from onmodel.cli.up import Installation

    Installation(_settings(port=port, host=host)).run()
    return None


def serve(*, port: Port = None, host: Host = None) -> Answer | None:
    """Run the web process alone."""
    with _loading():
        from onmodel.cli.web import serve_forever

    _run(serve_forever, port=port, host=host)
    return None


def producer() -> Answer | None:
    """Run the Producer alone: it gives waiting calls to workers."""
    with _loading():
        from onmodel.worker.producer import main

    _run(main)
    return None


def worker() -> Answer | None:
    """Run one worker: it trains and generates."""
    with _loading():
        from onmodel.worker.app import main

    _run(main)
    return None


def crew() -> Answer | None:
    """Run the web process, the Producer and a worker, which share their code."""
    with _loading():
        from onmodel.cli.crew import Crew
        from onmodel.cli.web import serve_forever
        from onmodel.settings import Settings
        from onmodel.worker import app, producer

    mains = {"serve": serve_forever, "producer": producer.main, "worker": app.main}
    settings = Settings()
    role = Crew(settings.logs, web_processes=settings.web_processes).attend()
    if role is not None:
        _run(mains[role])
    return None


def _run(main: "Callable[[Settings], int]", **options: Any) -> None:
    """Run a part when the services are ready; its result is the exit status."""
    from onmodel.cli.connection import running

    handover.wait_at_gate()
    raise typer.Exit(main(running(_settings(**options))))


def _settings(**options: Any) -> "Settings":
    """Return the settings, with the options that were given on the command line."""
    from onmodel.settings import Settings

    return Settings(**{name: value for name, value in options.items() if value is not None})


@contextmanager
def _loading() -> Generator[None]:
    """Load code without collecting garbage, since nothing that is loaded is garbage.

    It takes a tenth less time, and collections later on never look at it again; so its memory
    stays shared after a fork, too.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
