"""Terms on the page of functions: read by everybody, accepted by an administrator, and a mark."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from onmodel.dispatch import leases
from onmodel.dispatch.schemas import CallOutputs
from onmodel.settings import Settings
from tests.functions.conftest import manifest_text, write_function
from tests.review import cast
from tests.support.drawings import picture
from tests.support.house import House, running
from tests.support.site import open_site, safetensors

TERMS = [{"name": "CC-BY-NC-4.0", "url": "https://creativecommons.org/licenses/by-nc/4.0/"}]
WEIGHT = """
[[weights]]
name = "hair.safetensors"
source = "https://example.org/{{revision}}/hair.safetensors"
revision = "1"
sha256 = "{sha256}"
bytes = 100
licence = "CC-BY-NC-4.0"
licence_url = "https://creativecommons.org/licenses/by-nc/4.0/"
commercial = false
""".format(sha256="0" * 64)


@pytest.fixture
async def place(
    database_url: str, broker_url: str, home: Path, tmp_path: Path
) -> AsyncIterator[House]:
    write_function(tmp_path, "hair", manifest_text("hair", title='"Hair"', weights=WEIGHT))
    write_function(tmp_path, "free", manifest_text("free"))
    settings = Settings(
        home=home, database_url=database_url, broker_url=broker_url, functions_dir=tmp_path
    )
    async with running(settings) as house:
        yield house


async def test_an_administrator_accepts_and_everybody_sees_who(place: House) -> None:
    ada, bea = await place.person("ada", admin=True), await place.person("bea")
    hair = await bea.get("/functions/hair")
    assert (hair["commercial"], hair["enabled"], hair["acceptance"]) == (False, False, None)
    assert hair["terms"] == TERMS
    assert hair["weights"][0]["licence_url"] == TERMS[0]["url"]
    refused = await bea.post("/functions/hair/licence", {"terms": TERMS}, status=403)
    assert refused["code"] == "administrators_only"

    accepted = await ada.post("/functions/hair/licence", {"terms": TERMS})
    assert accepted["enabled"]
    assert accepted["acceptance"]["by"] == "Ada"
    assert await bea.get("/functions/hair") == accepted

    await bea.delete("/functions/hair/licence", status=403)
    withdrawn = await ada.delete("/functions/hair/licence")
    assert (withdrawn["enabled"], withdrawn["acceptance"]) == (False, None)


async def test_what_was_not_read_cannot_be_accepted(place: House) -> None:
    ada = await place.person("ada", admin=True)
    other = [{"name": "CC-BY-4.0", "url": "https://example.org"}]
    problem = await ada.post("/functions/hair/licence", {"terms": other}, status=409)
    assert problem["code"] == "terms_changed"
    problem = await ada.post("/functions/free/licence", {"terms": []}, status=409)
    assert problem["code"] == "nothing_to_accept"
    problem = await ada.post("/functions/nobody/licence", {"terms": []}, status=404)
    assert problem["code"] == "function_not_found"
    free = await ada.get("/functions/free")
    assert (free["enabled"], free["terms"], free["pull"]) == (True, [], None)


async def test_nothing_is_fetched_before_somebody_accepted(place: House) -> None:
    ada, bea = await place.person("ada", admin=True), await place.person("bea")
    problem = await ada.post("/functions/hair/pull", status=409)
    assert problem["code"] == "licence_not_accepted"
    assert "CC-BY-NC-4.0" in problem["detail"]
    await bea.post("/functions/hair/pull", status=403)
    await bea.delete("/functions/hair/pull", status=403)


async def test_a_picture_keeps_the_terms_of_what_made_it(house: House) -> None:
    ada = await house.person("ada")
    mara = await cast.character(house, ada, await house.project(ada))
    (asked,) = await ada.post(
        f"/characters/{mara['id']}/variations", {"keys": ["body/bust"]}, status=202
    )
    call_id, fence = await house.begin(asked["id"], function="hair")
    image = await house.store(picture(3), output="image", media_type="image/jpeg")
    async with house.resources.database.begin() as uow:
        await leases.record_function(uow, call_id, fence, name="hair", version="2", terms=TERMS)
    async with house.resources.database.begin() as uow:
        outputs = CallOutputs(files=[image])
        await leases.complete(uow, call_id, fence, outputs, seconds=0.1)

    made = await ada.get(f"/variations/{asked['id']}")
    assert (made["commercial"], made["recipe"]["terms"]) == (False, TERMS)
    history = await ada.get("/queue/history")
    (entry,) = [one for one in history["items"] if one["subject_id"] == asked["id"]]
    assert entry["terms"] == TERMS

    sheet = await ada.api.get(f"/api/v1/characters/{mara['id']}/sheet.png")
    assert sheet.status_code == 200
    assert b"Not for commercial use: CC-BY-NC-4.0" in sheet.content
    table = await ada.api.get(f"/api/v1/characters/{mara['id']}/consistency.csv")
    assert "licence_forbids_sale" in table.text.splitlines()[0]
    assert "CC-BY-NC-4.0" in table.text


async def test_model_files_are_fetched_from_the_page(
    database_url: str, broker_url: str, home: Path, tmp_path: Path
) -> None:
    with open_site() as site:
        site.files["/hair.safetensors"] = safetensors()
        weight = site.weight("/hair.safetensors")
        text = "\n".join(
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for key, value in weight.model_dump(exclude_none=True).items()
        ).replace("'", '"')
        write_function(tmp_path, "hair", manifest_text("hair", weights=f"[[weights]]\n{text}"))
        settings = Settings(
            home=home,
            database_url=database_url,
            broker_url=broker_url,
            functions_dir=tmp_path,
            runtime="docker",  # so that no environment is made
        )
        async with running(settings) as house:
            ada = await house.person("ada", admin=True)
            begun = await ada.post("/functions/hair/pull", status=202)
            assert begun["pull"] is None or begun["pull"]["state"] == "running"
            while not (found := await ada.get("/functions/hair"))["weights"][0]["present"]:
                assert found["pull"]["state"] == "running"
                assert found["pull"]["bytes_total"] == weight.bytes
            assert (await ada.delete("/functions/hair/pull"))["pull"] is None

            site.files.clear()
            (home / "weights" / weight.sha256 / weight.name).unlink()
            await ada.post("/functions/hair/pull", status=202)
            while (found := await ada.get("/functions/hair"))["pull"]["state"] == "running":
                pass
            assert found["pull"]["state"] == "failed"
            assert found["pull"]["problem"]["code"] == "package_missing"
