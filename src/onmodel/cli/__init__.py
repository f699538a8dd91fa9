"""The ``onmodel`` command.

Everything that is not needed to print the help is imported inside the commands: the database
and web libraries take a second together, and a person who asks for help has no second.
"""


def main() -> None:
    """Run the command line."""
    from onmodel.cli.app import app  # even Typer only when somebody calls us

    app()
