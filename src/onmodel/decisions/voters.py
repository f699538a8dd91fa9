"""Who is in a decision: asked, counted, or only advising."""

from uuid import UUID

from onmodel.accounts import repository as people
from onmodel.accounts.permissions import Permission
from onmodel.accounts.service import Actor
from onmodel.decisions import door, repository, telling
from onmodel.decisions.models import Decision, Voter
from onmodel.decisions.schemas import DecisionRead
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.errors import NotFoundError
from onmodel.projects import access


class VoterNotFoundError(NotFoundError):
    code = "voter_not_found"
    title = "Nobody of this name in the decision"
    default_try = "Look at the decision again."


async def seat(uow: UnitOfWork, decision: Decision, actor: Actor) -> Voter:
    """Return the actor's seat, new where they had none; the decision's row is locked."""
    voter = await repository.voter_of(uow, decision.id, actor.user_id)
    if voter is None:
        voter = _member(decision, actor.user_id, actor.name)
        uow.session.add(voter)
        await uow.session.flush()
    return voter


def _member(decision: Decision, user_id: UUID, name: str, *, asked: bool = False) -> Voter:
    return Voter(
        decision_id=decision.id,
        user_id=user_id,
        name=name,
        advises=False,
        asked=asked,
        created_at=now(),
    )


async def add_asked(uow: UnitOfWork, decision: Decision, user_ids: list[UUID]) -> list[str]:
    """Give seats to people of the project; return the names of those newly asked.

    Those who may not see the project are left out as if they did not exist.
    """
    names: list[str] = []
    may = await access.who_may_see(uow, decision.project_id, set(user_ids))
    for user_id in dict.fromkeys(user_ids):
        if user_id not in may:
            continue
        voter = await repository.voter_of(uow, decision.id, user_id)
        if voter is None:
            user = await people.find_user(uow, user_id)
            assert user is not None  # they may see the project
            voter = _member(decision, user_id, user.name)
            uow.session.add(voter)
        if not voter.asked:
            voter.asked = True
            names.append(voter.name)
    await uow.session.flush()
    return names


async def ask(
    uow: UnitOfWork, actor: Actor, decision_id: UUID, user_ids: list[UUID]
) -> DecisionRead:
    """Ask people of the project for their vote."""
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    names = await add_asked(uow, decision, user_ids)
    change = {"verb": "asked for votes", "name": decision.question, "people": names}
    return await telling.tell(uow, decision, actor.user_id, change if names else None)


async def set_advises(
    uow: UnitOfWork,
    actor: Actor,
    decision_id: UUID,
    voter_id: UUID,
    *,
    advises: bool,
) -> DecisionRead:
    """Let somebody count, or only advise; guests always advise.

    Raises:
        VoterNotFoundError: nobody of the house has this seat.
    """
    decision = await door.get_open(uow, actor, decision_id, Permission.REVIEW)
    await door.check_decides(uow, actor, decision)
    voter = await uow.session.get(Voter, voter_id)
    if voter is None or voter.decision_id != decision.id or voter.user_id is None:
        raise VoterNotFoundError("Nobody of the team has this seat.")
    voter.advises = advises
    return await telling.tell(uow, decision, actor.user_id, None)
