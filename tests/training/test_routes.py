"""Training: the count, the queue, the states, the adapter, what everybody sees."""

import json
from uuid import UUID

import pytest

from onmodel.api.realtime.messages import TrainingProgress
from onmodel.dispatch import leases
from onmodel.dispatch.models import Call
from onmodel.dispatch.schemas import CallError, CallOutputs, Progress
from onmodel.dispatch.told import Curve, CurvePoint, Told
from onmodel.training.progress import progressed
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person


async def _trainable(house: House, person: Person, *, count: int = 5) -> dict:  # type: ignore[type-arg]
    project_id = await house.project(person)
    character = await house.character(person, project_id)
    for number in range(count):
        added = await person.upload(character["id"], picture(number))
        await house.answer(added["id"], values=report(face(1, number), picture=number))
    return character


async def test_too_few_pictures_are_refused_with_the_count(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada, count=4)
    problem = await ada.post(f"/characters/{character['id']}/train", {}, status=409)
    assert problem["code"] == "not_enough_references"
    assert (problem["usable"], problem["needed"]) == (4, 5)
    standard = {"quality": "standard"}
    problem = await ada.post(f"/characters/{character['id']}/train", standard, status=409)
    assert problem["needed"] == 10


async def test_pictures_that_are_being_checked_are_waited_for(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada, count=4)
    await ada.upload(character["id"], picture(99))
    problem = await ada.post(f"/characters/{character['id']}/train", {}, status=409)
    assert problem["code"] == "references_pending"


async def test_a_training_goes_from_queued_to_an_adapter(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    path = f"/characters/{character['id']}"
    job = await ada.post(f"{path}/train", {}, status=202)
    assert (job["state"], job["progress"], job["reference_count"]) == ("queued", 0, 5)
    assert (await ada.get(path))["training"] == {"job_id": job["id"], "state": "queued"}
    again = await ada.post(f"{path}/train", {}, status=409)
    assert again["code"] == "training_active"

    profile = await house.store(b"{}", output="profile", media_type="application/json")
    await house.answer(
        job["id"], values={"report": {"pictures": 5}}, files=[profile], function="identity-profile"
    )

    done = await ada.get(f"/training/{job['id']}")
    assert (done["state"], done["progress"], done["step"]) == ("succeeded", 100, "Complete")
    assert done["function"] == "identity-profile 1"
    assert done["started_at"] <= done["finished_at"]
    now = await ada.get(path)
    assert now["training"]["state"] == "succeeded"
    assert now["adapter"]["number"] == 1
    (adapter,) = await ada.get(f"{path}/adapters")
    assert (adapter["kind"], adapter["summary"]) == ("identity_profile", {"pictures": 5})


async def test_a_second_training_makes_the_next_number(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    for number in (1, 2):
        job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
        profile = await house.store(b"{}", output="profile", media_type="application/json")
        await house.answer(job["id"], values={"report": {}}, files=[profile])
        now = await ada.get(f"/characters/{character['id']}")
        assert now["adapter"]["number"] == number


async def test_a_failed_training_says_why_and_keeps_the_old_adapter(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
    await house.answer(
        job["id"],
        error=CallError(code="no_face", message="No face.", fault="input", retry=False),
    )
    failed = await ada.get(f"/training/{job['id']}")
    assert failed["state"] == "failed"
    assert failed["error"]["code"] == "no_face"
    assert "pictures" in failed["error"]["try"]
    assert (await ada.get(f"/characters/{character['id']}"))["adapter"] is None


async def test_cancel_a_waiting_and_a_running_training(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    path = f"/characters/{character['id']}/train"
    waiting = await ada.post(path, {}, status=202)
    assert (await ada.post(f"/training/{waiting['id']}/cancel"))["state"] == "cancelled"
    running = await ada.post(path, {}, status=202)
    await house.begin(running["id"])
    assert (await ada.get(f"/training/{running['id']}"))["state"] == "running"
    assert (await ada.post(f"/training/{running['id']}/cancel"))["state"] == "cancelled"
    over = await ada.post(f"/training/{running['id']}/cancel", status=409)
    assert "over" in over["detail"]


async def test_everybody_sees_the_states(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    character = await _trainable(house, ada)
    project_id = character["project_id"]
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "viewer"})
    async with house.socket(bob, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
        profile = await house.store(b"{}", output="profile", media_type="application/json")
        await house.answer(job["id"], values={"report": {}}, files=[profile])
        done = await socket.until("server:training.complete")
        assert done["payload"]["model_url"].startswith("/api/v1/files/")
        states = [
            frame["payload"]["data"]["state"]
            for frame in socket.seen
            if frame["event"] == "server:training.updated"
        ]
    assert states == ["queued", "running", "succeeded"]


@pytest.mark.parametrize("begun", [False, True])
async def test_a_lost_worker_sends_a_training_back_to_the_queue(
    house: House,
    begun: bool,
) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
    await house.lose(job["id"], begun=begun)
    assert (await ada.get(f"/training/{job['id']}"))["state"] == "queued"
    profile = await house.store(b"{}", output="profile", media_type="application/json")
    await house.answer(job["id"], values={"report": {}}, files=[profile])
    assert (await ada.get(f"/training/{job['id']}"))["state"] == "succeeded"


async def test_a_training_shows_how_its_loss_went_and_keeps_it(house: House) -> None:
    ada = await house.person("ada")
    character = await _trainable(house, ada)
    job = await ada.post(f"/characters/{character['id']}/train", {}, status=202)
    assert job["curve"] is None
    call_id, fence = await house.begin(job["id"])
    points = [CurvePoint(percent=percent, loss=1 / (1 + percent)) for percent in (0, 50, 100)]
    half, whole = Curve(label="Loss", points=points[:2]), Curve(label="Loss", points=points)
    async with house.resources.database.begin() as uow:
        held = leases.Held(call_id, fence, 50.0, "learning", Told(curve=half))
        await leases.heartbeat(uow, [held], lease_seconds=60)
    assert (await ada.get(f"/training/{job['id']}"))["curve"] == half.model_dump()
    assert (await ada.get(f"/queue/{call_id}"))["curve"] == half.model_dump()

    profile = await house.store(b"{}", output="profile", media_type="application/json")
    outputs = CallOutputs(values={"report": {}}, files=[profile])
    async with house.resources.database.begin() as uow:
        await leases.complete(uow, call_id, fence, outputs, seconds=1.0, told=Told(curve=whole))
    (kept,) = await ada.get(f"/characters/{character['id']}/training")
    assert (kept["state"], kept["curve"]) == ("succeeded", whole.model_dump())
    (past,) = (await ada.get("/queue/history?task=character.train_lora"))["items"]
    assert past["curve"] == whole.model_dump()


def test_progress_brings_the_new_points_of_the_curve() -> None:
    call = Call(subject_id=UUID(int=7))
    new = Curve(label="Loss", points=[CurvePoint(percent=50, loss=0.25)])
    told = progressed(call, Progress(50.4, "learning", 3.0, curve=new))
    heard = TrainingProgress.model_validate_json(json.dumps(told.payload))
    assert (heard.progress, heard.curve) == (50, new)
