"""What a command says: words for a person, or one JSON document for a program.

With ``--json`` standard output carries JSON and nothing else: one document, or, from the
commands that tell how they go on (``up``, ``function install``), one document a line of which
the last is the answer. Failures are problem documents as the REST interface answers them.
"""

import json
import sys
from dataclasses import dataclass
from typing import Any

from onmodel.kit.errors import ProblemError


@dataclass(frozen=True)
class Answer:
    """What a command has found out or done.

    Attributes:
        data: for ``--json``.
        text: for a person, in rich's markup.
        failed: end with status 1 although nothing was raised (a check that found faults).
    """

    data: Any
    text: str
    failed: bool = False


class Output:
    """The one place that knows whether a person or a program is listening."""

    def __init__(self) -> None:
        self.json = False
        self._streams = False

    def say(self, text: str) -> None:
        """Tell a person something on the way, in rich's markup."""
        if not self.json:
            _print(text)

    def event(self, **data: Any) -> None:
        """Tell a program something on the way, as one line of JSON."""
        self._streams = True
        if self.json:
            self._print_json(data)

    def answer(self, answer: Answer) -> None:
        """Print the result."""
        if self.json:
            self._print_json(answer.data)
        elif answer.text:
            _print(answer.text)

    def problem(self, error: ProblemError) -> None:
        """Print a failure and the way out of it."""
        if self.json:
            self._print_json(error.as_problem())
        else:
            _print(f"[bold red]{error.title}.[/] {escape(error.detail)}", error=True)
            _print(f"[dim]What to do:[/] {escape(error.try_)}", error=True)

    def _print_json(self, data: Any) -> None:
        indent = None if self._streams else 2
        # one write: two threads must not share a line
        sys.stdout.write(json.dumps(data, default=str, indent=indent) + "\n")
        sys.stdout.flush()


output = Output()


def escape(text: object) -> str:
    """Return text in which rich sees no markup."""
    return str(text).replace("[", r"\[")


def _print(text: str, *, error: bool = False) -> None:
    # rich takes 80 ms to import, and a program that reads JSON never needs it
    from rich.console import Console

    stream = sys.stderr if error else sys.stdout
    Console(file=stream, soft_wrap=True, highlight=False).print(text)
    stream.flush()
