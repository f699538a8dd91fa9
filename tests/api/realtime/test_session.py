"""The socket: joining, following, catching up, being refused."""

import asyncio
from contextlib import AsyncExitStack
from uuid import UUID

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from onmodel.accounts import service as accounts
from onmodel.api.realtime import catching_up
from onmodel.characters import service as characters
from onmodel.characters.schemas import CharacterCreate
from onmodel.events import log as events
from onmodel.events.frames import channel, encode
from onmodel.kit.db.uow import Database, Notice, UnitOfWork
from tests.support.house import House, Person, Socket
from tests.support.waiting import PATIENCE_SECONDS


async def _synced(socket: Socket) -> dict:  # type: ignore[type-arg]
    await socket.send("client:sync_request", {})
    return (await socket.until("server:full_sync"))["payload"]


async def _fresh(socket: Socket) -> dict:  # type: ignore[type-arg]
    socket.seen = [frame for frame in socket.seen if frame["event"] != "server:full_sync"]
    return await _synced(socket)


async def test_full_sync_is_what_a_fresh_look_shows(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    async with house.socket(ada, project_id) as socket:
        state = await _synced(socket)
        assert state["seq"] == 2
        assert [item["id"] for item in state["characters"]] == [character["id"]]
        await socket.until("server:presence", lambda p: p["count"] == 1)
        state = await _fresh(socket)
        assert [person["name"] for person in state["presence"]] == ["Ada"]
        fresh = await ada.get(f"/projects/{project_id}/state")
        assert fresh == state


async def test_changes_arrive_in_order_with_seq_actor_and_time(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "viewer"})
    async with house.socket(bob, project_id) as socket:
        before = (await _synced(socket))["seq"]
        for name in ("One", "Two", "Three"):
            await house.character(ada, project_id, name=name)
        last = await socket.until(
            "server:character.updated", lambda p: p["data"]["name"] == "Three"
        )
        frames = [f for f in socket.seen if f["event"] == "server:character.updated"]
    assert [frame["seq"] for frame in frames] == [before + 1, before + 2, before + 3]
    assert last["actor"] == str(ada.id)
    assert last["at"] <= last["payload"]["data"]["updated_at"] or last["at"]


