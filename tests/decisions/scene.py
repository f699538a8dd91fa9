"""A character with pictures for one place of its sheet, and a decision about them."""

from dataclasses import dataclass
from typing import Any

from tests.review import cast
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person

KEY = "expression/angry"


@dataclass
class Scene:
    """Who asks, and about what."""

    house: House
    ada: Person
    project: str
    character: dict[str, Any]
    standing: dict[str, Any]

    async def decision(self, pictures: int = 3, **data: Any) -> dict[str, Any]:
        """Ask a question with the standing picture and others that were brought."""
        body = {"question": "Which angry face?", "key": KEY} | data
        made = await self.ada.post(
            f"/characters/{self.character['id']}/decisions",
            body | {"variation_ids": [self.standing["id"]]},
            status=201,
        )
        for number in range(1, pictures):
            made = await self.bring(self.ada, made["id"], number)
        return made

    async def bring(
        self, who: Person, decision: str, number: int, *, status: int = 201, query: str = ""
    ) -> Any:
        answer = await who.api.post(
            f"/api/v1/decisions/{decision}/pictures{query}",
            files={"file": ("angry.jpg", picture(500 + number))},
        )
        assert answer.status_code == status, answer.text
        return answer.json()

    async def measured(self, variation_id: str, number: int = 1) -> None:
        """Let a brought picture be measured, with points in its face."""
        points = {"eye_left": [200.0, 160.0], "eye_right": [320.0, 160.0]}
        await self.house.answer(
            variation_id, values=report(face(1, number) | {"landmarks": points})
        )


async def scene(house: House) -> Scene:
    ada = await house.person("ada")
    project = await house.project(ada)
    character = await cast.character(house, ada, project)
    standing = await cast.drawn(house, ada, character["id"], KEY)
    return Scene(house, ada, project, character, standing)


def candidate_ids(decision: dict[str, Any]) -> list[str]:
    return [one["id"] for one in decision["candidates"]]
