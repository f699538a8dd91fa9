"""An inbox as its owner's clients see it."""

from uuid import uuid4

from onmodel.inbox.kinds import Kind
from tests.inbox.scene import kinds, waiting
from tests.inbox.test_service import tell
from tests.review import cast
from tests.support.house import House


async def test_pages_lead_through_an_inbox_without_a_gap(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    for number in range(5):
        await tell(house, project, [ada], key=str(number), title=f"Notice {number}")
    titles: list[str] = []
    cursor = ""
    while True:
        page = await ada.get(f"/inbox?limit=2{cursor}")
        titles += [notice["title"] for notice in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert titles == [f"Notice {number}" for number in (4, 3, 2, 1, 0)]
    for damaged in ("x", "WzEsMl0"):
        problem = await ada.get(f"/inbox?cursor={damaged}", status=422)
        assert problem["code"] == "bad_cursor"
    for limit in (0, 101):
        await ada.get(f"/inbox?limit={limit}", status=422)


async def test_groups_are_counted_and_shown_apart(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    await tell(house, project, [ada], key="a")
    await tell(house, project, [ada], key="b", kind=Kind.TRAINING_DONE)
    unread = await ada.get("/inbox/unread")
    assert unread["total"] == 2
    assert unread["groups"] == {"mentions": 1, "decisions": 0, "work": 1, "people": 0}
    shown = await ada.get("/inbox?group=work")
    assert [notice["kind"] for notice in shown["items"]] == ["training_done"]
    await ada.get("/inbox?group=gossip", status=422)


async def test_everything_is_read_at_once_and_exactly_that_is_taken_back(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    (early,) = await tell(house, project, [ada], key="early")
    await tell(house, project, [ada], key="late")
    await tell(house, project, [ada], key="work", kind=Kind.TRAINING_DONE)
    one = await ada.post("/inbox/read", {"ids": [str(early.id)]})
    assert (one["count"], one["unread"]["total"]) == (1, 2)
    some = await ada.post("/inbox/read", {"group": "mentions"})
    assert (some["count"], some["unread"]["total"]) == (1, 1)
    await ada.post("/inbox/read", {})
    back = await ada.post("/inbox/unread", {"marked_at": some["marked_at"]})
    assert (back["count"], back["unread"]["total"]) == (1, 1)
    again = await ada.post("/inbox/unread", {"ids": [str(early.id)]})
    assert again["unread"]["total"] == 2
    assert (await ada.post("/inbox/unread", {}))["count"] == 0
    await ada.post("/inbox/read", {"ids": []}, status=422)
    await ada.post("/inbox/read", {"ids": [str(uuid4())] * 501}, status=422)


async def test_nobody_reads_or_marks_what_is_another_persons(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "owner")
    (notice,) = await tell(house, project, [ada])
    await bob.post("/inbox/read", {})
    assert await waiting(bob) == []
    marked = await bob.post("/inbox/read", {"ids": [str(notice.id)]})
    assert marked["count"] == 0
    assert len(await waiting(ada)) == 1
    for path in ("/inbox", "/inbox/unread"):
        async with house.client() as nobody:
            assert (await nobody.get(f"/api/v1{path}")).status_code == 401


async def test_who_leaves_a_project_hears_of_it_and_reads_of_it_no_more(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "viewer")
    await bob.post("/inbox/read", {})
    await tell(house, project, [bob], key="before")
    await ada.delete(f"/projects/{project}/members/{bob.id}")
    await tell(house, project, [bob], key="after")
    (out,) = (await bob.get("/inbox"))["items"]
    assert (out["title"], out["url"], out["project_id"]) == (
        "Ada took you out of The Long Night",
        "/",
        None,
    )
    assert (await bob.get("/inbox/unread"))["total"] == 1
    await ada.put(f"/projects/{project}/members/{bob.id}", {"role": "viewer"})
    assert await kinds(bob) == ["role", "role", "mention"]


async def test_following_a_character_is_open_to_who_may_see_it(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await house.character(ada, project)
    bob = await cast.member(house, ada, project, "bob", "viewer")
    path = f"/characters/{mara['id']}/following"
    assert await ada.get(path) == {"following": False, "made_it": True}
    assert await bob.put(path, None) == {"following": True, "made_it": False}
    assert await bob.put(path, None) == {"following": True, "made_it": False}
    assert await bob.delete(path) == {"following": False, "made_it": False}
    eve = await house.person("eve")
    strange = await eve.put(path, None, status=404)
    nowhere = await eve.put(f"/characters/{uuid4()}/following", None, status=404)
    assert strange == nowhere
