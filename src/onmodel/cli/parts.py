"""``onmodel up`` and the processes that it starts: ``serve``, ``producer``, ``worker``."""

import gc
from collections.abc import Generator
from contextlib import contextmanager
from typing import Annotated, Any

import typer

from onmodel.cli import handover
from onmodel.cli.command import command
from onmodel.cli.output import Answer

# Every import inside a function here brings the settings or the whole application with it.

Port = Annotated[int | None, typer.Option(help="The port to open; default ONMODEL_PORT or 8000.")]
Host = Annotated[str | None, typer.Option(help="The address to open; default 127.0.0.1.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "up")(up)
    command(app, "serve")(serve)
    command(app, "producer")(producer)
    command(app, "worker")(worker)


def up(*, port: Port = None, host: Host = None) -> Answer | None:
    """Start everything on this machine; Ctrl-C stops it."""
    from onmodel.cli.up import Installation
    from onmodel.settings import Settings

    Installation(Settings(**_given(port=port, host=host))).run()
    return None


def serve(*, port: Port = None, host: Host = None) -> Answer | None:
    """Run the web process alone."""
    with _loading():
        from onmodel.cli.connection import running
        from onmodel.cli.web import serve_forever
        from onmodel.settings import Settings

    serve_forever(running(Settings(**_given(port=port, host=host))))
    return None


def producer() -> Answer | None:
    """Run the Producer alone: it gives waiting calls to workers."""
    with _loading():
        from onmodel.cli.connection import running
        from onmodel.settings import Settings
        from onmodel.worker.producer import main

    raise typer.Exit(main(running(Settings())))


def worker() -> Answer | None:
    """Run one worker: it trains and generates."""
    with _loading():
        from onmodel.cli.connection import running
        from onmodel.settings import Settings
        from onmodel.worker.app import main

    raise typer.Exit(main(running(Settings())))


@contextmanager
def _loading() -> Generator[None]:
    """Load code, then wait until the supervisor says that the services are there.

    Garbage is not collected meanwhile, since nothing that is loaded is garbage: a tenth less
    time, and collections later on never look at it again.
    """
    gc.disable()
    yield
    gc.freeze()
    gc.enable()
    handover.wait_at_gate()


def _given(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
