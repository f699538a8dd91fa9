"""Versions: read, compare, go back to, name."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import (
    CharacterNotFoundError,
    TooManyReferencesError,
    TriggerWordTakenError,
)
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.versions import naming, reading, rollback
from onmodel.versions.errors import (
    NothingToGoBackToError,
    PartNeedsPictureError,
    TooManyNamesError,
    UnknownPartError,
    VersionNameTakenError,
    VersionNotFoundError,
    VersionsMovedOnError,
)
from onmodel.versions.schemas import (
    GoBack,
    VersionDifference,
    VersionNameRead,
    VersionNameWrite,
    VersionRead,
    VersionState,
)

router = APIRouter(prefix="/characters/{character_id}", tags=["versions"])

NOT_THERE = (CharacterNotFoundError, VersionNotFoundError)
NumberPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
NumberQuery = Annotated[int, Query(ge=1, le=2**31 - 1)]


@router.get("/versions", responses=problems(CharacterNotFoundError))
async def list_versions(
    character_id: UUID,
    uow: Reading,
    actor: SignedIn,
    before: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> list[VersionRead]:
    """Every change of the character, newest first."""
    return await reading.list_versions(uow, actor, character_id, before=before, limit=limit)


@router.get("/version-names", responses=problems(CharacterNotFoundError))
async def list_version_names(
    character_id: UUID, uow: Reading, actor: SignedIn
) -> list[VersionNameRead]:
    """The versions that have names."""
    return await reading.list_names(uow, actor, character_id)


@router.get("/versions/{number}", responses=problems(*NOT_THERE))
async def read_version(
    character_id: UUID, number: NumberPath, uow: Reading, actor: SignedIn
) -> VersionState:
    """The whole character as it was."""
    return await reading.read_version(uow, actor, character_id, number)


@router.get("/versions/{number}/difference", responses=problems(*NOT_THERE))
async def compare_versions(
    character_id: UUID, number: NumberPath, since: NumberQuery, uow: Reading, actor: SignedIn
) -> VersionDifference:
    """What differs from version ``since`` to this one; ``since`` may be the newer of the two."""
    return await reading.compare(uow, actor, character_id, since=since, number=number)


@router.post(
    "/versions/{number}/restore",
    responses=problems(
        *NOT_THERE,
        ForbiddenError,
        VersionsMovedOnError,
        UnknownPartError,
        NothingToGoBackToError,
        PartNeedsPictureError,
        TriggerWordTakenError,
        TooManyReferencesError,
    ),
)
async def go_back(
    character_id: UUID, number: NumberPath, data: GoBack, uow: Writing, actor: SignedIn
) -> VersionRead:
    """Make the character, or parts of it, as it was; that is a new version, nothing is lost."""
    return await rollback.go_back(uow, actor, character_id, number, data)


@router.post(
    "/versions/{number}/names",
    status_code=201,
    responses=problems(*NOT_THERE, ForbiddenError, VersionNameTakenError, TooManyNamesError),
)
async def name_version(
    character_id: UUID, number: NumberPath, data: VersionNameWrite, uow: Writing, actor: SignedIn
) -> VersionNameRead:
    """Give a version a name; it stays there for good."""
    return await naming.name_version(uow, actor, character_id, number, data)
