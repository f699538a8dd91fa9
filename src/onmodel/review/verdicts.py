"""What people say of a picture: is this its character?"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.events import log as events
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.lifecycle import State
from onmodel.review.models import IdentityVerdict
from onmodel.review.schemas import Judgement, JudgementUpdated, VerdictCounts, VerdictTally
from onmodel.variations import service as variations
from onmodel.variations.errors import NotFinishedError, VariationNotFoundError
from onmodel.variations.models import Variation
from onmodel.variations.standard import label_of

NOTHING = VerdictTally(same=0, not_same=0, cant_tell=0, mine=None)


async def judge(
    uow: UnitOfWork, actor: Actor, variation_id: UUID, judgement: Judgement | None
) -> VerdictTally:
    """Keep what the actor says of a picture; None takes their word back.

    Raises:
        VariationNotFoundError: it does not exist, or it was removed.
        NotFinishedError: there is no picture to look at yet.
    """
    row = await variations.get_permitted(uow, actor, variation_id, Permission.REVIEW)
    if row.removed_at is not None:
        raise VariationNotFoundError("This picture was removed meanwhile.")
    if State(row.state) is not State.SUCCEEDED:
        raise NotFinishedError("There is no picture to judge yet.")
    before = (await tally(uow, row.id, actor.user_id)).mine
    if before == judgement:
        return await tally(uow, row.id, actor.user_id)
    if judgement is None:
        await _take_back(uow, row.id, actor.user_id)
    else:
        await _say(uow, row, actor.user_id, judgement)
    after = await tally(uow, row.id, actor.user_id)
    await _tell(uow, row, actor.user_id, before, after)
    return after


async def read(uow: UnitOfWork, actor: Actor, variation_id: UUID) -> VerdictTally:
    """Return what people said of a picture that the actor may see."""
    row = await variations.get_permitted(uow, actor, variation_id, Permission.VIEW)
    return await tally(uow, row.id, actor.user_id)


async def tally(uow: UnitOfWork, variation_id: UUID, person_id: UUID) -> VerdictTally:
    """Count what people said of one picture."""
    return (await tallies(uow, [variation_id], person_id)).get(variation_id, NOTHING)


async def tallies(
    uow: UnitOfWork, variation_ids: Iterable[UUID], person_id: UUID
) -> dict[UUID, VerdictTally]:
    """Count what people said of each picture; those of which nobody spoke are left out."""
    said = IdentityVerdict.judgement
    rows = await uow.session.execute(
        select(
            IdentityVerdict.variation_id,
            func.count().filter(said == "same").label("same"),
            func.count().filter(said == "not_same").label("not_same"),
            func.count().filter(said == "cant_tell").label("cant_tell"),
            func.max(said).filter(IdentityVerdict.person_id == person_id).label("mine"),
        )
        .where(IdentityVerdict.variation_id.in_(list(variation_ids)))
        .group_by(IdentityVerdict.variation_id)
    )
    return {
        row.variation_id: VerdictTally(
            same=row.same, not_same=row.not_same, cant_tell=row.cant_tell, mine=row.mine
        )
        for row in rows
    }


async def _say(uow: UnitOfWork, row: Variation, person_id: UUID, judgement: Judgement) -> None:
    fresh = insert(IdentityVerdict).values(
        project_id=row.project_id,
        character_id=row.character_id,
        variation_id=row.id,
        person_id=person_id,
        judgement=judgement,
        created_at=now(),
    )
    await uow.session.execute(
        fresh.on_conflict_do_update(
            index_elements=["variation_id", "person_id"],
            set_={"judgement": judgement, "created_at": fresh.excluded.created_at},
        )
    )


async def _take_back(uow: UnitOfWork, variation_id: UUID, person_id: UUID) -> None:
    await uow.session.execute(
        delete(IdentityVerdict).where(
            IdentityVerdict.variation_id == variation_id, IdentityVerdict.person_id == person_id
        )
    )


async def _tell(
    uow: UnitOfWork,
    row: Variation,
    person_id: UUID,
    before: Judgement | None,
    after: VerdictTally,
) -> None:
    payload = JudgementUpdated(
        variation_id=row.id,
        character_id=row.character_id,
        person_id=person_id,
        judgement=after.mine,
        data=VerdictCounts(**after.model_dump(exclude={"mine"})),
    )
    change = {
        "verb": "judged likeness",
        "picture": label_of(row.key),
        "fields": {"judgement": [before, after.mine]},
    }
    await events.record(
        uow,
        row.project_id,
        "server:judgement.updated",
        payload,
        actor_id=person_id,
        subject_id=row.character_id,
        change=change,
    )
