"""A cast with pictures, for tests of review: characters, references, a few drawn variations."""

from typing import Any
from uuid import UUID

from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person


async def character(
    house: House,
    person: Person,
    project: str,
    *,
    who: int = 1,
    references: int = 3,
    colours: dict[str, Any] | None = None,
    **data: Any,
) -> dict[str, Any]:
    """Make a character with measured references of one made-up person."""
    made = await house.character(person, project, **data)
    for number in range(references):
        added = await person.upload(made["id"], picture(100 * who + number))
        await house.answer(
            added["id"],
            values=_coloured(report(face(who, number), picture=100 * who + number), colours),
        )
    return made


async def drawn(
    house: House,
    person: Person,
    character_id: str,
    key: str,
    *,
    who: int | None = 1,
    number: int = 50,
    version: str = "1",
    colours: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """Ask for a picture and play generator and judge: it shows the made-up person ``who``."""
    (asked,) = await person.post(
        f"/characters/{character_id}/variations", {"keys": [key]}, status=202
    )
    await finish(house, asked["id"], who=who, number=number, version=version, colours=colours)
    return await person.get(f"/variations/{asked['id']}")


async def finish(
    house: House,
    variation_id: str,
    *,
    who: int | None = 1,
    number: int = 50,
    version: str = "1",
    colours: dict[str, Any] | None = None,
) -> None:
    """Let a picture appear and be judged."""
    seed = 1000 * (who or 0) + number
    image = await house.store(picture(seed, kind="PNG"), output="image", media_type="image/png")
    await house.answer(
        variation_id,
        values={"report": {"preview": True, "size": 320}},
        files=[image],
        function="puppet",
        version=version,
    )
    crop = await house.store(
        picture(seed + 1, kind="PNG"), output="crops.0", media_type="image/png"
    )
    faces = () if who is None else (face(who, number),)
    await house.answer(variation_id, values=_coloured(report(*faces), colours), files=[crop])


def _coloured(values: dict[str, Any], colours: dict[str, Any] | None) -> dict[str, Any]:
    """Add what was seen of hair and costume to a report."""
    (measured,) = values["report"]["pictures"]
    return {"report": {"pictures": [measured | (colours or {})]}}


async def member(house: House, owner: Person, project: str, name: str, role: str) -> Person:
    """Add somebody to a project."""
    person = await house.person(name)
    await owner.put(f"/projects/{project}/members/{UUID(str(person.id))}", {"role": role})
    return person
