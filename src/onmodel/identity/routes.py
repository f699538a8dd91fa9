"""Encoders, calibrations, likeness across the library, and checks of any picture."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile
from fastapi.params import File as FileParam

from onmodel.accounts.errors import AdminOnlyError
from onmodel.accounts.permissions import Permission
from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import CharacterNotFoundError, ReferenceNotFoundError
from onmodel.http.deps import DatabaseDep, Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.http.uploads import IntakeDep
from onmodel.identity import calibrations, checks, encoders, references, search
from onmodel.identity.errors import (
    CalibrationNotFoundError,
    CheckNotFoundError,
    EncoderNotFoundError,
    NotMeasuredError,
    TooFewVerdictsError,
    UnknownCastError,
)
from onmodel.identity.schemas import (
    CalibrationFit,
    CalibrationRead,
    CheckRead,
    EncoderRead,
    Limit,
    ReferenceSetRead,
    SimilarRead,
)
from onmodel.kit.errors import ForbiddenError
from onmodel.projects import access
from onmodel.projects.access import ProjectNotFoundError
from onmodel.storage.picture_errors import BY_CODE

router = APIRouter(tags=["identity"])

MAX_EXPECTED = 100
OTHERS = "Leave out the character's own pictures"


@router.get("/identity/encoders")
async def list_encoders(_actor: SignedIn, settings: SettingsDep) -> list[EncoderRead]:
    """Every model that could judge, by what licence, and whether it is here."""
    return await asyncio.to_thread(encoders.listing, settings.weights)


@router.get("/identity/calibrations")
async def list_calibrations(
    _actor: SignedIn,
    uow: Reading,
    encoder: Annotated[str | None, Query(max_length=60)] = None,
) -> list[CalibrationRead]:
    """Every version, the newest of each encoder first."""
    return await calibrations.list_all(uow, encoder)


@router.post(
    "/identity/calibrations",
    status_code=201,
    responses=problems(AdminOnlyError, EncoderNotFoundError, TooFewVerdictsError),
)
async def fit_calibration(data: CalibrationFit, uow: Writing, actor: SignedIn) -> CalibrationRead:
    """Learn a version from people's verdicts; nothing is judged by it yet."""
    return await calibrations.learn(uow, actor, data.encoder)


@router.post(
    "/identity/calibrations/{calibration_id}/activate",
    responses=problems(AdminOnlyError, CalibrationNotFoundError),
)
async def activate_calibration(
    calibration_id: UUID, uow: Writing, actor: SignedIn
) -> CalibrationRead:
    """Judge by this version, an older one included; every score is computed anew."""
    return await calibrations.activate(uow, actor, calibration_id)


@router.get("/characters/{character_id}/reference-set", responses=problems(CharacterNotFoundError))
async def read_reference_set(character_id: UUID, uow: Reading, actor: SignedIn) -> ReferenceSetRead:
    """What the references lack as a set, and how much one more picture would help."""
    return await references.advise_whole_set(uow, actor, character_id)


@router.get(
    "/characters/{character_id}/similar",
    responses=problems(CharacterNotFoundError, NotMeasuredError),
)
async def find_like_character(
    character_id: UUID,
    uow: Writing,
    actor: SignedIn,
    limit: Limit = 24,
    others: Annotated[bool, Query(description=OTHERS)] = False,
) -> SimilarRead:
    """Pictures like this character in every project that you may see, the nearest first."""
    return await search.like_character(uow, actor, character_id, limit=limit, others=others)


@router.get(
    "/references/{reference_id}/similar",
    responses=problems(ReferenceNotFoundError, NotMeasuredError),
)
async def find_like_reference(
    reference_id: UUID,
    uow: Writing,
    actor: SignedIn,
    limit: Limit = 24,
    others: Annotated[bool, Query(description=OTHERS)] = False,
) -> SimilarRead:
    """Pictures like this one in every project that you may see, the nearest first."""
    return await search.like_reference(uow, actor, reference_id, limit=limit, others=others)


@router.post(
    "/projects/{project_id}/checks",
    status_code=201,
    responses=problems(ProjectNotFoundError, ForbiddenError, UnknownCastError, *BY_CODE.values()),
)
async def create_check(
    project_id: UUID,
    file: Annotated[UploadFile, FileParam(description="One picture")],
    actor: SignedIn,
    database: DatabaseDep,
    intake: IntakeDep,
    expected: Annotated[
        list[UUID] | None,
        Query(max_length=MAX_EXPECTED, description="Characters that should be in it"),
    ] = None,
) -> CheckRead:
    """Check any picture against the cast; the answer comes over the socket."""
    async with database.read() as uow:
        await access.require(uow, actor, project_id, Permission.REVIEW)
    picture = await intake.take(file)
    async with database.begin() as uow:
        return await checks.create(uow, actor, project_id, picture, expected or [])


@router.get("/projects/{project_id}/checks", responses=problems(ProjectNotFoundError))
async def list_checks(
    project_id: UUID, uow: Reading, actor: SignedIn, limit: Limit = 50
) -> list[CheckRead]:
    """Checked pictures, the newest first."""
    return await checks.list_checks(uow, actor, project_id, limit=limit)


@router.delete("/checks/{check_id}", responses=problems(CheckNotFoundError, ForbiddenError))
async def remove_check(check_id: UUID, uow: Writing, actor: SignedIn) -> CheckRead:
    return await checks.remove(uow, actor, check_id)
