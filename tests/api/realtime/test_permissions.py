"""Every message of the schema, sent by somebody who may not: nothing changes, nothing leaks."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from websockets.exceptions import ConnectionClosed

from tests.api.realtime.samples import CHANGING, READING, SAMPLES, Target, known_events
from tests.support.house import House, Person, Socket

# told to everybody of a project whoever comes and goes
PRESENCE = "server:presence"


def test_every_message_has_a_sample() -> None:
    assert known_events() == set(SAMPLES)


class Film:
    """Ada's project with Mara in it, and what somebody who watches it hears."""

    def __init__(self, house: House, ada: Person, project: str, target: Target) -> None:
        self.house, self.ada, self.project, self.target = house, ada, project, target

    async def state(self) -> dict[str, Any]:
        character = await self.ada.get(f"/characters/{self.target.character_id}")
        history = await self.ada.get(f"/characters/{self.target.character_id}/history")
        jobs = await self.ada.get(f"/characters/{self.target.character_id}/training")
        pictures = await self.ada.get(f"/characters/{self.target.character_id}/variations")
        return {"character": character, "history": history, "jobs": jobs, "pictures": pictures}


@pytest_asyncio.fixture
async def film(house: House) -> Film:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await house.character(ada, project)
    return Film(house, ada, project, Target(mara["id"]))


async def heard_until_now(socket: Socket) -> list[dict[str, Any]]:
    """Return what a socket hears up to the answer to a ping, without comings and goings."""
    frames: list[dict[str, Any]] = []
    await socket.send("client:ping", {}, id="now")
    while True:
        frame = json.loads(await socket.connection.recv())
        if frame["event"] == "server:hello" and frame.get("id") == "now":
            return frames
        if frame["event"] not in (PRESENCE, "server:hello"):
            frames.append(frame)


async def answers_to(socket: Socket, event: str, payload: dict[str, Any]) -> list[dict[str, Any]]:
    await heard_until_now(socket)
    await socket.send(event, payload, id="asked")
    return await heard_until_now(socket)


@pytest.mark.parametrize("event", SAMPLES)
async def test_a_member_of_another_project_cannot_tell_ours_from_none(
    house: House, film: Film, event: str
) -> None:
    eve = await house.person("eve")
    elsewhere = await house.project(eve, "Elsewhere")
    before = await film.state()
    async with house.socket(film.ada, film.project) as witness:
        await heard_until_now(witness)
        async with house.socket(eve, elsewhere) as socket:
            ours = await answers_to(socket, event, SAMPLES[event](film.target))
            none = await answers_to(socket, event, SAMPLES[event](Target.nowhere()))
        assert _comparable(ours) == _comparable(none)
        assert all("Mara" not in json.dumps(frame) for frame in ours)
        assert await heard_until_now(witness) == []
    if event in CHANGING:
        assert [frame["event"] for frame in ours] == ["server:error"]
        assert ours[0]["payload"]["code"] == "character_not_found"
    assert await film.state() == before


def _comparable(frames: list[dict[str, Any]]) -> list[tuple[str, Any]]:
    return [(frame["event"], frame["payload"].get("code")) for frame in frames]


@pytest.mark.parametrize("event", CHANGING)
async def test_a_viewer_changes_nothing(house: House, film: Film, event: str) -> None:
    vera = await house.person("vera")
    await film.ada.put(f"/projects/{film.project}/members/{vera.id}", {"role": "viewer"})
    before = await film.state()
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(vera, film.project) as socket,
    ):
        await heard_until_now(witness)
        (answer,) = await answers_to(socket, event, SAMPLES[event](film.target))
        assert (answer["event"], answer["id"]) == ("server:error", "asked")
        assert answer["payload"]["code"] == "not_allowed"
        assert answer["payload"]["try"]
        assert await heard_until_now(witness) == []
    assert await film.state() == before


@pytest.mark.parametrize("event", READING)
async def test_a_viewer_may_look(house: House, film: Film, event: str) -> None:
    vera = await house.person("vera")
    await film.ada.put(f"/projects/{film.project}/members/{vera.id}", {"role": "viewer"})
    async with house.socket(vera, film.project) as socket:
        frames = await answers_to(socket, event, READING[event](film.target))
        assert all(frame["event"] != "server:error" for frame in frames)


@pytest.mark.parametrize("event", sorted(set(SAMPLES) - {"client:ping"}))
async def test_who_was_taken_out_in_mid_session_is_answered_nothing(
    house: House, film: Film, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    eve = await house.person("eve")
    await film.ada.put(f"/projects/{film.project}/members/{eve.id}", {"role": "editor"})
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(eve, film.project) as socket,
    ):
        opening = {"document": film.target.document}
        await socket.send("client:text.open", opening)
        await socket.until("server:text.document")
        # the message itself has to be refused, not only the socket be closed in time
        monkeypatch.setattr(house.watch, "check", _look_away)
        await film.ada.delete(f"/projects/{film.project}/members/{eve.id}")
        before = await film.state()
        await heard_until_now(witness)
        await heard_until_now(socket)
        await socket.send(event, SAMPLES[event](film.target), id="asked")
        frames = [json.loads(text) async for text in _rest(socket)]
        assert socket.connection.close_code == 4404
        assert all(f["event"] in (PRESENCE, "server:error") for f in frames)
        assert await heard_until_now(witness) == []
    assert await film.state() == before


async def _look_away() -> None:
    """See nobody who was put out."""


async def _rest(socket: Socket) -> AsyncIterator[str | bytes]:
    try:
        while True:
            yield await socket.connection.recv()
    except ConnectionClosed:
        return


async def test_who_is_taken_out_hears_nothing_more(house: House, film: Film) -> None:
    eve = await house.person("eve")
    await film.ada.put(f"/projects/{film.project}/members/{eve.id}", {"role": "editor"})
    async with house.socket(eve, film.project) as socket:
        await heard_until_now(socket)
        await film.ada.delete(f"/projects/{film.project}/members/{eve.id}")
        last = [json.loads(text) async for text in _rest(socket)]
        assert socket.connection.close_code == 4404
        # who is here is told now and then, and that there is a notice about it is theirs to hear
        besides = {PRESENCE, "server:inbox.changed"}
        assert [f["event"] for f in last if f["event"] not in besides] == ["server:members.updated"]
