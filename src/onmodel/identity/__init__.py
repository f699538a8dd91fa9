"""Is this still the same character? Measured, with its doubt, or an honest "not measurable".

For a notebook or a script, without a server::

    from onmodel import identity

    sheet = identity.score("renders/", against="references/")
    for row in sheet.rows:
        print(row.name, row.score.p_same if row.score else row.reason)

    with identity.Judge() as judge:          # keeps the models warm
        one, other = judge.measure(["a.png", "b.png"])
        print(judge.compare(one, other).p_same)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onmodel.identity.calibration import SHIPPED, Calibration
    from onmodel.identity.folders import Row, Sheet, score
    from onmodel.identity.judge import Judge, Measured, measure
    from onmodel.identity.scoring import Score

__all__ = [
    "SHIPPED",
    "Calibration",
    "Judge",
    "Measured",
    "Row",
    "Score",
    "Sheet",
    "measure",
    "score",
]

_HOMES = {
    "SHIPPED": "calibration",
    "Calibration": "calibration",
    "Judge": "judge",
    "Measured": "judge",
    "Row": "folders",
    "Score": "scoring",
    "Sheet": "folders",
    "measure": "judge",
    "score": "folders",
}


def __getattr__(name: str) -> Any:
    # the server imports this room everywhere and needs neither the runner nor its processes here
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
