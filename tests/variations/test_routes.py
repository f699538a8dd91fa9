"""The standard sheet: asked for, judged, compared, chosen, exported."""

import asyncio
import io

import pytest
from PIL import Image

from onmodel.dispatch import leases
from onmodel.dispatch.schemas import CallError, CallOutputs
from onmodel.dispatch.tiers import Tier
from onmodel.variations.standard import PREVIEW_KEYS
from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person


async def _character(house: House, person: Person, *, count: int = 3) -> dict:  # type: ignore[type-arg]
    character = await house.character(person, await house.project(person))
    for number in range(count):
        added = await person.upload(character["id"], picture(number))
        await house.answer(added["id"], values=report(face(1, number), picture=number))
    return character


async def _draw(house: House, variation_id: str, seed: int = 500, **judged: object) -> None:
    """Play generator and judge for one variation."""
    image = await house.store(picture(seed, kind="PNG"), output="image", media_type="image/png")
    report_ = {"report": {"preview": True, "size": 320}}
    await house.answer(variation_id, values=report_, files=[image], function="puppet")
    crop = await house.store(
        picture(seed + 1, kind="PNG"), output="crops.0", media_type="image/png"
    )
    await house.answer(variation_id, values=judged or report(face(1, seed)), files=[crop])


async def test_a_whole_sheet_is_asked_for_at_once(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    asked = await ada.post(path, {}, status=202)
    assert [row["key"] for row in asked] == list(PREVIEW_KEYS)
    assert len(asked) >= 12
    assert {row["state"] for row in asked} == {"queued"}
    assert {row["current"] for row in asked} == {True}
    complete = await ada.post(path, {}, status=409)
    assert complete["code"] == "sheet_complete"


async def test_a_picture_is_kept_with_its_recipe_and_judged(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (asked,) = await ada.post(path, {"keys": ["expression/happy"], "seed": 7}, status=202)
    await _draw(house, asked["id"])
    done = await ada.get(f"/variations/{asked['id']}")
    assert (done["state"], done["preview"], done["measurable"]) == ("succeeded", True, "measured")
    assert done["p_same"] > 0.9
    assert done["p_same_low"] <= done["p_same"] <= done["p_same_high"]
    assert 0 <= done["fidelity"] <= 100
    assert done["judge"]["references"] == 3
    assert done["crop"] is not None
    recipe = done["recipe"]
    assert (recipe["function"], recipe["version"], recipe["seed"]) == ("puppet", "1", 7)
    assert recipe["parameters"] == {"key": "expression/happy", "seed": 7, "size": 768}
    assert [len(given["sha256"]) for given in recipe["inputs"]] == [64, 64, 64]
    assert (await ada.get(f"/characters/{character['id']}"))["variation_count"] == 1


async def test_a_picture_says_what_was_asked_for_what_was_used_and_why(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (asked,) = await ada.post(path, {"keys": ["expression/happy"], "tier": "high"}, status=202)
    call_id, fence = await house.begin(asked["id"])
    async with house.resources.database.begin() as uow:
        await leases.record_function(
            *(uow, call_id, fence),
            name="puppet",
            version="1",
            tier=Tier.LOW,
            reason="all_busy",
            function_reason="only_one",
        )
    image = await house.store(picture(500, kind="PNG"), output="image", media_type="image/png")
    async with house.resources.database.begin() as uow:
        await leases.complete(uow, call_id, fence, CallOutputs(files=[image]), seconds=0.1)
    recipe = (await ada.get(f"/variations/{asked['id']}"))["recipe"]
    assert (recipe["tier_asked"], recipe["tier_used"]) == ("high", "low")
    assert recipe["tier_reason"] == "Every machine for it was busy."
    assert recipe["function_reason"] == "Nothing else here does this."


async def test_a_stranger_in_the_picture_scores_low(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    (asked,) = await ada.post(
        f"/characters/{character['id']}/variations", {"keys": ["angle/front"]}, status=202
    )
    await _draw(house, asked["id"], 501, **report(face(2, 501)))
    done = await ada.get(f"/variations/{asked['id']}")
    assert done["p_same"] < 0.1
    assert done["fidelity"] < 1


async def test_what_cannot_be_judged_says_so_and_is_never_zero(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    (asked,) = await ada.post(
        f"/characters/{character['id']}/variations", {"keys": ["lighting/noir"]}, status=202
    )
    await _draw(house, asked["id"], 502, **report())
    done = await ada.get(f"/variations/{asked['id']}")
    assert (done["measurable"], done["reason"], done["p_same"]) == (
        "not_measurable",
        "no_face",
        None,
    )
    assert "face" in done["reason_text"]


async def test_what_the_built_in_engine_cannot_do_is_refused_clearly(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    assert (await ada.post(path, {"keys": ["angle/side_left"]}, status=409))["code"] == "cannot_do"
    unknown = await ada.post(path, {"keys": ["expression/smug"]}, status=422)
    assert unknown["code"] == "unknown_variation_key"


async def test_without_a_face_to_start_from_nothing_is_asked(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    problem = await ada.post(f"/characters/{character['id']}/variations", {}, status=409)
    assert problem["code"] == "no_usable_reference"
    assert await ada.get(f"/characters/{character['id']}/variations") == []


async def test_a_candidate_replaces_nothing_until_somebody_confirms(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (first,) = await ada.post(path, {"keys": ["expression/happy"]}, status=202)
    await _draw(house, first["id"])
    await ada.patch(f"/variations/{first['id']}", {"verdict": "approved"})
    candidate = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=202)
    assert (candidate["current"], candidate["candidate_of"]) == (False, first["id"])
    assert candidate["recipe"]["seed"] == 1
    early = await ada.post(f"/variations/{candidate['id']}/confirm", status=409)
    assert early["code"] == "variation_not_finished"
    await _draw(house, candidate["id"], 600)
    assert {row["id"]: row["current"] for row in await ada.get(path)} == {
        first["id"]: True,
        candidate["id"]: False,
    }
    confirmed = await ada.post(f"/variations/{candidate['id']}/confirm")
    assert (confirmed["current"], confirmed["verdict"]) == (True, None)
    assert [row["id"] for row in await ada.get(path)] == [candidate["id"]]
    twice = await ada.post(f"/variations/{candidate['id']}/confirm", status=409)
    assert twice["code"] == "not_a_candidate"


async def test_keeping_the_current_one_puts_the_candidate_away(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (first,) = await ada.post(path, {"keys": ["expression/happy"]}, status=202)
    await _draw(house, first["id"])
    candidate = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=202)
    await ada.post(f"/variations/{candidate['id']}/discard")
    (left,) = await ada.get(path)
    assert left["id"] == first["id"]
    gone = await ada.get(f"/variations/{candidate['id']}")
    assert (gone["state"], gone["removed_at"] is None) == ("cancelled", False)
    next_one = await ada.post(f"/variations/{first['id']}/regenerate", {"seed": 41}, status=202)
    assert next_one["recipe"]["seed"] == 41


async def test_a_failure_is_told_and_can_be_tried_again(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (first,) = await ada.post(path, {"keys": ["body/bust"]}, status=202)
    error = CallError(code="no_face", message="No face here.", fault="input", retry=False)
    await house.answer(first["id"], error=error)
    failed = await ada.get(f"/variations/{first['id']}")
    assert (failed["state"], failed["error"]["detail"]) == ("failed", "No face here.")
    again = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=202)
    assert (again["current"], again["candidate_of"]) == (True, None)
    assert [row["id"] for row in await ada.get(path)] == [again["id"]]


async def test_approve_reject_star_and_take_it_back(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    character = await _character(house, ada)
    await ada.put(f"/projects/{character['project_id']}/members/{bob.id}", {"role": "reviewer"})
    path = f"/characters/{character['id']}/variations"
    (row,) = await ada.post(path, {"keys": ["expression/sad"]}, status=202)
    too_low = await bob.post(f"/variations/{row['id']}/regenerate", {}, status=403)
    assert too_low["code"] == "not_allowed"
    early = await bob.patch(f"/variations/{row['id']}", {"verdict": "approved"}, status=409)
    assert early["code"] == "variation_not_finished"
    await _draw(house, row["id"])
    approved = await bob.patch(f"/variations/{row['id']}", {"verdict": "approved"})
    assert (approved["verdict"], approved["verdict_by"]) == ("approved", str(bob.id))
    starred = await bob.patch(f"/variations/{row['id']}", {"starred": True})
    assert (starred["verdict"], starred["starred"]) == ("approved", True)
    back = await bob.patch(f"/variations/{row['id']}", {"verdict": None})
    assert (back["verdict"], back["verdict_by"], back["starred"]) == (None, None, True)
    denied = await bob.post(f"/variations/{row['id']}/regenerate", {}, status=403)
    assert denied["code"] == "not_allowed"


async def test_the_sheet_is_one_page_as_png_and_pdf(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}"
    empty = await ada.get(f"{path}/sheet.png", status=409)
    assert empty["code"] == "nothing_to_export"
    for row in await ada.post(
        f"{path}/variations", {"keys": ["expression/happy", "lighting/noir"]}, status=202
    ):
        await _draw(house, row["id"])
    png = await ada.api.get(f"/api/v1{path}/sheet.png")
    assert "Mara%20model%20sheet.png" in png.headers["content-disposition"]
    page = Image.open(io.BytesIO(png.content))
    assert abs(page.width / page.height - 420 / 297) < 0.01
    pdf = await ada.api.get(f"/api/v1{path}/sheet.pdf")
    assert pdf.content.startswith(b"%PDF-")
    assert pdf.content.count(b"/Type /Page\n") + pdf.content.count(b"/Type /Page ") == 1


async def test_a_failed_picture_is_made_anew_once_however_often_one_clicks(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    (first,) = await ada.post(path, {"keys": ["body/bust"]}, status=202)
    error = CallError(code="no_face", message="No face here.", fault="input", retry=False)
    await house.answer(first["id"], error=error)
    async with house.socket(ada, character["project_id"]) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        again = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=202)
        await socket.until("server:variation.removed", lambda p: p["variation_id"] == first["id"])
    late = await ada.post(f"/variations/{first['id']}/regenerate", {}, status=404)
    assert late["code"] == "variation_not_found"
    assert [row["id"] for row in await ada.get(path)] == [again["id"]]


async def test_one_of_two_candidates_is_chosen_and_the_other_put_away(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    wish = {"keys": ["expression/happy"]}
    (first,) = await ada.post(path, wish, status=202)
    await _draw(house, first["id"])
    (one,) = await ada.post(path, wish, status=202)
    await _draw(house, one["id"], 600)
    (three,) = await ada.post(path, wish, status=202)
    await _draw(house, three["id"], 620)
    (two,) = await ada.post(path, wish, status=202)
    await ada.post(f"/variations/{one['id']}/confirm")
    assert [row["id"] for row in await ada.get(path)] == [one["id"]]
    for other in (two, three):
        late = await ada.post(f"/variations/{other['id']}/confirm", status=409)
        assert late["code"] == "not_a_candidate"
    assert (await ada.get(f"/variations/{two['id']}"))["state"] == "cancelled"
    put_away = await ada.patch(f"/variations/{three['id']}", {"starred": True}, status=404)
    assert put_away["code"] == "variation_not_found"


async def test_a_removed_character_is_not_drawn(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    await ada.delete(f"/characters/{character['id']}")
    problem = await ada.post(f"/characters/{character['id']}/variations", {}, status=404)
    assert problem["code"] == "character_not_found"


async def test_a_second_click_makes_no_second_picture(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    path = f"/characters/{character['id']}/variations"
    wish = {"keys": ["expression/happy"]}
    (first,) = await ada.post(path, wish, status=202)
    assert (await ada.post(path, wish, status=409))["code"] == "sheet_complete"
    await _draw(house, first["id"])
    (candidate,) = await ada.post(path, wish, status=202)
    assert candidate["candidate_of"] == first["id"]
    assert (await ada.post(path, wish, status=409))["code"] == "sheet_complete"


async def test_a_picture_that_was_looked_at_has_a_placeholder(house: House) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    (row,) = await ada.post(
        f"/characters/{character['id']}/variations", {"keys": ["lighting/noir"]}, status=202
    )
    await _draw(house, row["id"])
    file = (await ada.get(f"/variations/{row['id']}"))["file"]
    looks = [ada.api.get(f"/api/v1/files/{file['id']}/{kind}") for kind in ("thumb", "preview")]
    assert {look.status_code for look in await asyncio.gather(*looks)} == {200}
    file = (await ada.get(f"/variations/{row['id']}"))["file"]
    assert (file["width"], file["height"]) == (320, 240)
    assert file["thumbhash"]


@pytest.mark.parametrize("begun", [False, True])
async def test_a_lost_worker_sends_a_picture_back_to_the_queue(
    house: House,
    begun: bool,
) -> None:
    ada = await house.person("ada")
    character = await _character(house, ada)
    (row,) = await ada.post(
        f"/characters/{character['id']}/variations", {"keys": ["angle/front"]}, status=202
    )
    await house.lose(row["id"], begun=begun)
    assert (await ada.get(f"/variations/{row['id']}"))["state"] == "queued"
    await _draw(house, row["id"])
    assert (await ada.get(f"/variations/{row['id']}"))["state"] == "succeeded"
