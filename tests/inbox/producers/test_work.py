"""Who hears that work of the machines has ended."""

from onmodel.dispatch.schemas import CallError
from tests.inbox.scene import kinds, waiting
from tests.review import cast
from tests.support.drawings import picture
from tests.support.house import House

BROKEN = CallError(code="out_of_memory", message="Too little memory.", fault="function")


async def test_a_sheet_is_one_notice_when_its_last_picture_has_ended(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    keys = ["expression/happy", "expression/sad", "expression/angry"]
    path = f"/characters/{mara['id']}/variations"
    happy, sad, angry = await ada.post(path, {"keys": keys}, status=202)
    await cast.finish(house, happy["id"])
    await cast.finish(house, sad["id"])
    assert await kinds(ada) == []
    await cast.finish(house, angry["id"])
    (notice,) = await waiting(ada)
    assert (notice["kind"], notice["title"]) == ("pictures_done", "3 pictures of Mara are ready")
    assert notice["url"] == f"/p/{project}/c/{mara['id']}"
    await cast.drawn(house, ada, mara["id"], "lighting/noir")
    assert (await waiting(ada))[0]["title"] == "Noir of Mara is ready"


async def test_a_failure_says_what_went_wrong(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await cast.character(house, ada, project)
    keys = ["expression/happy", "expression/sad"]
    happy, sad = await ada.post(f"/characters/{mara['id']}/variations", {"keys": keys}, status=202)
    await cast.finish(house, happy["id"])
    await _fail(house, sad["id"])
    (notice,) = await waiting(ada)
    assert notice["kind"] == "pictures_failed"
    assert notice["title"] == "1 picture of Mara ready, 1 could not be made"
    assert notice["body"].startswith("Too little memory.")
    assert notice["file"] is not None


async def test_a_training_tells_its_end_to_who_asked(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    bob = await cast.member(house, ada, project, "bob", "editor")
    mara = await cast.character(house, ada, project, references=5)
    await bob.post("/inbox/read", {})
    job = await bob.post(f"/characters/{mara['id']}/train", {}, status=202)
    profile = await house.store(b"{}", output="profile", media_type="application/json")
    await house.answer(job["id"], values={"report": {}}, files=[profile])
    (notice,) = await waiting(bob)
    assert notice["title"] == "The training of Mara is complete"
    assert notice["url"] == f"/p/{project}/c/{mara['id']}"
    assert await kinds(ada) == []
    job = await bob.post(f"/characters/{mara['id']}/train", {}, status=202)
    await _fail(house, job["id"])
    notice = (await waiting(bob))[0]
    assert (notice["kind"], notice["title"]) == ("training_failed", "The training of Mara failed")


async def test_a_reference_and_a_check_that_fail_are_told(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    mara = await house.character(ada, project)
    added = await ada.upload(mara["id"], picture(1), name="front.jpg")
    await _fail(house, added["id"])
    answer = await ada.api.post(
        f"/api/v1/projects/{project}/checks", files={"file": ("still.jpg", picture(2))}
    )
    assert answer.status_code == 201, answer.text
    await _fail(house, answer.json()["id"])
    check, reference = await waiting(ada)
    assert reference["title"] == "“front.jpg” of Mara could not be measured"
    assert check["title"] == "“still.jpg” could not be checked"
    assert check["url"] == f"/p/{project}/check"


async def _fail(house: House, subject_id: str) -> None:
    await house.answer(subject_id, error=BROKEN)
