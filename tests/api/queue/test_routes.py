"""The queue: who sees what of it, and what they may do with it."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from onmodel.dispatch import leases, workers
from onmodel.dispatch.schemas import CallError
from onmodel.dispatch.tiers import ASCENDING
from onmodel.dispatch.told import Told
from tests.support.drawings import picture
from tests.support.house import House, Person


class Film:
    """A project of ada's with one character; every added picture is a call that waits."""

    def __init__(self, house: House, ada: Person, project: str, character: str) -> None:
        self.house, self.ada, self.project, self.character = house, ada, project, character

    async def wait(self, number: int, person: Person | None = None) -> str:
        """Add a picture; return its id, which is the subject of its call."""
        name = f"{number}.png"
        adder = person or self.ada
        return (await adder.upload(self.character, self.picture(number), name=name))["id"]

    @staticmethod
    def picture(number: int) -> bytes:
        """Return a picture unlike those of other numbers."""
        return picture(number)


@pytest.fixture(name="film")
async def make_film(house: House) -> Film:
    ada = await house.person("ada")
    project = await house.project(ada)
    return Film(house, ada, project, (await house.character(ada, project))["id"])


async def queue_of(person: Person, **query: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{key}={value}" for key, value in query.items())
    return (await person.get(f"/queue?{asked}"))["items"]


async def call_of(person: Person, subject: str) -> dict[str, Any]:
    return next(item for item in await queue_of(person) if item["subject_id"] == subject)


async def editor(film: Film, username: str) -> Person:
    person = await film.house.person(username)
    await film.ada.put(f"/projects/{film.project}/members/{person.id}", {"role": "editor"})
    return person


async def test_the_line_says_who_asked_for_what_and_at_which_place(film: Film) -> None:
    first, second = await film.wait(1), await film.wait(2)
    one, two = await queue_of(film.ada)
    assert [one["subject_id"], two["subject_id"]] == [first, second]
    assert [one["position"], two["position"]] == [1, 2]
    assert one["label"] == "Check 1.png"
    assert one["character"]["name"] == "Mara"
    assert one["person"]["username"] == "ada"
    assert one["project_title"] == "The Long Night"
    assert one["picture"]["media_type"].startswith("image/")
    assert (one["state"], one["eta_s"], one["worker"]) == ("queued", None, None)
    assert one["rights"] == ["cancel", "pause", "hurry", "due", "move"]
    assert one == await film.ada.get(f"/queue/{one['id']}")


async def test_the_forecast_is_learnt_with_its_error(film: Film) -> None:
    for number in range(3):
        await film.house.answer(await film.wait(number), values={"pictures": []})
    ahead = await film.wait(11)
    await film.house.begin(ahead)
    behind = await film.wait(12)
    working, waiting = await call_of(film.ada, ahead), await call_of(film.ada, behind)
    assert working["worker"] == "test"
    assert working["position"] is None
    assert waiting["position"] == 1
    assert waiting["eta_s"] == pytest.approx(0.1, abs=0.05)
    assert waiting["eta_error_s"] == pytest.approx(0, abs=0.05)


async def test_strangers_see_only_how_many_wait(film: Film) -> None:
    await film.wait(1)
    eve = await film.house.person("eve")
    seen = await eve.get("/queue")
    assert (seen["items"], seen["others"]) == ([], 1)
    (call,) = await queue_of(film.ada)
    for path in (f"/queue/{call['id']}/cancel", f"/queue/{call['id']}/pause"):
        assert (await eve.post(path, status=404))["code"] == "call_not_found"
    assert (await eve.get(f"/queue/{call['id']}", status=404))["code"] == "call_not_found"
    boss = await film.house.person("boss", admin=True)
    assert [item["id"] for item in await queue_of(boss)] == [call["id"]]


async def test_a_viewer_looks_and_touches_nothing(film: Film) -> None:
    await film.wait(1)
    vera = await film.house.person("vera")
    await film.ada.put(f"/projects/{film.project}/members/{vera.id}", {"role": "viewer"})
    (call,) = await queue_of(vera)
    assert call["rights"] == []
    assert (await vera.post(f"/queue/{call['id']}/cancel", status=403))["code"] == "not_allowed"


async def test_a_paused_call_keeps_its_place_and_is_not_dealt(film: Film) -> None:
    first, second = await film.wait(1), await film.wait(2)
    call = await call_of(film.ada, first)
    paused = await film.ada.post(f"/queue/{call['id']}/pause")
    assert (paused["state"], paused["position"]) == ("paused", None)
    assert paused["rights"] == ["cancel", "resume", "due"]
    assert (await call_of(film.ada, second))["position"] == 1
    again = await film.ada.post(f"/queue/{call['id']}/pause", status=409)
    assert again["code"] == "call_not_waiting"
    with pytest.raises(AssertionError, match="no call"):
        await film.house.begin(first)
    # the attempt dealt the other one, which waited
    assert (await call_of(film.ada, second))["state"] == "starting"
    third = await film.wait(3)
    resumed = await film.ada.post(f"/queue/{call['id']}/resume")
    assert (resumed["state"], resumed["position"]) == ("queued", 1)
    assert (await call_of(film.ada, third))["position"] == 2


async def test_cancelled_work_is_in_the_history_and_can_be_tried_again(film: Film) -> None:
    subject = await film.wait(1)
    call = await call_of(film.ada, subject)
    cancelled = await film.ada.post(f"/queue/{call['id']}/cancel")
    assert (cancelled["state"], cancelled["rights"]) == ("cancelled", ["retry"])
    over = await film.ada.post(f"/queue/{call['id']}/cancel", status=409)
    assert over["code"] == "call_over"
    assert await queue_of(film.ada) == []
    (past,) = (await film.ada.get("/queue/history"))["items"]
    assert past == cancelled
    fresh = await film.ada.post(f"/queue/{call['id']}/retry")
    assert fresh["id"] != call["id"]
    assert (fresh["state"], fresh["subject_id"]) == ("queued", subject)
    assert (await film.ada.post(f"/queue/{fresh['id']}/retry", status=409))["code"] == (
        "call_not_over"
    )


async def test_a_second_click_on_retry_runs_it_once(film: Film) -> None:
    call = await call_of(film.ada, await film.wait(1))
    await film.ada.post(f"/queue/{call['id']}/cancel")
    again = f"/queue/{call['id']}/retry"
    clicks = await asyncio.gather(*(film.ada.post(again) for _ in range(3)))
    (fresh,) = {click["id"] for click in clicks}
    assert [item["id"] for item in await queue_of(film.ada)] == [fresh]
    assert (await film.ada.get(f"/queue/{call['id']}"))["rights"] == []
    both = await film.ada.post("/queue/batch", {"verb": "retry", "ids": [call["id"]]})
    assert both == {"done": [fresh], "refused": []}
    await film.ada.post(f"/queue/{fresh}/cancel")  # what came after has the right now
    third = await film.ada.post(f"/queue/{fresh}/retry")
    assert third["id"] not in (fresh, call["id"])
    assert (await film.ada.post(again))["id"] == third["id"]


async def test_a_failure_brings_its_log_to_those_who_may_try_again(film: Film) -> None:
    error = CallError(
        code="function_crashed", message="It stopped.", fault="function", detail="Traceback: boom"
    )
    await film.house.answer(await film.wait(1), error=error)
    vera = await film.house.person("vera")
    await film.ada.put(f"/projects/{film.project}/members/{vera.id}", {"role": "viewer"})
    (mine,) = (await film.ada.get("/queue/history?state=failed"))["items"]
    (hers,) = (await vera.get("/queue/history?state=failed"))["items"]
    assert (mine["error"]["code"], mine["error"]["log"]) == ("function_crashed", "Traceback: boom")
    assert (hers["error"]["detail"], hers["error"]["log"]) == ("It stopped.", "")


async def test_what_a_function_printed_is_for_those_who_make_pictures(film: Film) -> None:
    subject = await film.wait(1)
    call = await call_of(film.ada, subject)
    call_id, fence = await film.house.begin(subject)
    async with film.house.resources.database.begin() as uow:
        held = leases.Held(call_id, fence, 10.0, "loading", Told("torch 2.9\nloading the model"))
        await leases.heartbeat(uow, [held], lease_seconds=60)
    path = f"/queue/{call['id']}/log"
    assert (await film.ada.get(path))["text"] == "torch 2.9\nloading the model"
    vera = await film.house.person("vera")
    await film.ada.put(f"/projects/{film.project}/members/{vera.id}", {"role": "viewer"})
    assert (await vera.get(path, status=403))["code"] == "not_allowed"
    eve = await film.house.person("eve")
    assert (await eve.get(path, status=404))["code"] == "call_not_found"


async def test_one_persons_work_is_reordered(film: Film) -> None:
    subjects = [await film.wait(number) for number in range(4)]
    ids = [(await call_of(film.ada, subject))["id"] for subject in subjects]
    moved = await film.ada.post(f"/queue/{ids[3]}/move", {"before": ids[1]})
    assert moved["position"] == 2
    assert [item["id"] for item in await queue_of(film.ada)] == [ids[0], ids[3], ids[1], ids[2]]
    await film.ada.post(f"/queue/{ids[0]}/move", {"after": ids[2]})
    assert [item["id"] for item in await queue_of(film.ada)] == [ids[3], ids[1], ids[2], ids[0]]


async def test_nobody_moves_past_others_or_moves_theirs(film: Film) -> None:
    bob = await editor(film, "bob")
    mine = await call_of(film.ada, await film.wait(1))
    his = await call_of(film.ada, await film.wait(2, bob))
    refused = await film.ada.post(f"/queue/{mine['id']}/move", {"before": his["id"]}, status=409)
    assert refused["code"] == "others_turn"
    assert (await bob.post(f"/queue/{mine['id']}/move", {"after": his["id"]}, status=403))[
        "code"
    ] == "not_allowed"
    await film.ada.post(f"/queue/{mine['id']}/move", {}, status=422)


async def test_a_batch_does_what_it_can_and_names_the_rest(film: Film) -> None:
    subjects = [await film.wait(number) for number in range(3)]
    ids = [(await call_of(film.ada, subject))["id"] for subject in subjects]
    await film.ada.post(f"/queue/{ids[0]}/pause")
    done = await film.ada.post("/queue/batch", {"verb": "pause", "ids": [*ids, str(UUID(int=7))]})
    assert done["done"] == ids[1:]
    assert {one["id"]: one["code"] for one in done["refused"]} == {
        ids[0]: "call_not_waiting",
        str(UUID(int=7)): "call_not_found",
    }


async def test_the_history_is_filtered_and_comes_in_pages(film: Film) -> None:
    bob = await editor(film, "bob")
    for number in range(3):
        await film.house.answer(await film.wait(number), values={"pictures": []})
    refusal = CallError(code="no_face", message="No face.", fault="input")
    await film.house.answer(await film.wait(7, bob), error=refusal)

    async def found(query: str) -> list[str]:
        return [item["label"] for item in (await film.ada.get(f"/queue/history?{query}"))["items"]]

    assert await found(f"person_id={bob.id}") == ["Check 7.png"]
    assert await found("state=failed") == ["Check 7.png"]
    assert await found("q=mara") == ["Check 7.png", "Check 2.png", "Check 1.png", "Check 0.png"]
    assert await found("q=1.PNG") == ["Check 1.png"]
    assert await found("task=character.train_lora") == []
    assert await found(f"project_id={UUID(int=9)}") == []
    page = await film.ada.get("/queue/history?limit=3")
    rest = await film.ada.get(f"/queue/history?limit=3&cursor={page['next_cursor']}")
    assert [len(page["items"]), len(rest["items"]), rest["next_cursor"]] == [3, 1, None]
    await film.ada.get("/queue/history?cursor=xyz", status=422)


async def test_everybody_in_the_project_hears_of_a_change(film: Film) -> None:
    bob = await editor(film, "bob")
    call = await call_of(film.ada, await film.wait(1))
    async with film.house.socket(bob, film.project) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        await film.ada.post(f"/queue/{call['id']}/pause")
        await socket.until("server:queue.changed")


async def test_machines_show_what_they_do_and_their_use(film: Film) -> None:
    await film.house.begin(await film.wait(1))
    use = {
        "at": datetime.now(UTC).isoformat(),
        "cpu": 12.5,
        "memory": 40.0,
        "gpus": {"GPU-a": {"busy": 87, "vram": 25.0}, "GPU-b": {"busy": None, "vram": 1.0}},
    }
    async with film.house.resources.database.begin() as uow:
        (worker,) = await workers.live(uow, lease_seconds=60)
        for _ in range(workers.USE_SAMPLES + 2):
            assert await workers.seen(uow, worker.id, use=use)
    (read,) = await film.ada.get("/workers")
    assert (read["name"], read["busy"], read["slots"]) == ("test", 1, 500)
    assert read["tiers"] == [tier.value for tier in ASCENDING]
    assert len(read["use"]) == workers.USE_SAMPLES
    assert read["use"][-1]["cpu"] == 12.5
    assert read["use"][-1]["gpus"] == use["gpus"]
