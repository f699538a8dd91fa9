"""Characters with measured references and judged variations, ready for a test."""

from typing import Any
from uuid import UUID

from onmodel.dispatch import service as dispatch
from onmodel.dispatch.schemas import CallParams, NewCall
from onmodel.dispatch.tasks import Task
from onmodel.projects import files
from onmodel.variations.models import Variation
from onmodel.variations.progress import SCORE_SUBJECT
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person
from tests.support.likeness import drawing


async def person_with_face(
    house: House, owner: Person, project_id: str, *, who: int, count: int = 3, name: str = "Mara"
) -> dict[str, Any]:
    """Return a character whose references show the face of made-up person ``who``."""
    character = await house.character(owner, project_id, name=name)
    for number in range(count):
        added = await owner.upload(character["id"], picture(100 * who + number))
        await house.answer(
            added["id"], values=report(face(who, number), picture=100 * who + number)
        )
    return character


async def drawn(
    house: House, owner: Person, project_id: str, *, who: int, count: int = 3, name: str = "Fox"
) -> dict[str, Any]:
    """Return a character whose references are drawings of made-up figure ``who``."""
    character = await house.character(owner, project_id, name=name)
    for number in range(count):
        added = await owner.upload(character["id"], picture(100 * who + number))
        await house.answer(added["id"], values=drawing(who, 100 * who + number))
    return character


async def judged(
    house: House, owner: Person, character: dict[str, Any], *, key: str, seed: int, **values: Any
) -> str:
    """Return the id of a finished variation that was measured as ``values`` say.

    It comes from no generator, so that a test can have one of a character that none can draw.
    """
    stored = await house.store(picture(seed, kind="PNG"), output="image", media_type="image/png")
    async with house.resources.database.begin() as uow:
        project_id = UUID(character["project_id"])
        file = await files.add_output(uow, project_id, stored, created_by=owner.id)
        row = Variation(
            project_id=project_id,
            character_id=UUID(character["id"]),
            key=key,
            tier="low",
            state="succeeded",
            file_id=file.id,
            recipe={
                "task": Task.GENERATE_VARIATION.value,
                "function": None,
                "version": None,
                "parameters": {},
                "seed": seed,
                "inputs": [],
            },
            created_by=owner.id,
        )
        uow.session.add(row)
        await uow.session.flush()
        await dispatch.submit(
            uow,
            NewCall(
                project_id=project_id,
                created_by=owner.id,
                subject_kind=SCORE_SUBJECT,
                subject_id=row.id,
                task=Task.VALIDATE_CONSISTENCY,
                params=CallParams(),
            ),
        )
    await house.answer(str(row.id), values=values)
    return str(row.id)
