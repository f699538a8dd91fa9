"""People's verdicts on likeness: on one picture, and on blind pairs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.http.deps import Reading, SettingsDep, Writing
from onmodel.http.problems import problems
from onmodel.kit.errors import ForbiddenError
from onmodel.projects.access import ProjectNotFoundError
from onmodel.review import disagreements, pairs, verdicts
from onmodel.review.errors import PairGoneError, PairTokenError
from onmodel.review.schemas import (
    Disagreement,
    JudgementWrite,
    PairAnswer,
    PairRead,
    VerdictTally,
)
from onmodel.variations.errors import NotFinishedError, VariationNotFoundError

router = APIRouter(tags=["review"])

NOT_YOURS = (VariationNotFoundError, ForbiddenError)
NO_PROJECT = (ProjectNotFoundError, ForbiddenError)


@router.get("/variations/{variation_id}/judgement", responses=problems(VariationNotFoundError))
async def read_judgement(variation_id: UUID, uow: Reading, actor: SignedIn) -> VerdictTally:
    """What people said of a picture, and what you said."""
    return await verdicts.read(uow, actor, variation_id)


@router.put(
    "/variations/{variation_id}/judgement", responses=problems(*NOT_YOURS, NotFinishedError)
)
async def put_judgement(
    variation_id: UUID, data: JudgementWrite, uow: Writing, actor: SignedIn
) -> VerdictTally:
    """Say whether a picture shows its character; your newest word counts."""
    return await verdicts.judge(uow, actor, variation_id, data.judgement)


@router.delete(
    "/variations/{variation_id}/judgement", responses=problems(*NOT_YOURS, NotFinishedError)
)
async def delete_judgement(variation_id: UUID, uow: Writing, actor: SignedIn) -> VerdictTally:
    """Take your word back."""
    return await verdicts.judge(uow, actor, variation_id, None)


@router.get("/projects/{project_id}/pairs/next", responses=problems(*NO_PROJECT))
async def next_pair(
    project_id: UUID, uow: Reading, actor: SignedIn, settings: SettingsDep
) -> PairRead | None:
    """Two pictures without names or scores; never a pair that you have judged."""
    return await pairs.next_pair(uow, actor, project_id, secret=settings.secret_key)


@router.post(
    "/projects/{project_id}/pairs",
    responses=problems(*NO_PROJECT, PairTokenError, PairGoneError),
)
async def answer_pair(
    project_id: UUID, data: PairAnswer, uow: Writing, actor: SignedIn, settings: SettingsDep
) -> PairRead | None:
    """Say whether the two show one character and get the next pair.

    The same token again changes the answer.
    """
    return await pairs.answer(
        uow, actor, project_id, data.token, data.judgement, secret=settings.secret_key
    )


@router.get("/identity/disagreements", responses=problems(ProjectNotFoundError))
async def list_disagreements(
    uow: Reading,
    actor: SignedIn,
    project_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> list[Disagreement]:
    """Pictures on which most people say otherwise than the measure, farthest apart first."""
    return await disagreements.find(uow, actor, project_id=project_id, limit=limit)
