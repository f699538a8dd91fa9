"""Cursors, selections, strokes and views: who sees them, who may send them, what is refused."""

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from onmodel.settings import Settings
from tests.support.house import House, Person, Socket, running
from tests.support.pictures_of import judged

STROKE = {"id": "stroke-1", "kind": "freehand"}
GRID: dict[str, object] = {
    "zoom": 2.0,
    "middle": [0.5, 0.4],
    "shown": [str(uuid4()), str(uuid4())],
    "layout": "wipe",
    "line": 0.25,
    "locked": True,
}


class Studio:
    """An owner, a reviewer and a viewer around one picture, and a stranger."""

    def __init__(self, house: House, people: dict[str, Person]) -> None:
        self.house, self.people = house, people
        self.project = self.character = self.picture = self.other_picture = ""

    @asynccontextmanager
    async def at(self, *names: str, picture: str | None = None) -> AsyncGenerator[list[Socket]]:
        """Let people open the project and look at the picture."""
        async with AsyncExitStack() as stack:
            sockets: list[Socket] = []
            for name in names:
                one = self.house.socket(self.people[name], self.project)
                sockets.append(await stack.enter_async_context(one))
                await self.look(sockets[-1], variation_id=picture or self.picture)
            yield sockets

    async def look(self, socket: Socket, **where: Any) -> None:
        """Go somewhere and wait until the server has taken it."""
        id_ = uuid4().hex
        await socket.send("client:presence", {"page": "picture"} | where, id=id_)
        while (await socket.until("server:ok", lambda _: True)).get("id") != id_:
            socket.seen = [frame for frame in socket.seen if frame["event"] != "server:ok"]

    def id(self, name: str) -> str:
        return str(self.people[name].id)


@pytest.fixture
async def studio(house: House) -> Studio:
    people = {name: await house.person(name) for name in ("ada", "bob", "vic", "eve")}
    here = Studio(house, people)
    here.project = await house.project(people["ada"])
    for name, role in (("bob", "reviewer"), ("vic", "viewer")):
        address = f"/projects/{here.project}/members/{people[name].id}"
        await people["ada"].put(address, {"role": role})
    character = await house.character(people["ada"], here.project)
    here.character = character["id"]
    here.picture, here.other_picture = [
        await judged(house, people["ada"], character, key=f"expression/{key}", seed=seed)
        for seed, key in enumerate(("happy", "angry"))
    ]
    return here


async def _sees(socket: Socket, person: str, **what: Any) -> dict[str, Any]:
    """Wait until somebody is shown so, and return that entry."""

    def shown(payload: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            one
            for one in payload["people"]
            if one["user_id"] == person and one.items() >= what.items()
        ]

    frame = await socket.until("server:live", lambda payload: bool(shown(payload)))
    return shown(frame["payload"])[0]


def _live(socket: Socket) -> list[dict[str, Any]]:
    frames = [frame["payload"] for frame in socket.seen if frame["event"] == "server:live"]
    return [one for frame in frames for one in frame["people"]]


async def _draws(socket: Socket, person: str, line: list[list[float]]) -> None:
    """Wait until the pieces that came make this line."""

    def drawn() -> bool:
        points: list[list[float]] = []
        for one in _live(socket):
            if one["user_id"] == person and one.get("stroke"):
                points[one["stroke"]["keep"] :] = one["stroke"]["points"]
        return points == line

    await socket.until("server:live", lambda _: drawn())


async def _refused(socket: Socket, event: str, payload: Any) -> str:
    socket.seen.clear()
    await socket.send(event, payload, id="bad")
    problem = await socket.until("server:error")
    # of what is not even read nobody knows the id
    assert problem.get("id") == ("bad" if len(str(payload)) < 250_000 else None)
    assert problem["payload"]["try"]
    return problem["payload"]["code"]


async def test_a_cursor_is_seen_by_those_at_the_same_picture_only(studio: Studio) -> None:
    async with (
        studio.at("ada", "bob") as (ada, bob),
        studio.at("vic", picture=studio.other_picture) as (vic,),
    ):
        await ada.send("client:live", {"at": [0.25, 0.5]})
        seen = await _sees(bob, studio.id("ada"), at=[0.25, 0.5])
        assert set(seen) == {"client", "user_id", "at"}
        # she comes over: from now on she sees it, and never did before
        assert _live(vic) == []
        await studio.look(vic, variation_id=studio.picture)
        await _sees(vic, studio.id("ada"), at=[0.25, 0.5])


