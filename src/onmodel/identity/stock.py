"""Brings the database up to what the product knows: its encoders and its own calibrations.

Runs whenever the web process starts. Migrations cannot do it: a release that brings a better
calibration or one more encoder changes no table.
"""

import re

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from onmodel.identity import calibrations
from onmodel.identity.calibration import SHIPPED, Calibration
from onmodel.identity.catalogue import KNOWN, EncoderInfo
from onmodel.identity.evidence import EVIDENCE
from onmodel.identity.models import NEAREST, CalibrationVersion, Encoder
from onmodel.kit.db.uow import Database, UnitOfWork

LOCK = 5_0002  # any number that no other advisory lock of the product uses
# of the graph: twice the usual candidates while it is built found 99 instead of 94 in a hundred
# at the same size, and saves more time in searching than it costs (make bench-search)
LINKS, CANDIDATES = 16, 128
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_OPERATORS = {"euclidean": "halfvec_l2_ops", "cosine": "halfvec_cosine_ops"}


async def bring_up_to_date(database: Database) -> None:
    """Add what is new; does nothing the second time, and waits for another process at it."""
    async with database.begin() as uow:
        await uow.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        for known in KNOWN.values():
            await add_encoder(uow, known)
        for calibration in SHIPPED.values():
            if calibration.encoder in KNOWN:
                await ship(uow, calibration)


async def add_encoder(uow: UnitOfWork, known: EncoderInfo) -> None:
    """Let vectors of an encoder be kept and searched.

    The index comes with the encoder, before its first vector, so that making it takes no time.
    """
    assert _NAME.fullmatch(known.name), "the name becomes part of SQL"
    values = {
        "title": known.title,
        "metric": known.metric,
        "licence": known.licence,
        "commercial": known.commercial,
    }
    fresh = insert(Encoder).values(
        name=known.name, route=known.route, dimensions=known.dimensions, **values
    )
    await uow.session.execute(fresh.on_conflict_do_update(index_elements=["name"], set_=values))
    await uow.session.execute(
        text(
            f"CREATE INDEX IF NOT EXISTS {NEAREST}{known.name.replace('-', '_')} "
            "ON identity_embeddings USING hnsw "
            f"((vector::halfvec({known.dimensions})) {_OPERATORS[known.metric]}) "
            f"WITH (m = {LINKS}, ef_construction = {CANDIDATES}) "
            f"WHERE encoder = '{known.name}'"
        )
    )


async def ship(uow: UnitOfWork, calibration: Calibration) -> None:
    """Make the product's calibration of an encoder a version, unless it is one already.

    It judges at once where another shipped one did, or none; a team's own stays in force.
    """
    rows = list(
        await uow.session.scalars(
            select(CalibrationVersion).where(CalibrationVersion.encoder == calibration.encoder)
        )
    )
    if any(row.source == "shipped" and calibrations.is_same(row, calibration) for row in rows):
        return
    row = calibrations.version_of(
        calibration, version=max((row.version for row in rows), default=0) + 1, source="shipped"
    )
    if calibration.encoder in EVIDENCE:
        calibrations.prove(row, EVIDENCE[calibration.encoder])
    uow.session.add(row)
    await uow.session.flush()
    if all(row.source == "shipped" for row in rows if row.active):
        await calibrations.put_in_force(uow, row, actor_id=None)
