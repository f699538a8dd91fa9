"""How probabilities read."""

import pytest

from onmodel.identity.words import percent


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.968, "97 %"),
        (0.125, "13 %"),
        (0.99, "99 %"),
        (0.9901, ">99 %"),
        (1.0, ">99 %"),
        (0.01, "1 %"),
        (0.0099, "<1 %"),
        (0.0, "<1 %"),
    ],
)
def test_nobody_is_ever_certain(p: float, text: str) -> None:
    assert percent(p) == text
