"""An encoder for whole figures that exists in tests only, and words to make its reports.

Two pictures of one drawn character lie about 0.02 apart (one minus the cosine), two characters
about 1, as directions chosen at random do.
"""

from typing import Any

import numpy as np
from sqlalchemy import select

from onmodel.identity import stock
from onmodel.identity.calibration import Calibration
from onmodel.identity.calibrations import version_of
from onmodel.identity.catalogue import EncoderInfo
from onmodel.identity.models import CalibrationVersion
from onmodel.kit.db.uow import Database

FIGURES = EncoderInfo(
    name="test-figures",
    title="Test figures",
    route="appearance",
    dimensions=64,
    metric="cosine",
    licence="CC0-1.0",
    commercial=True,
    file="test-figures.onnx",
    source="made up for tests",
    default=True,
)
CALIBRATION = Calibration(
    encoder=FIGURES.name,
    route="appearance",
    slope=40.0,
    midpoint=0.45,
    genuine_mean=0.2,
    genuine_deviation=0.08,
    impostor_rate=0.01,
    basis="Made up for tests.",
    metric="cosine",
)


async def install_figures(database: Database) -> None:
    """Let the house judge figures."""
    async with database.begin() as uow:
        await stock.add_encoder(uow, FIGURES)
        row = version_of(CALIBRATION, version=1, source="shipped")
        row.active = True
        uow.session.add(row)


async def active(database: Database, encoder: str) -> CalibrationVersion:
    """Return the calibration in force."""
    async with database.read() as uow:
        row = await uow.session.scalar(
            select(CalibrationVersion).where(
                CalibrationVersion.encoder == encoder, CalibrationVersion.active
            )
        )
        assert row is not None
        return row


def figure(character: int, picture: int) -> dict[str, Any]:
    """Return the measurement of one whole figure, the same each time."""
    centre = np.random.default_rng(500 + character).normal(size=FIGURES.dimensions)
    noise = np.random.default_rng(9000 * character + picture).normal(size=FIGURES.dimensions)
    vector = centre + 0.15 * noise
    return {
        "encoder": FIGURES.name,
        "embedding": [float(value) for value in vector],
        "box": [64.0, 32.0, 320.0, 480.0],
        "share": 0.4,
    }


def drawing(character: int, picture: int) -> dict[str, Any]:
    """Return the values that the function answers for a drawing: no face, one figure."""
    bits = int(np.random.default_rng(picture + 4077).integers(0, 2**63))
    measured = {
        "width": 640,
        "height": 640,
        "sharpness": 8.0,
        "phash": f"{bits:016x}",
        "measurable": False,
        "reason": "no_face",
        "faces": [],
        "appearance": figure(character, picture),
    }
    return {"report": {"pictures": [measured]}}
