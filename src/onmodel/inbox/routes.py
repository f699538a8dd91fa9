"""Your notices, and whose news you follow."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from onmodel.accounts.signed_in import SignedIn
from onmodel.characters.errors import CharacterNotFoundError
from onmodel.http.deps import Reading, Writing
from onmodel.http.problems import problems
from onmodel.inbox import service
from onmodel.inbox.kinds import Group
from onmodel.inbox.schemas import Following, Marked, MarkRead, MarkUnread, NoticeRead, Unread
from onmodel.kit.paging import BadCursorError, Page

router = APIRouter(tags=["inbox"])


@router.get("/inbox", responses=problems(BadCursorError))
async def list_notices(
    uow: Reading,
    actor: SignedIn,
    group: Group | None = None,
    unread: bool = False,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[NoticeRead]:
    """What you should hear of, newest first, in all your projects."""
    return await service.list_own(
        uow, actor, group=group, unread=unread, cursor=cursor, limit=limit
    )


@router.get("/inbox/unread")
async def count_unread(uow: Reading, actor: SignedIn) -> Unread:
    """How much of it waits."""
    return await service.count_unread(uow, actor)


@router.post("/inbox/read")
async def mark_read(data: MarkRead, uow: Writing, actor: SignedIn) -> Marked:
    """Say that you have read some, or all."""
    return await service.mark_read(uow, actor, data)


@router.post("/inbox/unread")
async def mark_unread(data: MarkUnread, uow: Writing, actor: SignedIn) -> Marked:
    """Let some wait again, or take one ``read`` back by its ``marked_at``."""
    return await service.mark_unread(uow, actor, data)


@router.get("/characters/{character_id}/following", responses=problems(CharacterNotFoundError))
async def read_following(character_id: UUID, uow: Reading, actor: SignedIn) -> Following:
    """Whether you hear when this character goes off model."""
    return await service.following(uow, actor, character_id)


@router.put("/characters/{character_id}/following", responses=problems(CharacterNotFoundError))
async def follow(character_id: UUID, uow: Writing, actor: SignedIn) -> Following:
    """Hear when this character goes off model."""
    return await service.set_following(uow, actor, character_id, follow=True)


@router.delete("/characters/{character_id}/following", responses=problems(CharacterNotFoundError))
async def unfollow(character_id: UUID, uow: Writing, actor: SignedIn) -> Following:
    """Hear of it no more, unless you made the character."""
    return await service.set_following(uow, actor, character_id, follow=False)
