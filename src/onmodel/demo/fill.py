"""Fill a project through the public interface, the way a person would with a lot of patience.

Everything goes over REST, so the demo is also an example of a script. A demo that was interrupted
is taken up where it stopped: characters are found by their trigger word, pictures that are there
already are refused as exact duplicates, and what is trained is not trained again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from onmodel.demo import drawn, pictures
from onmodel.demo.cast import CAST, Member
from onmodel.demo.rest import RefusedError, Rest
from onmodel.kit.errors import UnavailableError

TITLE: Final = "Demo film"
DESCRIPTION: Final = "A first look at OnModel: five characters, one of them trained."
TIER: Final = "low"
POLL_SECONDS: Final = 0.5
PATIENCE_SECONDS: Final = 110.0
DONE: Final = frozenset({"succeeded", "failed", "cancelled"})

Progress = Callable[[str], None]


class DemoStalledError(UnavailableError):
    """Training or generation did not end while we waited."""

    code = "demo_stalled"
    title = "The demo is not finished"


async def fill(rest: Rest, home: Path, *, on_progress: Progress | None = None) -> dict[str, Any]:
    """Make or complete the demo project; return it as the server describes it.

    Takes under two minutes on two cores: the pictures are fetched while the project is made, and
    everybody else is uploaded while the lead trains.
    """
    say = on_progress or _silent
    found = await pictures.fetch(home, on_progress=say) | await drawn.fetch(home, on_progress=say)
    project = await _project(rest)
    deadline = time.monotonic() + PATIENCE_SECONDS
    for member in sorted(CAST, key=lambda member: not member.train):
        say(f"Casting {member.name}")
        character = await _character(rest, project["id"], member)
        await _references(rest, character["id"], found[member.pictures])
        if member.train:
            await _start_training(rest, character["id"])
    for member in CAST:
        if member.train:
            await _finish(rest, project["id"], member, deadline, say)
    return project


def _silent(_: str) -> None:
    """Say nothing."""


async def _project(rest: Rest) -> dict[str, Any]:
    listed = await rest.get("/projects")
    for project in _items(listed):
        if project["title"] == TITLE:
            return project
    return await rest.post("/projects", {"title": TITLE, "description": DESCRIPTION})


async def _character(rest: Rest, project_id: str, member: Member) -> dict[str, Any]:
    listed = await rest.get(f"/projects/{project_id}/characters?limit=100")
    for character in _items(listed):
        if character["trigger_word"] == member.trigger_word:
            return character
    return await rest.post(
        f"/projects/{project_id}/characters",
        {
            "name": member.name,
            "trigger_word": member.trigger_word,
            "description": member.description,
            "importance": member.importance,
            "tier": TIER,
            "tags": list(member.tags),
            "licence": member.licence,
        },
    )


def _training_state(character: dict[str, Any]) -> str | None:
    return character["training"]["state"] if character["training"] else None


async def _references(rest: Rest, character_id: str, paths: list[Path]) -> None:
    for path in paths:
        try:
            await rest.upload(f"/characters/{character_id}/references", path)
        except RefusedError as refused:
            if refused.answered != 409:  # the very same picture is there already
                raise


async def _start_training(rest: Rest, character_id: str) -> None:
    character = await rest.get(f"/characters/{character_id}")
    if character["adapter"] or _training_state(character) not in (None, *DONE):
        return
    await _checked(rest, character_id)
    await rest.post(f"/characters/{character_id}/train", {"quality": TIER})


async def _checked(rest: Rest, character_id: str) -> None:
    """Wait until every reference has its verdict: only then the count for training is known."""

    async def all_checked() -> bool:
        listed = await rest.get(f"/characters/{character_id}/references")
        return all(reference["state"] != "checking" for reference in _items(listed))

    await _wait(all_checked, time.monotonic() + PATIENCE_SECONDS, "the pictures are being checked")


async def _finish(
    rest: Rest, project_id: str, member: Member, deadline: float, say: Progress
) -> None:
    """Wait for the training, generate the sheet, and decide as the team would."""
    character = await _character(rest, project_id, member)
    character_id = character["id"]

    async def trained() -> bool:
        state = _training_state(await rest.get(f"/characters/{character_id}"))
        if state in ("failed", "cancelled"):
            raise DemoStalledError(
                f"{member.name}'s training {state}.",
                try_=f"Open {rest.url} and look at her training for the reason.",
            )
        return state == "succeeded"

    say(f"Training {member.name}")
    await _wait(trained, deadline, f"{member.name} is training")
    if not character["variation_count"]:
        await rest.post(f"/characters/{character_id}/variations", {"keys": list(member.keys)})
    say(f"Generating {member.name}'s sheet")

    async def generated() -> bool:
        return all(v["state"] in DONE for v in await _variations(rest, character_id))

    await _wait(generated, deadline, f"{member.name}'s sheet is being generated")
    if all(v["state"] != "succeeded" for v in await _variations(rest, character_id)):
        raise DemoStalledError(
            f"None of {member.name}'s pictures could be made.",
            try_=f"Open {rest.url}: her page says why.",
        )
    await _decide(rest, character_id, member)
    await _note_consent(rest, character_id, member)


async def _decide(rest: Rest, character_id: str, member: Member) -> None:
    for variation in await _variations(rest, character_id):
        key = variation["key"]
        decision: dict[str, Any] = {}
        if variation["state"] != "succeeded" or variation["verdict"]:
            continue
        if key in member.approve:
            decision["verdict"] = "approved"
        if key in member.reject:
            decision["verdict"] = "rejected"
        if key in member.star:
            decision["starred"] = True
        if decision:
            await rest.patch(f"/variations/{variation['id']}", decision)


async def _note_consent(rest: Rest, character_id: str, member: Member) -> None:
    """Write down the consent, as the last change: the gallery then begins with the lead."""
    character = await rest.get(f"/characters/{character_id}")
    if character["consent"] != member.consent:
        change = {"version": character["version"], "consent": member.consent}
        await rest.patch(f"/characters/{character_id}", change)


async def _variations(rest: Rest, character_id: str) -> list[dict[str, Any]]:
    return _items(await rest.get(f"/characters/{character_id}/variations"))


async def _wait(done: Callable[[], Awaitable[bool]], deadline: float, what: str) -> None:
    while not await done():
        if time.monotonic() > deadline:
            raise DemoStalledError(
                f"Still not finished: {what}.",
                try_="Run 'onmodel demo' again to go on; 'onmodel doctor' shows what is down.",
            )
        await asyncio.sleep(POLL_SECONDS)


def _items(listed: Any) -> list[dict[str, Any]]:
    """Return the rows of a list, whether the server pages it or not."""
    return listed["items"] if isinstance(listed, dict) else listed
