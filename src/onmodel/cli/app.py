"""The tree of commands."""

from typing import Annotated

import typer

from onmodel.cli import checks, functions, housekeeping, parts, people
from onmodel.cli.output import output

app = typer.Typer(
    name="onmodel",
    help="Keeps every character on-model: across every shot, artist and generative model.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
function = typer.Typer(help="The model functions.", no_args_is_help=True)
token = typer.Typer(help="Keys for scripts.", no_args_is_help=True)
user = typer.Typer(help="The people of this OnModel.", no_args_is_help=True)
app.add_typer(function, name="function")
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
functions.register(function)
