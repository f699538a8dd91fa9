"""Whose vote is asked, what was decided, and who has to choose."""

from collections.abc import Sequence
from uuid import UUID

from onmodel.accounts import repository as accounts
from onmodel.decisions import repository as decisions
from onmodel.decisions.models import DecisionComment
from onmodel.decisions.schemas import DecisionRead, DecisionUpdated
from onmodel.events.log import Told, when_told
from onmodel.inbox import pages, service
from onmodel.inbox.kinds import Kind
from onmodel.kit.db.uow import UnitOfWork

WAITING = (Kind.VOTE_ASKED, Kind.DEADLINE)


async def changed(uow: UnitOfWork, told: Told) -> None:
    """Tell what a change of a decision means for each of its people."""
    assert isinstance(told.payload, DecisionUpdated)
    decision = told.payload.data
    change = told.change or {}
    match change.get("verb"):
        case "asked the team" | "asked for votes":
            await _asked(uow, decision, told.actor_id)
        case "decided":
            await service.settle(uow, decision.id, WAITING)
            await _decided(uow, decision)
            await _mentioned_blind(uow, decision)
        case "reopened decision":
            await service.withdraw(uow, [decision.id], [Kind.DECIDED])
        case "voting ended":
            await service.settle(uow, decision.id, WAITING)
            await _due(uow, decision)
            await _mentioned_blind(uow, decision)
        case "commented":
            await _commented(uow, decision, UUID(change["comment_id"]))
        case "changed comment":
            await _reworded(uow, decision, UUID(change["comment_id"]))
        case None | "voted" if told.actor_id is not None and _has_voted(decision, told.actor_id):
            await service.settle(uow, decision.id, WAITING, person_id=told.actor_id)
        case _:
            pass


async def _asked(uow: UnitOfWork, decision: DecisionRead, actor_id: UUID | None) -> None:
    asker = await accounts.find_user(uow, actor_id) if actor_id else None
    who = asker.name if asker else "The team"
    await _notify(
        uow,
        decision,
        [one.user_id for one in decision.voters if one.asked and not one.voted],
        kind=Kind.VOTE_ASKED,
        title=f"{who} asks for your vote on {decision.character_name}",
        body=decision.question,
        key=f"asked:{decision.id}",
        actor_id=actor_id,
    )


async def _decided(uow: UnitOfWork, decision: DecisionRead) -> None:
    decider = await accounts.find_user(uow, decision.decided_by) if decision.decided_by else None
    by = f" by {decider.name}" if decider else ""
    await _notify(
        uow,
        decision,
        [
            decision.created_by,
            decision.lead_id,
            *(one.user_id for one in decision.voters),
            *(one.suggested_by for one in decision.candidates),
        ],
        kind=Kind.DECIDED,
        title=f"{decision.label} of {decision.character_name} was decided{by}",
        body=f"{decision.question} {decision.outcome or ''}".strip(),
        key=f"decided:{decision.id}",
        actor_id=decision.decided_by,
    )


async def _due(uow: UnitOfWork, decision: DecisionRead) -> None:
    await _notify(
        uow,
        decision,
        [decision.lead_id or decision.created_by],
        kind=Kind.DEADLINE,
        title=f"Voting on {decision.character_name} has ended: you choose",
        body=f"{decision.question} {decision.outcome or ''}".strip(),
        key=f"due:{decision.id}:{decision.deadline_at}",
        actor_id=None,
    )


async def _commented(uow: UnitOfWork, decision: DecisionRead, comment_id: UUID) -> None:
    """Tell who is mentioned, and who asked, leads or spoke before."""
    seats = {one.id: one.user_id for one in decision.voters}
    comments = await decisions.comments(uow, [decision.id])
    said = next(one for one in comments if one.id == comment_id)
    involved = [
        decision.created_by,
        decision.lead_id,
        *(seats[one.voter_id] for one in comments if one.id != comment_id),
    ]
    await _heard(uow, decision, said, said.mentions, Kind.MENTION, "mentioned you")
    await _heard(uow, decision, said, involved, Kind.COMMENT, "commented")


async def _reworded(uow: UnitOfWork, decision: DecisionRead, comment_id: UUID) -> None:
    """Tell whom the new words of a comment mention; who was told of it already hears nothing."""
    comments = await decisions.comments(uow, [decision.id])
    said = next(one for one in comments if one.id == comment_id)
    await _heard(uow, decision, said, said.mentions, Kind.MENTION, "mentioned you")


async def _mentioned_blind(uow: UnitOfWork, decision: DecisionRead) -> None:
    """Tell who was mentioned while comments were hidden; each comment tells once."""
    if decision.method == "blind":
        for said in await decisions.comments(uow, [decision.id]):
            await _heard(uow, decision, said, said.mentions, Kind.MENTION, "mentioned you")


async def _heard(
    uow: UnitOfWork,
    decision: DecisionRead,
    said: DecisionComment,
    people: Sequence[UUID | None],
    kind: Kind,
    says: str,
) -> None:
    author = next(one for one in decision.voters if one.id == said.voter_id)
    await _notify(
        uow,
        decision,
        people,
        kind=kind,
        title=f"{author.name} {says} on {decision.label} of {decision.character_name}",
        body=said.text,
        # one key for both: who is mentioned in what they wait for hears of it once
        key=f"comment:{said.id}",
        actor_id=author.user_id,
        url=pages.comment(decision.project_id, decision.id, said.id),
    )


async def _notify(
    uow: UnitOfWork,
    decision: DecisionRead,
    people: Sequence[UUID | None],
    *,
    kind: Kind,
    title: str,
    body: str,
    key: str,
    actor_id: UUID | None,
    url: str | None = None,
) -> None:
    await service.notify(
        uow,
        person_ids=people,
        kind=kind,
        project_id=decision.project_id,
        subject_type="decision",
        subject_id=decision.id,
        url=url or pages.decision(decision.project_id, decision.id),
        title=title,
        body=body,
        key=key,
        actor_id=actor_id,
        file_id=_picture(decision),
    )


def _picture(decision: DecisionRead) -> UUID | None:
    """Return the picture that was chosen, or else the first that is there."""
    shown = [one for one in decision.candidates if one.file is not None]
    shown.sort(key=lambda one: one.id != decision.winner_id)
    return shown[0].file.id if shown and shown[0].file else None


def _has_voted(decision: DecisionRead, person_id: UUID) -> bool:
    return any(one.user_id == person_id and one.voted for one in decision.voters)


def register() -> None:
    when_told("server:decision.updated", changed)
