"""How a function becomes a command: ``--json``, its answer and its failures, in one place."""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer
from pydantic_core import ValidationError

from onmodel.cli.output import Answer, output
from onmodel.kit.errors import InvalidError, ProblemError

_JSON = inspect.Parameter(
    "as_json",
    inspect.Parameter.KEYWORD_ONLY,
    default=False,
    annotation=Annotated[bool, typer.Option("--json", help="Answer in JSON.")],
)


class BadSettingError(InvalidError):
    code = "bad_setting"
    title = "A setting cannot be used"


def _of_setting(error: ValidationError) -> BadSettingError:
    first = error.errors()[0]
    name = f"ONMODEL_{'_'.join(str(part) for part in first['loc']).upper()}"
    return BadSettingError(
        f"{name} is {first['input']!r}: {first['msg'][:1].lower()}{first['msg'][1:]}.",
        try_=f"Correct or unset the environment variable {name}.",
    )


def command(app: typer.Typer, name: str) -> Callable[[Callable[..., Answer | None]], None]:
    """Register a function as a command of ``app``.

    The function's parameters become arguments and options; its first line of documentation
    becomes the help. It returns an ``Answer``, or None when it has said everything itself, and
    raises ``ProblemError`` for what can be expected to go wrong (exit status 1).
    """

    def register(function: Callable[..., Answer | None]) -> None:
        @functools.wraps(function)
        def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
            output.json = output.json or as_json
            try:
                answer = function(*args, **kwargs)
            except ProblemError as error:
                output.problem(error)
                raise typer.Exit(1) from error
            except ValidationError as error:
                output.problem(_of_setting(error))
                raise typer.Exit(1) from error
            if answer is not None:
                output.answer(answer)
                if answer.failed:
                    raise typer.Exit(1)

        signature = inspect.signature(function, eval_str=True)
        parameters = [*signature.parameters.values(), _JSON]
        run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        app.command(name)(run)

    return register
