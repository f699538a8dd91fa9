"""A character's consistency as a table for people with spreadsheets."""

import csv
import io
from collections.abc import Callable

from onmodel.review.schemas import ConsistencyItem, ConsistencyRead

_COLUMNS: dict[str, Callable[[ConsistencyItem], object]] = {
    "picture": lambda item: item.variation.label,
    "key": lambda item: item.variation.key,
    "measurable": lambda item: item.variation.measurable,
    "reason": lambda item: item.variation.reason,
    "p_same": lambda item: item.variation.p_same,
    "p_same_low": lambda item: item.variation.p_same_low,
    "p_same_high": lambda item: item.variation.p_same_high,
    "fidelity": lambda item: item.variation.fidelity,
    "distance": lambda item: item.variation.judge.distance if item.variation.judge else None,
    "copy_paste": lambda item: item.variation.copy_paste,
    "closest_other": lambda item: item.closest_other.name if item.closest_other else None,
    "closest_other_p_same": lambda item: item.closest_other.p_same if item.closest_other else None,
    "hair_delta_e": lambda item: _delta_e(item, "hair"),
    "palette_delta_e": lambda item: _delta_e(item, "palette"),
    "people_same": lambda item: item.verdicts.same,
    "people_not_same": lambda item: item.verdicts.not_same,
    "people_cant_tell": lambda item: item.verdicts.cant_tell,
    "verdict": lambda item: item.variation.verdict,
    "off_model": lambda item: item.alert_id is not None,
    "function": lambda item: item.variation.recipe.function,
    "function_version": lambda item: item.variation.recipe.version,
    "tier": lambda item: item.variation.tier,
    "seed": lambda item: item.variation.recipe.seed,
    "licence_forbids_sale": lambda item: "; ".join(one.name for one in item.variation.recipe.terms),
    "created_at": lambda item: item.variation.created_at.isoformat(),
    "variation_id": lambda item: item.variation.id,
}
# what a spreadsheet would take for the beginning of a formula
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"


def to_csv(data: ConsistencyRead) -> str:
    """Return one line for each picture; with a byte order mark, by which Excel knows UTF-8.

    Encoder and calibration stand in every line: numbers without them cannot be compared.
    """
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*_COLUMNS, "route", "encoder", "calibration_version"])
    judge = [data.route, data.encoder, data.calibration_version]
    for item in data.items:
        row = [_cell(value(item)) for value in _COLUMNS.values()]
        writer.writerow([*row, *(_cell(word) for word in judge)])
    return BOM + out.getvalue()


def _delta_e(item: ConsistencyItem, name: str) -> float | None:
    return next((one.delta_e for one in item.attributes if one.name == name), None)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
