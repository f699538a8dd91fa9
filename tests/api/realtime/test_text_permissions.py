"""Every kind of text, and everybody who may not write it or not even read it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from onmodel.api.realtime.connection import NOT_FOUND, SIGNED_OUT
from tests.decisions.scene import scene
from tests.review import cast
from tests.support.house import House, Person, Socket
from tests.support.texts import SharedText, never_pause

KINDS = ("character", "note", "comment")
NOT_THERE = {kind: f"{kind}_not_found" for kind in KINDS}


@dataclass
class Film:
    """A project of Ada's, and texts in it that Bob writes."""

    house: House
    ada: Person
    bob: Person
    project: str
    texts: dict[str, SharedText]
    decision: str

    async def role(self, person: Person, role: str) -> None:
        await self.ada.put(f"/projects/{self.project}/members/{person.id}", {"role": role})


@pytest.fixture
async def film(house: House, monkeypatch: pytest.MonkeyPatch) -> Film:
    never_pause(monkeypatch)
    this = await scene(house)
    bob = await cast.member(house, this.ada, this.project, "bob", "editor")
    words = {"text": "Ears?", "together": True}
    note = await bob.post(f"/variations/{this.standing['id']}/notes", words, status=201)
    decision = await this.decision(2)
    path = f"/decisions/{decision['id']}/comments"
    said = await bob.post(path, {"text": "Angrier."}, status=201)
    names = {
        "character": f"character:{this.character['id']}:description",
        "note": f"note:{note['id']}:text",
        "comment": f"comment:{said['comments'][0]['id']}:text",
    }
    texts = {kind: SharedText(house, this.project, name) for kind, name in names.items()}
    return Film(house, this.ada, bob, this.project, texts, decision["id"])


def messages(name: str) -> list[tuple[str, dict[str, Any]]]:
    """Return each message about a text."""
    at = {"document": name, "revision": 0}
    return [
        ("client:text.open", {"document": name}),
        ("client:text.op", at | {"op": ["Evil "], "id": "an-id-of-mine"}),
        ("client:text.cursor", at | {"anchor": 0, "head": 0}),
    ]


async def heard_until_now(socket: Socket) -> list[dict[str, Any]]:
    """Return what a socket hears of texts up to the answer to a ping."""
    await socket.send("client:ping", {}, id="now")
    frames: list[dict[str, Any]] = []
    while True:
        frame = json.loads(await socket.connection.recv())
        if frame.get("id") == "now":
            return frames
        if frame["event"].startswith("server:text") or frame["event"] == "server:error":
            frames.append(frame)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stranger_cannot_tell_a_text_from_none(film: Film, kind: str) -> None:
    eve = await film.house.person("eve")
    elsewhere = await film.house.project(eve, "Elsewhere")
    text = film.texts[kind]
    noun, _, field = text.name.split(":")
    none = f"{noun}:{uuid4()}:{field}"
    answers: list[list[dict[str, Any]]] = []
    async with (
        film.house.socket(film.bob, film.project) as witness,
        film.house.socket(eve, elsewhere) as socket,
    ):
        await text.open(witness)
        await heard_until_now(socket)
        for name in (text.name, none):
            heard: list[dict[str, Any]] = []
            for event, payload in messages(name):
                await socket.send(event, payload)
                heard += await heard_until_now(socket)
            answers.append(heard)
        assert await heard_until_now(witness) == []
    assert answers[0] == answers[1]
    # a cursor in what was not opened is not even answered
    assert [one["payload"]["code"] for one in answers[0]] == [NOT_THERE[kind]] * 2
    assert "Evil" not in await text.text_for(film.bob)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_member_of_both_projects_writes_through_the_right_one_only(
    film: Film, kind: str
) -> None:
    elsewhere = await film.house.project(film.bob, "Elsewhere")
    text = film.texts[kind]
    async with film.house.socket(film.bob, elsewhere) as socket:
        assert await text.not_opened(socket) == NOT_THERE[kind]
        assert await text.refused(socket, 0, ["x"]) == NOT_THERE[kind]


@pytest.mark.parametrize("kind", KINDS)
async def test_a_viewer_reads_and_does_not_write(film: Film, kind: str) -> None:
    vic = await cast.member(film.house, film.ada, film.project, "vic", "viewer")
    text = film.texts[kind]
    async with film.house.socket(vic, film.project) as socket:
        assert (await text.open(socket))["can_write"] is False
        assert await text.refused(socket, 0, ["x"]) == "not_allowed"


@pytest.mark.parametrize("kind", KINDS)
async def test_who_loses_the_role_or_the_project_in_mid_session_writes_no_more(
    film: Film, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = film.texts[kind]
    async with (
        film.house.socket(film.ada, film.project) as witness,
        film.house.socket(film.bob, film.project) as socket,
    ):
        await text.open(socket)
        assert await text.change(socket, 0, ["So: "]) == 0
        await film.role(film.bob, "viewer")
        assert await text.refused(socket, 1, ["x"]) == "not_allowed"
        # the message itself has to be refused, not only the socket be closed in time
        monkeypatch.setattr(film.house.watch, "check", _look_away)
        await film.ada.delete(f"/projects/{film.project}/members/{film.bob.id}")
        await heard_until_now(witness)
        await text.send(socket, 1, ["Evil "])
        assert not [one async for one in _rest(socket) if "text.ack" in one]
        assert socket.connection.close_code == NOT_FOUND
        assert await heard_until_now(witness) == []
    assert (await text.text_for(film.ada)).startswith("So: ")


async def _look_away() -> None:
    """See nobody who was put out."""


async def _rest(socket: Socket) -> AsyncIterator[str]:
    try:
        while True:
            yield str(await socket.connection.recv())
    except ConnectionClosed:
        return


async def test_a_reviewer_with_a_link_has_no_way_to_any_text(film: Film) -> None:
    path = f"/decisions/{film.decision}/links"
    link = await film.ada.post(path, {"label": "The client"}, status=201)
    token = link["url"].rpartition("/r/")[2]
    async with film.house.client({"X-OnModel": "1"}) as guest:
        entered = await guest.post(f"/api/v1/review/{token}/enter", json={"name": "Cleo"})
        assert entered.status_code == 200, entered.text
        cookie = "; ".join(f"{name}={value}" for name, value in guest.cookies.items())
    assert cookie
    address = f"{film.house.url.replace('http', 'ws')}/ws/{film.project}"
    for given, more in ((address, {"Cookie": cookie}), (f"{address}?token={token}", {})):
        async with connect(given, additional_headers=more) as connection:
            with pytest.raises(ConnectionClosed):
                await connection.recv()
            assert connection.close_code == SIGNED_OUT
