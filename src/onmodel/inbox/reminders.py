"""Reminds those whose vote is missing while there is still time."""

from onmodel.inbox import pages, repository, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.clock import now
from onmodel.kit.db.uow import Database


async def remind_due(database: Database) -> int:
    """Tell everybody whose vote is missing in a decision that ends soon; return how many.

    Soon is a day before, or the last quarter of a shorter time.
    """
    async with database.read() as uow:
        missing = await repository.missing_votes(uow, now())
    told = 0
    for one in missing:
        async with database.begin() as uow:
            told += len(
                await service.notify(
                    uow,
                    person_ids=[one.user_id],
                    kind=Kind.DEADLINE,
                    project_id=one.project_id,
                    subject_type="decision",
                    subject_id=one.decision_id,
                    url=pages.decision(one.project_id, one.decision_id),
                    title=f"Your vote on {one.character_name} is missing",
                    body=f"{one.question} Voting ends on {one.deadline_at:%d %B at %H:%M} UTC.",
                    key=one.key,
                    file_id=one.file_id,
                )
            )
    return told