async def test_who_leaves_takes_their_cursor_along(studio: Studio) -> None:
    async with studio.at("bob") as (bob,):
        async with studio.at("ada") as (ada,):
            await ada.send("client:live", {"at": [0.1, 0.1]})
            await _sees(bob, studio.id("ada"), at=[0.1, 0.1])
            await studio.look(ada, variation_id=studio.other_picture)
            await _sees(bob, studio.id("ada"), gone=True)
            bob.seen.clear()
            await studio.look(ada, variation_id=studio.picture)
            await ada.send("client:live", {"at": [0.2, 0.2]})
            await _sees(bob, studio.id("ada"), at=[0.2, 0.2])
        await _sees(bob, studio.id("ada"), gone=True)


async def test_a_line_grows_in_pieces_and_who_comes_later_gets_it_whole(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        await ada.send("client:live", {"stroke": STROKE | {"points": [[0, 0], [0.1, 0.1]]}})
        await _draws(bob, studio.id("ada"), [[0, 0], [0.1, 0.1]])
        await ada.send("client:live", {"stroke": STROKE | {"keep": 2, "points": [[0.2, 0.3]]}})
        await _draws(bob, studio.id("ada"), [[0, 0], [0.1, 0.1], [0.2, 0.3]])
        async with studio.at("vic") as (vic,):
            await _draws(vic, studio.id("ada"), [[0, 0], [0.1, 0.1], [0.2, 0.3]])
            await ada.send("client:live", {"stroke": None})
            await _sees(vic, studio.id("ada"), stroke=None)


async def test_what_is_selected_in_the_gallery_shows_in_the_gallery(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        for socket in (ada, bob):
            await studio.look(socket, page="gallery")
        await ada.send("client:live", {"selected": studio.character})
        await _sees(bob, studio.id("ada"), selected=studio.character)
        assert await _refused(ada, "client:live", {"at": [0.5, 0.5]}) == "no_picture_here"


async def test_among_the_pictures_of_a_decision_a_cursor_lies_on_one_of_them(
    studio: Studio,
) -> None:
    body = {"question": "Which one?", "key": "expression/happy", "variation_ids": [studio.picture]}
    ada_writes = studio.people["ada"]
    decision = await ada_writes.post(f"/characters/{studio.character}/decisions", body, status=201)
    on = decision["candidates"][0]["id"]
    async with studio.at("ada", "bob", "vic") as (ada, bob, vic):
        for socket in (ada, bob):
            await studio.look(socket, page="decision", decision_id=decision["id"])
        await ada.until_present(
            studio.id("bob"), decision_id=decision["id"], character_id=studio.character
        )
        await ada.send("client:live", {"at": [0.25, 0.5], "on": on})
        await _sees(bob, studio.id("ada"), at=[0.25, 0.5], on=on)
        await ada.send("client:live", {"selected": on})
        await _sees(bob, studio.id("ada"), selected=on)
        # which picture it lies on has to be said, and a line is drawn on one alone
        for bad in ({"at": [0.1, 0.1]}, {"stroke": STROKE | {"points": [[0, 0]]}}):
            assert await _refused(ada, "client:live", bad) == "no_picture_here"
        assert await _refused(vic, "client:live", {"at": [0, 0], "on": on}) == "no_picture_here"
        # who comes later sees where she points
        await studio.look(vic, page="decision", decision_id=decision["id"])
        await _sees(vic, studio.id("ada"), at=[0.25, 0.5], on=on)


async def test_two_who_compare_versions_see_each_other_there(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        for socket in (ada, bob):
            await studio.look(socket, page="versions", character_id=studio.character)
        await ada.send("client:live", {"at": [0.5, 0.5], "on": studio.picture})
        await _sees(bob, studio.id("ada"), at=[0.5, 0.5], on=studio.picture)


async def test_presence_says_which_picture_and_moves_are_told_alone(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        await ada.until_present(studio.id("bob"), variation_id=studio.picture)
        ada.seen.clear()
        await studio.look(bob, variation_id=studio.other_picture)
        moved = await ada.until("server:presence.moved")
        (person,) = moved["payload"]["people"]
        assert person["user_id"] == studio.id("bob")
        assert person["variation_id"] == studio.other_picture
        assert (person["page"], person["character_id"]) == ("picture", studio.character)
        state = await studio.people["ada"].get(f"/projects/{studio.project}/state")
        assert person in state["presence"]


async def test_only_followers_see_a_view_and_everybody_sees_who_follows(studio: Studio) -> None:
    view = {"path": f"/c/{studio.character}", "scroll": 0.5}
    async with studio.at("ada", "bob", "vic") as (ada, bob, vic):
        await studio.look(bob, variation_id=studio.picture, following=studio.id("ada"))
        await ada.until_present(studio.id("bob"), following=studio.id("ada"))
        await ada.send("client:view", view)
        seen = (await bob.until("server:view"))["payload"]
        assert (seen["user_id"], seen["path"], seen["scroll"]) == (studio.id("ada"), *view.values())
        # who stops following hears no more, and who never did heard nothing
        await studio.look(bob, variation_id=studio.picture)
        await studio.look(vic, variation_id=studio.picture, following=studio.id("ada"))
        bob.seen.clear()
        await ada.send("client:view", view | {"scroll": 0.75})
        await vic.until("server:view", lambda p: p["scroll"] == 0.75)
        await ada.send("client:live", {"at": [0.3, 0.3]})
        await _sees(bob, studio.id("ada"), at=[0.3, 0.3])
        assert "server:view" not in [frame["event"] for frame in bob.seen]


async def test_a_comparison_is_followed_whole(studio: Studio) -> None:
    view = {"path": "/decide/one", "grid": GRID}
    async with studio.at("ada", "bob") as (ada, bob):
        await studio.look(bob, variation_id=studio.picture, following=studio.id("ada"))
        await ada.until_present(studio.id("bob"), following=studio.id("ada"))
        await ada.send("client:view", view)
        seen = (await bob.until("server:view"))["payload"]
        assert (seen["grid"], seen["picture"]) == (GRID, None)


async def test_people_at_two_processes_see_each_other(
    studio: Studio, database_url: str, broker_url: str, home: Path
) -> None:
    settings = Settings(home=home, database_url=database_url, broker_url=broker_url)
    async with (
        running(settings) as other,
        studio.at("ada") as (ada,),
        other.socket(studio.people["bob"], studio.project) as bob,
    ):
        await bob.until_present(studio.id("ada"))
        await studio.look(bob, variation_id=studio.picture, following=studio.id("ada"))
        await ada.send("client:live", {"at": [0.3, 0.6]})
        await _sees(bob, studio.id("ada"), at=[0.3, 0.6])
        await bob.send("client:live", {"stroke": STROKE | {"points": [[0.5, 0.5]]}})
        await _draws(ada, studio.id("bob"), [[0.5, 0.5]])
        await ada.send("client:view", {"path": "/gallery"})
        await bob.until("server:view", lambda view: view["path"] == "/gallery")


async def test_a_viewer_points_but_does_not_draw(studio: Studio) -> None:
    async with studio.at("ada", "vic") as (ada, vic):
        stroke = {"stroke": STROKE | {"points": [[0.1, 0.1]]}}
        assert await _refused(vic, "client:live", stroke) == "not_allowed"
        await vic.send("client:live", {"at": [0.4, 0.4]})
        await _sees(ada, studio.id("vic"), at=[0.4, 0.4])
        assert all("stroke" not in one for one in _live(ada))


async def test_who_is_made_a_viewer_draws_no_further(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        stroke = {"stroke": STROKE | {"points": [[0.1, 0.1]]}}
        await bob.send("client:live", stroke)
        await _sees(ada, studio.id("bob"))
        address = f"/projects/{studio.project}/members/{studio.id('bob')}"
        await studio.people["ada"].put(address, {"role": "viewer"})
        await bob.until("server:members.updated")
        assert await _refused(bob, "client:live", stroke) == "not_allowed"


async def test_who_is_put_out_is_gone_for_everybody_at_once(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        await bob.send("client:live", {"at": [0.1, 0.1]})
        await _sees(ada, studio.id("bob"), at=[0.1, 0.1])
        await studio.people["ada"].delete(f"/projects/{studio.project}/members/{studio.id('bob')}")
        # nobody asks: the change itself lets go of the socket
        await _sees(ada, studio.id("bob"), gone=True)
        await bob.connection.wait_closed()
        assert bob.connection.close_code == 4404


async def test_another_film_is_neither_looked_at_nor_heard(studio: Studio) -> None:
    eve = studio.people["eve"]
    project = await studio.house.project(eve)
    async with studio.at("ada") as (ada,), studio.house.socket(eve, project) as hers:
        where = {"page": "picture", "variation_id": studio.picture}
        assert await _refused(hers, "client:presence", where) == "variation_not_found"
        where = {"page": "character", "character_id": studio.character}
        assert await _refused(hers, "client:presence", where) == "character_not_found"
        body = {"question": "Which?", "key": "expression/happy"}
        path = f"/characters/{studio.character}/decisions"
        decision = await studio.people["ada"].post(path, body, status=201)
        where = {"page": "decision", "decision_id": decision["id"]}
        assert await _refused(hers, "client:presence", where) == "decision_not_found"
        where = {"page": "gallery", "following": studio.id("ada")}
        assert await _refused(hers, "client:presence", where) == "person_not_here"
        await ada.send("client:live", {"at": [0.1, 0.1]})
        await ada.send("client:view", {"path": "/gallery"})
        await _sees(ada, studio.id("ada"), at=[0.1, 0.1])
        await studio.look(hers, page="gallery")
        assert not {"server:live", "server:view"} & {frame["event"] for frame in hers.seen}


async def test_a_picture_of_ones_other_film_is_not_here(studio: Studio) -> None:
    ada = studio.people["ada"]
    project = await studio.house.project(ada, title="Another")
    async with studio.house.socket(ada, project) as socket:
        where = {"page": "picture", "variation_id": studio.picture}
        assert await _refused(socket, "client:presence", where) == "variation_not_found"
        where = {"page": "character", "character_id": studio.character}
        assert await _refused(socket, "client:presence", where) == "character_not_found"


async def test_nobody_speaks_for_another_person(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        forged = {"user_id": studio.id("ada"), "client": "0" * 12, "name": "Ada", "gone": True}
        await bob.send("client:live", {"at": [0.6, 0.6]} | forged)
        seen = await _sees(ada, studio.id("bob"), at=[0.6, 0.6])
        assert "gone" not in seen
        assert seen["client"] != forged["client"]
        assert studio.id("ada") not in [one["user_id"] for one in _live(ada)]


TOO_MANY = [[0.5, 0.5]] * 2001
BAD: list[tuple[str, Any, str]] = [
    ("client:live", {"at": [1.5, 0]}, "unknown_message"),
    ("client:live", {"at": [float("nan"), 0]}, "unknown_message"),
    ("client:live", {"at": "here"}, "unknown_message"),
    ("client:live", {"selected": "<b>"}, "unknown_message"),
    ("client:live", {"stroke": STROKE | {"points": TOO_MANY}}, "unknown_message"),
    ("client:live", {"stroke": STROKE | {"points": [[0, 0]] * 100_000}}, "message_too_long"),
    ("client:live", {"stroke": STROKE | {"points": [], "keep": -1}}, "unknown_message"),
    ("client:live", {"stroke": {"id": "<script>", "kind": "box", "points": []}}, "unknown_message"),
    ("client:live", [], "unknown_message"),
    ("client:presence", {"page": "the moon"}, "unknown_message"),
    ("client:presence", {"variation_id": str(uuid4())}, "variation_not_found"),
    ("client:presence", {"decision_id": str(uuid4())}, "decision_not_found"),
    ("client:presence", {"following": str(uuid4())}, "person_not_here"),
    ("client:view", {"path": "//evil.example/c"}, "unknown_message"),
    ("client:view", {"path": "/../../admin/people"}, "unknown_message"),
    ("client:view", {"path": "javascript:alert(1)"}, "unknown_message"),
    ("client:view", {"path": "/gallery", "scroll": 2}, "unknown_message"),
    ("client:view", {"path": "/gallery", "anchor": "a b"}, "unknown_message"),
    (
        "client:view",
        {"path": "/c/x", "picture": {"zoom": 1e9, "middle": [0, 0]}},
        "unknown_message",
    ),
    *(
        ("client:view", {"path": "/decide/x", "grid": GRID | wrong}, "unknown_message")
        for wrong in (
            {"zoom": 0},
            {"line": 2},
            {"layout": "pile"},
            {"shown": ["me"]},
            {"shown": [str(uuid4()) for _ in range(13)]},
        )
    ),
]


async def test_nonsense_is_answered_and_nobody_else_sees_it(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        await studio.look(ada, variation_id=studio.picture, following=studio.id("bob"))
        for event, payload, code in BAD:
            assert await _refused(bob, event, payload) == code, (event, str(payload)[:80])
        await studio.look(bob, variation_id=studio.picture)
        ada.seen.clear()
        await bob.send("client:live", {"at": [0.9, 0.9]})
        await _sees(ada, studio.id("bob"), at=[0.9, 0.9])
        assert [one for one in _live(ada) if "stroke" in one or "selected" in one] == []
        assert "server:view" not in [frame["event"] for frame in ada.seen]


async def test_a_line_does_not_grow_for_ever(studio: Studio) -> None:
    async with studio.at("ada") as (ada,):
        await ada.send("client:live", {"stroke": STROKE | {"points": [[0.5, 0.5]] * 2000}})
        more = {"stroke": STROKE | {"keep": 2000, "points": [[0.1, 0.1]]}}
        assert await _refused(ada, "client:live", more) == "too_many_points"
        again = {"stroke": STROKE | {"keep": 0, "points": [[0.1, 0.1]]}}
        await ada.send("client:live", again)
        ada.seen.clear()
        await _draws(ada, studio.id("ada"), [[0.1, 0.1]])


async def test_a_flood_is_refused_and_the_others_see_little_of_it(studio: Studio) -> None:
    async with studio.at("ada", "bob") as (ada, bob):
        for number in range(200):
            await bob.send("client:live", {"at": [number / 200, 0]}, id=str(number))
        assert (await bob.until("server:error"))["payload"]["code"] == "too_many_messages"
        ada.seen.clear()
        await ada.send("client:live", {"at": [0.7, 0.7]})
        await _sees(ada, studio.id("ada"), at=[0.7, 0.7])
        assert len(_live(ada)) < 60
