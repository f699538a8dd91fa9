"""Whom a text calls by name."""

import re
from collections.abc import Iterable
from uuid import UUID

from onmodel.kit.db.uow import UnitOfWork
from onmodel.projects import repository

MOST_MENTIONED = 20


async def after(
    uow: UnitOfWork, project_id: UUID, mentioned: Iterable[UUID], before: str, text: str
) -> list[UUID]:
    """Return who is mentioned once a text is another one.

    Who was mentioned without standing in the words, as a script may do it, stays.
    """
    if "@" not in before + text:
        return list(mentioned)
    people = {user.id: user.name for user, _, _ in await repository.members(uow, project_id)}
    was, now = named(before, people), named(text, people)
    kept = [one for one in mentioned if one in now or one not in was]
    return [*kept, *sorted(now - set(kept))][:MOST_MENTIONED]


def named(text: str, people: dict[UUID, str]) -> set[UUID]:
    """Return those whose whole name stands in the text with an @ before it."""
    return {one for one, name in people.items() if re.search(rf"@{re.escape(name)}(?!\w)", text)}