async def test_state_plus_events_is_the_fresh_state(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    kept = await house.character(ada, project_id, name="Kept")
    gone = await house.character(ada, project_id, name="Gone")
    async with house.socket(ada, project_id) as socket:
        state = await _synced(socket)
        await ada.patch(f"/characters/{kept['id']}", {"version": 1, "tags": ["crew"]})
        await ada.delete(f"/characters/{gone['id']}")
        await house.character(ada, project_id, name="New")
        await socket.until("server:character.updated", lambda p: p["data"]["name"] == "New")
        known = {item["id"]: item for item in state["characters"]}
        for frame in socket.seen:
            if frame["event"] == "server:character.updated":
                known[frame["payload"]["character_id"]] = frame["payload"]["data"]
            if frame["event"] == "server:character.removed":
                known.pop(frame["payload"]["character_id"])
    fresh = await ada.get(f"/projects/{project_id}/state")
    assert [known[item["id"]] for item in fresh["characters"]] == fresh["characters"]
    assert len(known) == len(fresh["characters"])


async def test_who_comes_back_gets_only_what_was_missed(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        seq = (await _synced(socket))["seq"]
    await house.character(ada, project_id, name="Missed")
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {"since": seq}, id="s1")
        answer = await socket.until("server:ok")
        assert answer["id"] == "s1"
        assert answer["payload"]["data"]["seq"] == seq + 1
        names = [f["event"] for f in socket.seen if f.get("seq")]
    assert names == ["server:character.updated"]


async def test_who_was_away_too_long_gets_everything(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {"since": 999_999})
        state = await socket.until("server:full_sync")
    assert state["payload"]["seq"] == 1


async def test_a_frame_that_the_bus_lost_is_read_from_the_log(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await _synced(socket)
        # committed by a process that lost the bus: durable, but nobody is told
        deaf = Database(house.resources.database.engine, _tell_nobody)
        async with deaf.begin() as uow:
            actor = await accounts.actor_by_token(uow, ada.token)
            assert actor is not None
            unheard = CharacterCreate(name="Unheard")
            await characters.create_character(uow, actor, UUID(project_id), unheard)
        await house.character(ada, project_id, name="Heard")
        await socket.until("server:character.updated", lambda p: p["data"]["name"] == "Heard")
        seqs = [frame["seq"] for frame in socket.seen if "seq" in frame]
    assert seqs == sorted(set(seqs))
    assert seqs[-2:] == [2, 3]


async def test_what_a_process_did_itself_needs_no_bus(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_new(_uow: UnitOfWork, _projects: list[UUID]) -> dict[UUID, int]:
        return {}

    monkeypatch.setattr(events, "last_seqs", nothing_new)  # nor does anybody look into the log
    ada = await house.person("ada")
    project_id = UUID(await house.project(ada))
    async with house.socket(ada, str(project_id)) as socket:
        await _synced(socket)
        engine, bus = house.resources.database.engine, house.resources.bus
        cut_off = Database(engine, _tell_nobody, bus.hand_over)
        for name in ("One", "Two", "Three"):
            async with cut_off.begin() as uow:
                actor = await accounts.actor_by_token(uow, ada.token)
                assert actor is not None
                made = CharacterCreate(name=name)
                await characters.create_character(uow, actor, project_id, made)
        await socket.until("server:character.updated", lambda p: p["data"]["name"] == "Three")
        assert [frame["seq"] for frame in socket.seen if "seq" in frame] == [1, 2, 3, 4]


async def _tell_nobody(_notices: list[Notice]) -> None:
    """Lose every notice."""


async def test_a_frame_that_comes_twice_is_passed_on_once(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await _synced(socket)
        frame = encode("server:project.updated", {"again": True}, seq=1)
        await house.resources.bus.publish([(channel(UUID(project_id)), frame)])
        await house.character(ada, project_id, name="Next")
        await socket.until("server:character.updated")
        assert [f["seq"] for f in socket.seen if "seq" in f] == [1, 2]


async def test_an_edit_by_socket_is_told_to_all_and_answered(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    edit = {"character_id": character["id"], "data": {"version": 1, "name": "Mara Voss"}}
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:character.update", edit, id="m1")
        answer = await socket.until("server:ok")
        assert (answer["id"], answer["payload"]["data"]["name"]) == ("m1", "Mara Voss")
        await socket.send("client:character.update", edit, id="m2")
        refused = await socket.until("server:error")
        assert (refused["id"], refused["payload"]["code"]) == ("m2", "stale_version")
        assert refused["payload"]["current"]["version"] == 2


@pytest.mark.parametrize("text", ["", "[]", "{", '{"event":"client:fly","payload":{}}', "{}"])
async def test_nonsense_is_answered_and_the_socket_stays(house: House, text: str) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await socket.connection.send(text)
        assert (await socket.until("server:error"))["payload"]["code"] == "unknown_message"
        await _synced(socket)


async def _code(house: House, person: Person | None, project_id: str) -> int:
    address = house.url.replace("http", "ws")
    token = f"?token={person.token}" if person else ""
    async with connect(
        f"{address}/ws/{project_id}{token}", open_timeout=PATIENCE_SECONDS
    ) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code is not None
        return connection.close_code


async def test_strangers_are_turned_away(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve")
    project_id = await house.project(ada)
    assert await _code(house, None, project_id) == 4401
    assert await _code(house, eve, project_id) == 4404


async def test_presence_says_who_is_here_and_where(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "viewer"})
    async with house.socket(ada, project_id) as first:
        await _synced(first)
        async with house.socket(bob, project_id) as second:
            await second.send("client:presence", {"character_id": character["id"]})
            here = await first.until("server:presence", lambda p: p["count"] == 2)
            assert [one["name"] for one in here["payload"]["people"]] == ["Ada", "Bob"]
            await first.until_present(str(bob.id), character_id=character["id"])
            first.seen.clear()
        await first.until("server:presence", lambda p: len(p["people"]) == 1)


async def test_a_reader_that_stops_is_let_go_and_nobody_waits_for_it(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    address = house.url.replace("http", "ws")
    stalled = await connect(
        f"{address}/ws/{project_id}?token={ada.token}", max_queue=1, write_limit=1
    )
    async with house.socket(ada, project_id) as socket:
        await _synced(socket)
        frame = b'{"event":"server:task_progress","payload":{"filler":"' + b"x" * 60_000 + b'"}}'
        notices = [(channel(UUID(project_id)), frame)] * 100
        seen = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            for _ in range(10):
                await house.resources.bus.publish(notices)
                for _ in range(len(notices)):
                    seen += len(await socket.connection.recv()) > 60_000
        assert seen >= 990
    await stalled.close()


async def test_who_loses_the_project_or_the_token_loses_the_socket(house: House) -> None:
    ada, bob, cleo = [await house.person(name) for name in ("ada", "bob", "cleo")]
    project_id = await house.project(ada)
    for other in (bob, cleo):
        await ada.put(f"/projects/{project_id}/members/{other.id}", {"role": "viewer"})
    async with (
        house.socket(ada, project_id) as hers,
        house.socket(bob, project_id) as his,
        house.socket(cleo, project_id) as third,
    ):
        for socket in (hers, his, third):
            await _synced(socket)
        await ada.delete(f"/projects/{project_id}/members/{bob.id}")
        (token,) = await cleo.get("/me/tokens")
        await cleo.delete(f"/me/tokens/{token['id']}", status=204)
        await house.watch.check()
        assert await _closed(his) == 4404
        assert await _closed(third) == 4401
        await _fresh(hers)


async def _closed(socket: Socket) -> int | None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await socket.connection.wait_closed()
    return socket.connection.close_code


async def test_a_crowd_arriving_is_told_in_few_words(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    everybody_is_in = asyncio.Event()
    async with house.socket(ada, project_id) as first, AsyncExitStack() as crowd:
        await first.until("server:presence")
        house.board.gather = lambda _seconds: everybody_is_in.wait()
        first.seen.clear()
        for _ in range(60):
            await _synced(await crowd.enter_async_context(house.socket(ada, project_id)))
        everybody_is_in.set()
        await first.until("server:presence")
        await house.character(ada, project_id, name="Last")
        await first.until("server:character.updated")
        told = [frame for frame in first.seen if frame["event"] == "server:presence"]
    assert len(told) == 1


async def test_what_cannot_be_stored_is_answered_and_the_socket_stays(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    async with house.socket(ada, project_id) as socket:
        change = {"character_id": character["id"], "data": {"version": 1, "name": "a\0b"}}
        await socket.send("client:character.update", change, id="nul")
        problem = await socket.until("server:error")
        assert (problem["id"], problem["payload"]["code"]) == ("nul", "invalid")
        await _synced(socket)


async def test_who_was_signed_out_changes_nothing_more(house: House) -> None:
    ada, eve = await house.person("ada"), await house.person("eve", admin=True)
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    async with house.socket(eve, project_id) as socket:
        await _synced(socket)
        (token,) = await eve.get("/me/tokens")
        await eve.delete(f"/me/tokens/{token['id']}", status=204)
        change = {"character_id": character["id"], "data": {"version": 1, "name": "Evil"}}
        await socket.send("client:character.update", change)
        assert await _closed(socket) == 4401
    assert (await ada.get(f"/characters/{character['id']}"))["name"] == "Mara"


async def test_a_demoted_administrator_is_none_at_an_open_socket(house: House) -> None:
    ada, eve = await house.person("ada", admin=True), await house.person("eve", admin=True)
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    async with house.socket(eve, project_id) as socket:
        await _synced(socket)
        await ada.patch(f"/users/{eve.id}", {"is_admin": False})
        change = {"character_id": character["id"], "data": {"version": 1, "name": "Evil"}}
        await socket.send("client:character.update", change)
        assert await _closed(socket) == 4404
    assert (await ada.get(f"/characters/{character['id']}"))["name"] == "Mara"


async def test_a_broken_frame_silences_nobody(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        await _synced(socket)
        await house.resources.bus.publish([("onmodel:project:nobody", b"{}")])
        await house.character(ada, project_id, name="Heard")
        await socket.until("server:character.updated")


async def test_everything_is_asked_for_now_and_then_only(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a slow machine needs longer than the usual few seconds for twenty of them
    monkeypatch.setattr(catching_up, "WHOLE_SECONDS", 600.0)
    ada = await house.person("ada")
    project_id = await house.project(ada)
    async with house.socket(ada, project_id) as socket:
        for _ in range(20):
            await socket.send("client:sync_request", {})
        refused = await socket.until("server:error")
        assert refused["payload"]["code"] == "too_many_messages"
        await socket.send("client:sync_request", {"since": 0}, id="missed")
        await socket.until("server:ok")
        whole = [frame for frame in socket.seen if frame["event"] == "server:full_sync"]
        assert len(whole) <= catching_up.WHOLE_STATES


async def test_who_missed_too_many_bytes_gets_everything(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "REPLAY_BYTES", 3_000)
    ada = await house.person("ada")
    project_id = await house.project(ada)
    await house.character(ada, project_id, description="word " * 1000)
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {"since": 0})
        await socket.until("server:full_sync")
