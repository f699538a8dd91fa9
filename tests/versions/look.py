"""What a character is, put so that two states of it can be compared."""

from typing import Any

from tests.support.house import Person


async def versions(person: Person, character_id: str) -> list[dict[str, Any]]:
    """Return the newest hundred versions, newest first."""
    return await person.get(f"/characters/{character_id}/versions?limit=100")


async def state(person: Person, character_id: str, number: int) -> dict[str, Any]:
    return await person.get(f"/characters/{character_id}/versions/{number}")


async def go_back(
    person: Person,
    character_id: str,
    number: int,
    *,
    onto: int,
    parts: list[str] | None = None,
    status: int = 200,
) -> Any:
    body = {"onto": onto, "parts": parts}
    return await person.post(
        f"/characters/{character_id}/versions/{number}/restore", body, status=status
    )


def content(seen: dict[str, Any]) -> dict[str, Any]:
    """Return what a version shows, without how it came to be."""
    return {
        "facts": seen["facts"],
        "face": seen["face"] and seen["face"]["file"]["id"],
        "references": sorted(one["id"] for one in seen["references"]),
        "pictures": sorted(one["variation"]["id"] for one in seen["pictures"]),
        "adapter": seen["adapter"] and seen["adapter"]["id"],
        "removed": seen["removed"],
    }


async def present(person: Person, character_id: str) -> dict[str, Any]:
    """Return the same of what the other pages show now; how it is judged is not among it."""
    character = await person.get(f"/characters/{character_id}")
    references = await person.get(f"/characters/{character_id}/references")
    pictures = await person.get(f"/characters/{character_id}/variations")
    return {
        "facts": {
            name: character[name]
            for name in (
                "name",
                "description",
                "trigger_word",
                "positive_prompt",
                "negative_prompt",
                "importance",
                "tier",
                "tags",
                "licence",
                "consent",
            )
        },
        "face": next((one["file"]["id"] for one in references if one["is_base"]), None),
        "references": sorted(one["id"] for one in references),
        "pictures": sorted(
            one["id"] for one in pictures if one["current"] and one["state"] == "succeeded"
        ),
        "adapter": character["adapter"] and character["adapter"]["id"],
        "removed": character["removed_at"] is not None,
    }
