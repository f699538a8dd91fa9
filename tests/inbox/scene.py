"""People with inboxes, and what waits in them."""

from typing import Any

from tests.support.house import Person


async def waiting(person: Person, query: str = "") -> list[dict[str, Any]]:
    """Return what a person has not read, newest first."""
    page = await person.get(f"/inbox?unread=true{query}")
    return page["items"]


async def kinds(person: Person) -> list[str]:
    return [notice["kind"] for notice in await waiting(person)]
