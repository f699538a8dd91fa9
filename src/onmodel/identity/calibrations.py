"""Calibrations as versions: listed, learnt from verdicts, put in force, rolled back.

Scores are functions of a stored distance and the calibration in force. So putting one in force
computes every score of its encoder anew in the same transaction, without a look at a picture.
Advice on references follows a little later (``readvising.py``).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, update

from onmodel.accounts.service import Actor, require_admin
from onmodel.events import log as events
from onmodel.identity import repository, verdicts
from onmodel.identity.calibration import SHIPPED, Calibration, Metric
from onmodel.identity.errors import (
    CalibrationNotFoundError,
    EncoderNotFoundError,
    TooFewVerdictsError,
)
from onmodel.identity.evidence import Evidence
from onmodel.identity.fitting import CannotFitError, Fit, fit
from onmodel.identity.models import CalibrationVersion, Encoder
from onmodel.identity.schemas import CalibrationChanged, CalibrationRead, ReliabilityBin
from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects.models import Project

BEFORE_ALL = UUID(int=0)
CONSTANTS = ("slope", "midpoint", "genuine_mean", "genuine_deviation", "impostor_rate")


@dataclass(frozen=True)
class InForce:
    """A calibration that judges now, and which version of its encoder's it is."""

    calibration: Calibration
    version: int


Rescorer = Callable[[UnitOfWork, InForce], Awaitable[None]]

_rescorers: list[Rescorer] = []


def when_put_in_force(rescorer: Rescorer) -> None:
    """Call ``rescorer(uow, in_force)`` in the transaction that puts a calibration in force."""
    _rescorers.append(rescorer)


def as_calibration(row: CalibrationVersion, metric: Metric) -> Calibration:
    return Calibration(
        encoder=row.encoder,
        route=row.route,
        basis=row.basis,
        metric=metric,
        **{name: getattr(row, name) for name in CONSTANTS},
    )


def version_of(
    calibration: Calibration, *, version: int, source: str, created_by: UUID | None = None
) -> CalibrationVersion:
    """Return the row of a calibration that is not in force yet."""
    return CalibrationVersion(
        encoder=calibration.encoder,
        route=calibration.route,
        version=version,
        source=source,
        basis=calibration.basis,
        created_by=created_by,
        **{name: getattr(calibration, name) for name in CONSTANTS},
    )


def prove(row: CalibrationVersion, found: Fit | Evidence) -> None:
    """Keep with a version how it held for people who took no part in it."""
    row.pairs, row.people, row.ece, row.auc = found.pairs, found.people, found.ece, found.auc
    row.reliability = [
        ReliabilityBin.model_validate(one, from_attributes=True).model_dump()
        for one in found.reliability
    ]


def is_same(row: CalibrationVersion, calibration: Calibration) -> bool:
    """Tell whether a version says the same as a calibration."""
    return row.basis == calibration.basis and all(
        getattr(row, name) == getattr(calibration, name) for name in CONSTANTS
    )


async def in_force(uow: UnitOfWork) -> dict[str, InForce]:
    """Return what judges now, by encoder; an encoder without a calibration has no entry."""
    return {name: now for name, (_, now) in (await with_encoders(uow)).items()}


async def with_encoders(uow: UnitOfWork) -> dict[str, tuple[Encoder, InForce]]:
    """Return what judges now beside its encoder, by the encoder's name."""
    found: dict[str, tuple[Encoder, InForce]] = {}
    for encoder, row in await repository.encoders_in_force(uow):
        if row is not None:
            now = InForce(as_calibration(row, _metric(encoder.metric)), row.version)
            found[encoder.name] = encoder, now
        elif encoder.name in SHIPPED:
            found[encoder.name] = encoder, InForce(SHIPPED[encoder.name], 1)
    return found


def _metric(word: str) -> Metric:
    return "cosine" if word == "cosine" else "euclidean"


async def list_all(uow: UnitOfWork, encoder: str | None) -> list[CalibrationRead]:
    """Return every version, the newest of each encoder first."""
    return [read(row) for row in await repository.list_calibrations(uow, encoder)]


