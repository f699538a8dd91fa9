"""Bad messages of every kind are answered, limited and logged, and nobody else sees any of it."""

import asyncio
import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from onmodel.api.realtime import pace
from onmodel.api.realtime.pace import MESSAGE_BYTES
from tests.api.realtime.samples import SAMPLES, Target
from tests.api.realtime.test_permissions import Film, heard_until_now
from tests.support.house import House, Socket
from tests.support.waiting import PATIENCE_SECONDS

BAD_VALUES: dict[str, Any] = {
    "list": [[[]]],
    "object": {"a": {"b": None}},
    "long": "x" * 200_000,
    "negative": -1,
    "huge": 10**30,
    "fraction": 0.5,
    "control": "a\0\u202eb",
}
# a cursor in a text that was not opened is dropped, and half way down a page is a place
MAY_PASS = [("client:text.cursor", "document"), ("client:view", "scroll")]


@pytest_asyncio.fixture
async def film(house: House) -> Film:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await house.character(ada, project)
    return Film(house, ada, project, Target(mara["id"]))


def spoilt(payload: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the payload with each of its values replaced by each bad one."""

    def places(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        if path:
            yield path
        inner = value.items() if isinstance(value, dict) else ()
        for key, one in inner:
            yield from places(one, (*path, key))

    for path in places(payload, ()):
        for name, bad in BAD_VALUES.items():
            changed = copy.deepcopy(payload)
            target = changed
            for key in path[:-1]:
                target = target[key]
            target[path[-1]] = bad
            yield f"{'.'.join(path)}={name}", changed


@pytest.mark.parametrize("event", sorted(set(SAMPLES) - {"client:ping"}))
async def test_each_field_of_each_message_spoilt(house: House, film: Film, event: str) -> None:
    sample = SAMPLES[event](film.target)
    before = await film.state()
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(film.ada, film.project) as socket,
    ):
        await heard_until_now(witness)
        await heard_until_now(socket)
        refused = 0
        for what, payload in spoilt(sample):
            await socket.send(event, payload, id=what)
            frames = await heard_until_now(socket)
            # a fact about which nothing was seen may say anything there
            taken = [f["event"] for f in frames if f["event"] != "server:error"]
            assert taken == [], (what, frames)
            if not frames:
                assert (event, what.partition("=")[0]) in MAY_PASS
                continue
            (answer,) = frames
            assert answer["id"] == what[:100]
            assert answer["payload"]["code"] not in ("internal_error", "too_many_messages"), what
            assert answer["payload"]["try"]
            refused += 1
        assert refused >= len(BAD_VALUES)
        assert await heard_until_now(witness) == []
    assert await film.state() == before


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "[]",
        "{",
        "null",
        "{}",
        '{"event":"client:fly","payload":{}}',
        '{"event":"server:character.updated","payload":{},"seq":1}',
        '{"event":["client:ping"]}',
        '{"event":"client:presence"}',
        '{"event":"client:presence","payload":null}',
        '{"event":"client:presence","payload":[],"id":{"a":1}}',
        '{"event":"client:ping","payload":{},"id":"\\ud800"}',
        '{"event":"client:update_node_data","payload":{"node_id":"01a21503-bc4c-7000-adcf-e1a28d7ebbb8",'
        '"data":{"version":1,"seen":{"\\ud800":1}}}}',
        '{"event":"client:ping","payload":{},"id":"' + "x" * 101 + '"}',
        '{"event":"client:sync_request","payload":{"since":' + "9" * 5000 + "}}",
        '{"event":"client:sync_request","payload":{"since":NaN}}',
        "[" * 100_000,
        '{"event":' * 20_000,
        b"\x00\xff\xfe",
        b'{"event":"client:ping"}',
    ],
    ids=lambda raw: str(raw[:40]),
)
async def test_what_is_no_message_is_answered_and_logged(
    house: House, film: Film, raw: str | bytes
) -> None:
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(film.ada, film.project) as socket,
    ):
        await heard_until_now(witness)
        await heard_until_now(socket)
        with capture_logs() as logged:
            await socket.connection.send(raw)
            (answer,) = await heard_until_now(socket)
        assert answer["event"] == "server:error"
        assert answer["payload"]["code"] == "unknown_message"
        (line,) = [one for one in logged if one["event"] == "message_refused"]
        assert (line["code"], line["user"]) == ("unknown_message", str(film.ada.id))
        assert await heard_until_now(witness) == []


async def test_a_message_that_is_too_long_ends_its_socket_only(house: House, film: Film) -> None:
    async with house.socket(film.ada, film.project) as witness:
        await heard_until_now(witness)
        async with house.socket(film.ada, film.project) as socket:
            await heard_until_now(socket)
            await socket.send("client:ping", {"filler": "x" * MESSAGE_BYTES})
            with pytest.raises(ConnectionClosed):
                await heard_until_now(socket)
            assert socket.connection.close_code == 1009
        assert await heard_until_now(witness) == []


async def test_too_many_messages_are_limited_and_others_notice_nothing(
    house: House, film: Film
) -> None:
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(film.ada, film.project) as socket,
    ):
        await heard_until_now(witness)
        await heard_until_now(socket)
        for number in range(1000):
            await socket.send("client:ping", {}, id=str(number))
        refused = await socket.until(
            "server:error", lambda problem: problem["code"] == "too_many_messages"
        )
        assert refused["payload"]["status"] == 429
        await house.character(film.ada, film.project, name="Pelle")
        heard = await heard_until_now(witness)
        assert [frame["event"] for frame in heard] == ["server:character.updated"]
        taken = [frame for frame in socket.seen if frame["event"] == "server:hello"]
        assert 100 < len(taken) < 1000


async def test_a_flood_ends_its_socket(
    house: House, film: Film, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PATIENCE", 500)
    async with house.socket(film.ada, film.project) as socket:

        async def pour() -> None:
            while True:
                await socket.send("client:ping", {})

        async def drink() -> None:
            async for _ in socket.connection:
                pass

        async with asyncio.timeout(PATIENCE_SECONDS):
            drinking = asyncio.create_task(drink())
            with pytest.raises(ConnectionClosed):
                await pour()
            await asyncio.wait([drinking])
        assert socket.connection.close_code == 4029


async def test_a_sender_cannot_speak_for_another_or_choose_the_order(
    house: House, film: Film
) -> None:
    bea = await house.person("bea")
    await film.ada.put(f"/projects/{film.project}/members/{bea.id}", {"role": "editor"})
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(bea, film.project) as socket,
    ):
        await heard_until_now(witness)
        change = {"character_id": film.target.character_id, "data": {"version": 1, "name": "New"}}
        forged = {"actor": str(film.ada.id), "seq": 10_000, "at": "1999-01-01T00:00:00Z"}
        await socket.send("client:character.update", change, **forged)
        told = await witness.until("server:character.updated")
        assert told["actor"] == str(bea.id)
        assert told["seq"] < 100
        assert not told["at"].startswith("1999")


@pytest.mark.parametrize("revision", [1, 7, 2**31 - 1])
async def test_a_revision_that_never_was(house: House, film: Film, revision: int) -> None:
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(film.ada, film.project) as socket,
    ):
        await heard_until_now(witness)
        operation = SAMPLES["client:text.op"](film.target) | {"revision": revision}
        await socket.send("client:text.op", operation, id="asked")
        answer = await socket.until("server:error")
        assert answer["payload"]["code"] == "unknown_revision"
        assert await heard_until_now(witness) == []


async def test_a_cursor_before_its_text_and_a_sync_from_the_future(
    house: House, film: Film
) -> None:
    async with (
        house.socket(film.ada, film.project) as witness,
        house.socket(film.ada, film.project) as socket,
    ):
        await heard_until_now(witness)
        await heard_until_now(socket)
        await socket.send("client:text.cursor", SAMPLES["client:text.cursor"](film.target))
        assert await heard_until_now(socket) == []
        assert await heard_until_now(witness) == []
        await socket.send("client:sync_request", {"since": 2**31 - 1}, id="late")
        (answer,) = await heard_until_now(socket)
        assert (answer["event"], answer["id"]) == ("server:full_sync", "late")


@pytest.mark.parametrize("spoken", ["0", "2", "99999999999999999999", "one", "-1", "¹", ""])
async def test_a_protocol_that_is_not_spoken_is_told_so(
    house: House, film: Film, spoken: str
) -> None:
    address = house.url.replace("http", "ws")
    query = f"?token={film.ada.token}&protocol={spoken}"
    async with connect(
        f"{address}/ws/{film.project}{query}", open_timeout=PATIENCE_SECONDS
    ) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4426


async def test_the_first_word_says_what_is_spoken(house: House, film: Film) -> None:
    address = house.url.replace("http", "ws")
    query = f"?token={film.ada.token}&protocol=1"
    async with connect(
        f"{address}/ws/{film.project}{query}", open_timeout=PATIENCE_SECONDS
    ) as connection:
        hello = json.loads(await connection.recv())
        assert hello["event"] == "server:hello"
        assert (hello["payload"]["protocol"], hello["payload"]["oldest"]) == (1, 1)
        assert hello["payload"]["version"]
        socket = Socket(connection)
        await socket.send("client:ping", {}, id="p")
        answer = await socket.until("server:hello")
        assert (answer["id"], answer["payload"]) == ("p", hello["payload"])
