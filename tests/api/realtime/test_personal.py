"""What only one person hears, wherever they look."""

import asyncio

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from onmodel.api.realtime import pace
from tests.inbox.test_service import tell
from tests.review import cast
from tests.support.house import House, Socket
from tests.support.waiting import PATIENCE_SECONDS

NUDGE = "server:inbox.changed"


async def test_a_notice_reaches_its_person_on_another_project_and_nobody_else(
    house: House,
) -> None:
    ada = await house.person("ada")
    project, elsewhere = await house.project(ada), await house.project(ada, "Elsewhere")
    bob = await cast.member(house, ada, elsewhere, "bob", "editor")
    async with house.socket(ada, elsewhere) as hers, house.socket(bob, elsewhere) as his:
        for socket in (hers, his):
            await socket.send("client:sync_request", {})
            await socket.until("server:full_sync")
        await tell(house, project, [ada])
        frame = await hers.until(NUDGE)
        assert frame["payload"]["notice"]["title"] == "Bob mentioned you"
        assert "seq" not in frame
        # what comes after it is the proof that nothing came before
        await ada.patch("/me", {"name": "Ada L."})
        await ada.put(f"/projects/{elsewhere}/members/{bob.id}", {"role": "viewer"})
        await his.until("server:members.updated")
        about = [one["payload"]["notice"] for one in his.seen if one["event"] == NUDGE]
        assert all(one["kind"] == "role" for one in about)


async def test_ones_own_socket_needs_no_project(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    address = f"{house.url.replace('http', 'ws')}/ws/me"
    async with connect(f"{address}?token={ada.token}", open_timeout=PATIENCE_SECONDS) as connection:
        socket = Socket(connection)
        await connection.send("is anybody there?")
        await socket.until(NUDGE, lambda payload: payload["notice"] is None)
        await tell(house, project, [ada])
        frame = await socket.until(NUDGE, lambda payload: payload["notice"] is not None)
        assert frame["payload"]["notice"]["kind"] == "mention"
        socket.seen.clear()
        await ada.post("/inbox/read", {})
        await socket.until(NUDGE, lambda payload: payload["notice"] is None)
        (token,) = await ada.get("/me/tokens")
        await ada.delete(f"/me/tokens/{token['id']}", status=204)
        await house.watch.check()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.until("server:never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401
    async with connect(f"{address}?token=nonsense", open_timeout=PATIENCE_SECONDS) as connection:
        with pytest.raises(ConnectionClosed) as closed:
            await connection.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


async def test_who_may_have_missed_something_is_told_to_look_again(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    async with house.socket(ada, project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await house.resources.bus.client.client_kill_filter(_type="pubsub", skipme=False)
        frame = await socket.until(NUDGE)
        assert frame["payload"] == {"notice": None}


async def test_what_is_said_at_ones_own_socket_is_passed_over_until_it_is_a_flood(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "MESSAGES", 5)
    monkeypatch.setattr(pace, "PATIENCE", 10)
    ada = await house.person("ada")
    address = f"{house.url.replace('http', 'ws')}/ws/me?token={ada.token}"
    async with connect(address, open_timeout=PATIENCE_SECONDS) as socket:
        await socket.recv()
        await socket.send(b"\x00\x01")
        await socket.send("words")
        await socket.ping()
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(_pour(socket), PATIENCE_SECONDS)
        assert socket.close_code == 4029


async def _pour(socket: ClientConnection) -> None:
    while True:
        await socket.send(b"\x00")
        await asyncio.sleep(0)