def read(row: CalibrationVersion) -> CalibrationRead:
    return CalibrationRead(
        id=row.id,
        encoder=row.encoder,
        route=row.route,  # type: ignore[arg-type]  # checked by the encoder's row
        version=row.version,
        active=row.active,
        source=row.source,  # type: ignore[arg-type]  # checked by the table
        slope=row.slope,
        midpoint=row.midpoint,
        genuine_mean=row.genuine_mean,
        genuine_deviation=row.genuine_deviation,
        impostor_rate=row.impostor_rate,
        pairs=row.pairs,
        people=row.people,
        ece=row.ece,
        auc=row.auc,
        reliability=[ReliabilityBin.model_validate(one) for one in row.reliability],
        basis=row.basis,
        created_by=row.created_by,
        created_at=row.created_at,
    )


async def learn(uow: UnitOfWork, actor: Actor, encoder: str) -> CalibrationRead:
    """Fit a version on what people said; it judges nothing until it is put in force.

    Raises:
        AdminOnlyError: the actor does not administer the house.
        EncoderNotFoundError: this house knows no such encoder.
        TooFewVerdictsError: people said too little, or only one thing.
    """
    require_admin(actor)
    known = await repository.lock_encoder(uow, encoder)
    if known is None:
        raise EncoderNotFoundError(f"No encoder is called “{encoder}”.")
    now = (await in_force(uow)).get(encoder)
    try:
        found = fit(
            await verdicts.pairs(uow, encoder),
            encoder=encoder,
            route=known.route,
            metric=_metric(known.metric),
            prior=now.calibration if now else None,
        )
    except CannotFitError as error:
        raise TooFewVerdictsError(str(error)) from error
    row = version_of(
        found.calibration,
        version=await _next_version(uow, encoder),
        source="verdicts",
        created_by=actor.user_id,
    )
    prove(row, found)
    uow.session.add(row)
    await uow.session.flush()
    await uow.session.refresh(row)
    return read(row)


async def _next_version(uow: UnitOfWork, encoder: str) -> int:
    newest = await uow.session.scalar(
        select(func.max(CalibrationVersion.version)).where(CalibrationVersion.encoder == encoder)
    )
    return (newest or 0) + 1


async def activate(uow: UnitOfWork, actor: Actor, calibration_id: UUID) -> CalibrationRead:
    """Let a version judge from now on, an older one included: that is how one rolls back.

    Raises:
        AdminOnlyError: the actor does not administer the house.
        CalibrationNotFoundError: there is no such version.
    """
    require_admin(actor)
    row = await uow.session.get(CalibrationVersion, calibration_id)
    if row is None:
        raise CalibrationNotFoundError("This calibration does not exist.")
    await repository.lock_encoder(uow, row.encoder)
    # somebody may have changed it while we waited
    await uow.session.refresh(row)
    if not row.active:
        await put_in_force(uow, row, actor_id=actor.user_id)
    return read(row)


async def put_in_force(uow: UnitOfWork, row: CalibrationVersion, *, actor_id: UUID | None) -> None:
    """Make a version the one that judges, compute the scores anew and tell every project."""
    known = await repository.lock_encoder(uow, row.encoder)
    assert known is not None  # a foreign key holds it
    await uow.session.execute(
        update(CalibrationVersion)
        .where(CalibrationVersion.encoder == row.encoder, CalibrationVersion.active)
        .values(active=False)
    )
    row.active = True
    row.advised_to = BEFORE_ALL
    await uow.session.flush()
    await uow.session.refresh(row)
    now = InForce(as_calibration(row, _metric(known.metric)), row.version)
    for rescore in _rescorers:
        await rescore(uow, now)
    payload = CalibrationChanged(encoder=row.encoder, version=row.version)
    # in one order, or two who do this at once wait for each other
    for project_id in list(await uow.session.scalars(select(Project.id).order_by(Project.id))):
        await events.record(
            uow, project_id, "server:identity.calibrated", payload, actor_id=actor_id
        )
