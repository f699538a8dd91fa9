"""Who hears of what, and how often."""

from typing import Any
from uuid import UUID

from onmodel.inbox import service
from onmodel.inbox.kinds import Kind
from onmodel.inbox.models import Notice
from onmodel.kit.ids import new_id
from tests.review import cast
from tests.support.house import House, Person


async def tell(
    house: House, project: str, people: list[Person], *, key: str = "once", **over: Any
) -> list[Notice]:
    """Give a notice about nothing in particular."""
    facts: dict[str, Any] = {
        "kind": Kind.MENTION,
        "project_id": UUID(project),
        "subject_type": "note",
        "subject_id": new_id(),
        "url": f"/p/{project}",
        "title": "Bob mentioned you",
    } | over
    async with house.resources.database.begin() as uow:
        return await service.notify(
            uow, person_ids=[person.id for person in people], key=key, **facts
        )


async def test_an_occasion_reaches_each_person_once(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "viewer")
    assert len(await tell(house, project, [ada])) == 1
    assert [one.person_id for one in await tell(house, project, [ada, bob, bob])] == [bob.id]
    assert len(await tell(house, project, [ada], key="another")) == 1


async def test_who_did_it_and_who_may_not_look_hear_nothing(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    stranger = await house.person("eve")
    assert await tell(house, project, [ada, stranger], actor_id=ada.id) == []


async def test_long_words_are_cut(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    (notice,) = await tell(house, project, [ada], title="é" * 400, body="b" * 9000)
    assert (len(notice.title), len(notice.body)) == (300, 500)
    assert notice.title.endswith("…")
