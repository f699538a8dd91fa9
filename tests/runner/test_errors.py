"""Failures of the runner, as the table of failures describes them."""

import pytest

from onmodel.functions import errors as installing
from onmodel.kit.errors import ProblemError
from onmodel.runner.errors import failed, refused, unprepared

PROBLEMS: list[type[ProblemError]] = [
    one
    for one in vars(installing).values()
    if isinstance(one, type) and one.__module__ == installing.__name__
]


@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_problem_of_an_installation_becomes_a_failure(problem: type[ProblemError]) -> None:
    failure = unprepared(problem("It went wrong."))
    assert failure.fault == "machine"
    assert failure.detail == "It went wrong."


def test_failures_say_what_they_are() -> None:
    failure = failed("crashed", detail="signal 11")
    assert str(failure) == "crashed: The model crashed. (signal 11)"
    refusal = refused("cannot_do", "Not that.", field="key")
    assert refusal.fields == [{"field": "key", "detail": "Not that.", "code": "cannot_do"}]
