"""A comment's words, as its author changes them and the others see it happen."""

from uuid import UUID

from onmodel.accounts.permissions import Permission, allows
from onmodel.accounts.service import Actor
from onmodel.decisions import repository, telling
from onmodel.decisions.errors import CommentNotFoundError, NotYourCommentError
from onmodel.decisions.models import Decision, DecisionComment, Voter
from onmodel.decisions.schemas import MOST_SAID
from onmodel.kit.clock import now
from onmodel.kit.db.uow import UnitOfWork
from onmodel.kit.words import first_line, is_plain
from onmodel.projects import access, mentions
from onmodel.text.documents import Bounds
from onmodel.writing import runs
from onmodel.writing.passages import Asked, Found, Noun, Passage, register_noun

NOUN, FIELD = "comment", "text"
BOUNDS = Bounds(MOST_SAID, is_plain)


async def look(uow: UnitOfWork, asked: Asked) -> Found:
    """Find a comment's words to be read.

    Raises:
        CommentNotFoundError: it does not exist, it is another team's, or nobody may read it
            while people vote blind.
    """
    role = await access.role_in(uow, asked.actor, asked.project_id)
    comment = await repository.find_comment(uow, asked.subject_id)
    decision = await repository.find(uow, comment.decision_id) if comment else None
    if role is None or comment is None or decision is None or not _shows(decision, asked):
        raise _not_there()
    may = allows(role, Permission.REVIEW) and await _is_by(uow, comment, asked.actor)
    return Found(_passage(decision, comment), may)


async def claim(uow: UnitOfWork, asked: Asked) -> Passage:
    """Find a comment's words to be written, with its decision locked.

    Raises:
        CommentNotFoundError: as for ``look``.
        ForbiddenError: they may read it, but not comment.
        NotYourCommentError: somebody else said it.
    """
    comment = await repository.find_comment(uow, asked.subject_id)
    decision = await repository.lock(uow, comment.decision_id) if comment else None
    role = await access.role_in(uow, asked.actor, asked.project_id)
    if role is None or comment is None or decision is None or not _shows(decision, asked):
        raise _not_there()
    access.check(role, Permission.REVIEW)
    if not await _is_by(uow, comment, asked.actor):
        raise NotYourCommentError("Only who said something changes the words.")
    await uow.session.refresh(comment)  # somebody may have changed it before we had the lock
    return _passage(decision, comment)


def _shows(decision: Decision, asked: Asked) -> bool:
    return decision.project_id == asked.project_id and not _is_hidden(decision)


def _is_hidden(decision: Decision) -> bool:
    return decision.method == "blind" and decision.state == "open"


def _not_there() -> CommentNotFoundError:
    return CommentNotFoundError("This comment does not exist, or you cannot see it.")


async def _is_by(uow: UnitOfWork, comment: DecisionComment, actor: Actor) -> bool:
    voter = await uow.session.get(Voter, comment.voter_id)
    return voter is not None and voter.user_id == actor.user_id


def _passage(decision: Decision, comment: DecisionComment) -> Passage:
    return Passage(NOUN, comment.id, FIELD, decision.project_id, shown=comment.text, bounds=BOUNDS)


async def settle(uow: UnitOfWork, comment_id: UUID, field: str) -> bool:
    """Put what was written into a comment."""
    assert field == FIELD  # the only one that is registered
    comment = await repository.find_comment(uow, comment_id)
    decision = await repository.lock(uow, comment.decision_id) if comment else None
    if comment is None or decision is None:
        return False
    await uow.session.refresh(comment)
    run = await runs.end(uow, _passage(decision, comment))
    if run is None:
        return True
    comment.mentions = await mentions.after(
        uow, decision.project_id, comment.mentions, run.before, run.after
    )
    comment.text = run.after
    comment.edited_at = now()
    change = {
        "verb": "changed comment",
        "name": decision.question,
        "comment": first_line(run.after),
        "comment_id": str(comment.id),
    }
    said = None if _is_hidden(decision) else change
    await telling.tell(uow, decision, run.authors[0], said, comment_id=comment.id)
    return True


def register() -> None:
    """Let comments be written letter by letter, for all to see."""
    register_noun(NOUN, Noun((FIELD,), look, claim, settle))
