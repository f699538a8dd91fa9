"""Two people change one character: the same table of cases by REST and by socket."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio

from tests.support.house import House, Person, Socket

Change = Callable[[dict[str, Any], str | None], Awaitable[tuple[str, dict[str, Any]]]]


class Scene:
    """Ada and Bea edit Mara; Bea does so over REST, Ada in the way that is tested."""

    def __init__(self, house: House, ada: Person, bea: Person, mara: dict[str, Any]) -> None:
        self.house, self.ada, self.bea, self.mara = house, ada, bea, mara
        self.path = f"/characters/{mara['id']}"
        self.change: Change = self._by_rest

    async def _by_rest(self, data: dict[str, Any], key: str | None) -> tuple[str, dict[str, Any]]:
        headers = {"Idempotency-Key": key} if key else {}
        answer = await self.ada.api.patch(f"/api/v1{self.path}", json=data, headers=headers)
        body = answer.json()
        return ("ok", body) if answer.is_success else (body["code"], body)

    def use(self, socket: Socket, event: str, name: str) -> None:
        """Change by this message from now on."""
        number = 0

        async def by_socket(data: dict[str, Any], key: str | None) -> tuple[str, dict[str, Any]]:
            nonlocal number
            number += 1
            payload = {name: self.mara["id"], "data": data} | ({"key": key} if key else {})
            await socket.send(event, payload, id=f"m{number}")
            frame = await _answer(socket, f"m{number}")
            body = frame["payload"]
            if frame["event"] == "server:ok":
                return "ok", body["data"]
            return body["code"], body

        self.change = by_socket

    async def bea_changes(self, **values: Any) -> dict[str, Any]:
        now = await self.now()
        return await self.bea.patch(self.path, {"version": now["version"], **values})

    async def now(self) -> dict[str, Any]:
        return await self.bea.get(self.path)

    async def history(self, field: str) -> list[list[Any]]:
        rows = await self.bea.get(f"{self.path}/history")
        pairs = [row["change"].get("fields", {}).get(field) for row in rows]
        return [pair for pair in pairs if pair is not None]


async def _answer(socket: Socket, id_: str) -> dict[str, Any]:
    async for text in socket.connection:
        frame = _frame(text)
        socket.seen.append(frame)
        if frame.get("id") == id_:
            return frame
    raise AssertionError("the socket was closed")


def _frame(text: str | bytes) -> dict[str, Any]:
    return json.loads(text)


WAYS = {
    "rest": None,
    "socket": ("client:character.update", "character_id"),
    "canvas": ("client:update_node_data", "node_id"),
}


@pytest_asyncio.fixture(params=WAYS)
async def scene(house: House, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    ada, bea = await house.person("ada"), await house.person("bea")
    project = await house.project(ada)
    await ada.put(f"/projects/{project}/members/{bea.id}", {"role": "editor"})
    mara = await house.character(ada, project, tags=["crew"], licence="Ours")
    made = Scene(house, ada, bea, mara)
    if (way := WAYS[request.param]) is None:
        yield made
        return
    async with house.socket(ada, project) as socket:
        made.use(socket, *way)
        yield made


async def test_on_the_newest_version_it_is_taken(scene: Scene) -> None:
    code, record = await scene.change({"version": 1, "name": "Marie"}, None)
    assert (code, record["name"], record["version"]) == ("ok", "Marie", 2)


async def test_a_stale_version_without_what_was_seen_is_refused(scene: Scene) -> None:
    await scene.bea_changes(tags=["boat"])
    code, body = await scene.change({"version": 1, "name": "Marie"}, None)
    assert (code, body["current"]["tags"]) == ("stale_version", ["boat"])
    assert (await scene.now())["name"] == "Mara"


async def test_different_fields_merge(scene: Scene) -> None:
    await scene.bea_changes(tags=["boat"])
    change = {"version": 1, "name": "Marie", "seen": {"name": "Mara"}}
    code, record = await scene.change(change, None)
    assert (code, record["name"], record["tags"]) == ("ok", "Marie", ["boat"])


@pytest.mark.parametrize(
    ("field", "theirs", "mine"),
    [
        ("name", "Hers", "Mine"),
        ("tags", ["hers"], ["mine", "too"]),
        ("tier", "standard", "high"),
        ("licence", "Hers alone", ""),
        ("description", "Small.", "Tall."),
    ],
)
async def test_the_same_field_is_shown_to_both(
    scene: Scene, field: str, theirs: Any, mine: Any
) -> None:
    project = scene.mara["project_id"]
    async with scene.house.socket(scene.bea, project) as beas:
        await beas.until("server:hello")
        await scene.bea_changes(**{field: theirs})
        change = {"version": 1, field: mine, "seen": {field: scene.mara[field]}}
        code, body = await scene.change(change, None)
        assert code == "field_conflict"
        (conflict,) = body["conflicts"]
        assert (conflict["value"], conflict["current"]) == (mine, theirs)
        assert conflict["changed_by"] == str(scene.bea.id)
        assert body["current"] == await scene.now()
        told = await beas.until("server:field.contested")
        assert (told["actor"], told["payload"]["conflict"]) == (str(scene.ada.id), conflict)
    assert (await scene.now())[field] == theirs
    # the choice is one more change, by somebody who has seen both
    code, record = await scene.change({"version": 1, field: mine, "seen": {field: theirs}}, None)
    assert (code, record[field]) == ("ok", mine)


async def test_what_was_seen_counts_even_on_the_newest_version(scene: Scene) -> None:
    now = await scene.bea_changes(name="Hers")
    change = {"version": now["version"], "name": "Mine", "seen": {"name": "Mara"}}
    assert (await scene.change(change, None))[0] == "field_conflict"


async def test_both_wishing_the_same_is_no_conflict(scene: Scene) -> None:
    await scene.bea_changes(name="Marie")
    code, record = await scene.change(
        {"version": 1, "name": "Marie", "seen": {"name": "Mara"}}, None
    )
    assert (code, record["version"]) == ("ok", 2)


async def test_one_contested_field_holds_the_others_back(scene: Scene) -> None:
    await scene.bea_changes(name="Hers")
    seen = {"name": "Mara", "tags": ["crew"]}
    code, _ = await scene.change({"version": 1, "name": "Mine", "tags": [], "seen": seen}, None)
    assert code == "field_conflict"
    assert (await scene.now())["tags"] == ["crew"]


async def test_seen_for_one_of_two_fields_is_not_enough(scene: Scene) -> None:
    await scene.bea_changes(tier="high")
    change = {"version": 1, "name": "Mine", "tags": [], "seen": {"name": "Mara"}}
    assert (await scene.change(change, None))[0] == "stale_version"


async def test_a_repeat_is_applied_once_and_answered_with_what_is_there_now(scene: Scene) -> None:
    change = {"version": 1, "name": "Marie", "seen": {"name": "Mara"}}
    assert (await scene.change(change, "first-key"))[0] == "ok"
    await scene.bea_changes(name="Hers")
    code, record = await scene.change(change, "first-key")
    assert (code, record["name"]) == ("ok", "Hers")
    assert await scene.history("name") == [["Marie", "Hers"], ["Mara", "Marie"]]


async def test_a_key_belongs_to_one_change_of_one_person(scene: Scene) -> None:
    change = {"version": 1, "name": "Marie", "seen": {"name": "Mara"}}
    assert (await scene.change(change, "first-key"))[0] == "ok"
    assert (await scene.change(change | {"name": "Other"}, "first-key"))[0] == "key_reused"
    answer = await scene.bea.api.patch(
        f"/api/v1{scene.path}",
        json={"version": 2, "name": "Bea's"},
        headers={"Idempotency-Key": "first-key"},
    )
    assert answer.json()["name"] == "Bea's"


async def test_what_was_refused_may_come_again_under_its_key(scene: Scene) -> None:
    await scene.bea_changes(name="Hers")
    change = {"version": 1, "name": "Mine", "seen": {"name": "Mara"}}
    for _ in range(2):
        assert (await scene.change(change, "first-key"))[0] == "field_conflict"
    again = change | {"seen": {"name": "Hers"}}
    assert (await scene.change(again, "first-key"))[0] == "ok"


@pytest.mark.parametrize("key", ["short", "with space in it", "x" * 65])
async def test_a_key_has_a_form(scene: Scene, key: str) -> None:
    code, _ = await scene.change({"version": 1, "name": "Marie"}, key)
    assert code in ("invalid", "unknown_message")
    assert (await scene.now())["name"] == "Mara"
