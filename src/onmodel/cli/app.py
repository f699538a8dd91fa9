"""The tree of commands."""

from typing import Annotated

import typer

from onmodel.cli import checks, functions, housekeeping, identity, parts, people, queue, score
from onmodel.cli.output import output

app = typer.Typer(
    name="onmodel",
    help="Keeps every character on-model: across every shot, artist and generative model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # help in boxes would cost 150 ms
)
function = typer.Typer(help="The model functions.", no_args_is_help=True, rich_markup_mode=None)
encoders = typer.Typer(
    help="How characters are told apart.", no_args_is_help=True, rich_markup_mode=None
)
waiting = typer.Typer(
    help="What works and what waits.", no_args_is_help=True, rich_markup_mode=None
)
token = typer.Typer(help="Keys for scripts.", no_args_is_help=True, rich_markup_mode=None)
user = typer.Typer(help="The people of this OnModel.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(function, name="function")
app.add_typer(encoders, name="identity")
app.add_typer(waiting, name="queue")
app.add_typer(token, name="token")
app.add_typer(user, name="user")


@app.callback()
def options(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Keeps every character on-model: across every shot, artist and generative model."""
    output.json = as_json


parts.register(app)
checks.register(app)
housekeeping.register(app)
people.register(app, token=token, user=user)
score.register(app)
functions.register(function)
queue.register(waiting)
identity.register(encoders)
