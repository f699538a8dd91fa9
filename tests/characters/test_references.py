"""Reference pictures, and the advice on each."""

import asyncio

from tests.support.drawings import picture
from tests.support.faces import face, report
from tests.support.house import House, Person


async def _add(
    house: House, person: Person, character_id: str, number: int, **answer: object
) -> str:
    added = await person.upload(character_id, picture(number), name=f"{number}.jpg")
    values = report(face(1, number), picture=number) if not answer else dict(answer)
    await house.answer(added["id"], values=values)
    return added["id"]


async def _by_id(person: Person, character_id: str) -> dict[str, dict]:  # type: ignore[type-arg]
    rows = await person.get(f"/characters/{character_id}/references")
    return {row["id"]: row for row in rows}


def _codes(reference: dict) -> set[str]:  # type: ignore[type-arg]
    return {finding["code"] for finding in reference["findings"]}


async def test_a_picture_is_remade_stored_and_measured(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    added = await ada.upload(character["id"], picture(1), name="../../Mara 🎬.JPG")
    assert added["state"] == "checking"
    assert added["name"] == "Mara 🎬.JPG"
    await house.answer(added["id"], values=report(face(1, 1), picture=1))
    (ready,) = (await _by_id(ada, character["id"])).values()
    assert (ready["state"], ready["verdict"]) == ("ready", "helps")
    assert ready["face"]["face_px"] == 220.0
    thumb = await ada.api.get(f"/api/v1/files/{ready['file']['id']}/thumb")
    assert thumb.headers["content-type"] == "image/webp"
    assert "immutable" in thumb.headers["cache-control"]
    now = await ada.get(f"/characters/{character['id']}")
    assert (now["reference_count"], now["usable_reference_count"]) == (1, 1)
    assert now["cover"]["id"] == ready["file"]["id"]


async def test_the_same_file_counts_once_even_when_sent_twice_at_once(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    path = f"/api/v1/characters/{character['id']}/references"
    files = {"file": ("a.jpg", picture(1))}
    answers = await asyncio.gather(*(ada.api.post(path, files=files) for _ in range(2)))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json()["code"] == "duplicate_reference"
    assert len(await _by_id(ada, character["id"])) == 1


async def test_somebody_else_is_found_out_when_there_is_a_set(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    stranger = await _add(house, ada, character["id"], 50, **report(face(2, 50), picture=50))
    own = [await _add(house, ada, character["id"], number) for number in (1, 2, 3)]
    rows = await _by_id(ada, character["id"])
    assert rows[stranger]["verdict"] == "hurts"
    assert "somebody_else" in _codes(rows[stranger])
    assert all("somebody_else" not in _codes(rows[id_]) for id_ in own)
    now = await ada.get(f"/characters/{character['id']}")
    assert (now["reference_count"], now["usable_reference_count"]) == (4, 3)


async def test_a_face_of_another_character_is_named(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    other = await house.character(ada, project_id, name="Anouk")
    await _add(house, ada, other["id"], 60, **report(face(2, 60), picture=60))
    character = await house.character(ada, project_id)
    for number in (1, 2):
        await _add(house, ada, character["id"], number)
    lost = await _add(house, ada, character["id"], 61, **report(face(2, 61), picture=61))
    texts = [f["text"] for f in (await _by_id(ada, character["id"]))[lost]["findings"]]
    assert "It looks like Anouk." in texts


async def test_several_faces_small_faces_and_no_face_are_told(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    for number in (1, 2):
        await _add(house, ada, character["id"], number)
    crowd = await _add(house, ada, character["id"], 3, **report(face(1, 3), face(2, 3), picture=3))
    small = await _add(
        house, ada, character["id"], 4, **report(face(1, 4, face_px=40.0), picture=4)
    )
    empty = await _add(house, ada, character["id"], 5, **report(picture=5))
    rows = await _by_id(ada, character["id"])
    assert (rows[crowd]["verdict"], rows[empty]["verdict"]) == ("hurts", "hurts")
    assert "several_faces" in _codes(rows[crowd])
    assert rows[small]["verdict"] == "neutral"
    assert "small_face" in _codes(rows[small])
    assert "no_face" in _codes(rows[empty])


async def test_a_drawn_character_is_not_scolded_for_having_no_face(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada), name="Fox")
    drawn = await _add(house, ada, character["id"], 1, **report(picture=1))
    row = (await _by_id(ada, character["id"]))[drawn]
    assert row["verdict"] == "neutral"
    assert "drawn" in row["findings"][0]["text"]


async def test_undo_of_a_removal_brings_the_picture_back(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    id_ = await _add(house, ada, character["id"], 1)
    await ada.delete(f"/references/{id_}")
    assert await _by_id(ada, character["id"]) == {}
    assert (await ada.get(f"/characters/{character['id']}"))["cover"] is None
    await ada.post(f"/references/{id_}/restore")
    assert list(await _by_id(ada, character["id"])) == [id_]


async def test_the_base_face_is_the_cover(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    await _add(house, ada, character["id"], 1)
    second = await _add(house, ada, character["id"], 2)
    chosen = await ada.post(f"/references/{second}/base")
    now = await ada.get(f"/characters/{character['id']}")
    assert chosen["is_base"] is True
    assert now["cover"]["id"] == chosen["file"]["id"]


async def test_what_is_no_picture_is_refused_and_leaves_nothing(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    text = await ada.upload(character["id"], b"hello", name="mara.jpg", status=415)
    assert text["code"] == "not_a_picture"
    huge = await ada.upload(character["id"], b"\0" * (40 << 20), status=413)
    assert huge["code"] == "file_too_large"
    broken = await ada.upload(character["id"], picture(1)[:2000], status=422)
    assert broken["code"] == "damaged_picture"
    assert await _by_id(ada, character["id"]) == {}
    assert not list(house.resources.settings.run.glob("upload-*"))


async def test_an_upload_that_breaks_off_leaves_nothing(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    host = house.url.removeprefix("http://")
    _, writer = await asyncio.open_connection(*host.split(":"))
    head = (
        f"POST /api/v1/characters/{character['id']}/references HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {ada.token}\r\nContent-Length: 900000\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    )
    writer.write(head.encode() + picture(1))
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await ada.get(f"/characters/{character['id']}/references") == []
    assert not list(house.resources.settings.run.glob("upload-*"))


async def test_a_viewer_cannot_add_pictures(house: House) -> None:
    ada, bob = await house.person("ada"), await house.person("bob")
    project_id = await house.project(ada)
    await ada.put(f"/projects/{project_id}/members/{bob.id}", {"role": "viewer"})
    character = await house.character(ada, project_id)
    problem = await bob.upload(character["id"], picture(1), status=403)
    assert problem["code"] == "not_allowed"


async def test_links_expire_and_cannot_be_forged(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    added = await ada.upload(character["id"], picture(1))
    link = await ada.post(f"/files/{added['file']['id']}/link")
    path = "/api/v1" + link["url"].split("/api/v1", 1)[1]
    async with house.client() as stranger:
        assert (await stranger.get(path)).status_code == 200
        forged = await stranger.get(path.replace("sig=", "sig=A"))
        assert (forged.status_code, forged.json()["code"]) == (403, "link_invalid")
        bare = await stranger.get(path.split("?")[0])
        assert (bare.status_code, bare.json()["code"]) == (401, "not_signed_in")


async def test_parts_of_a_file_and_unchanged_files(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    added = await ada.upload(character["id"], picture(1))
    path = f"/api/v1/files/{added['file']['id']}/original"
    whole = await ada.api.get(path)
    part = await ada.api.get(path, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{len(whole.content)}"
    beyond = await ada.api.get(path, headers={"Range": "bytes=99999999-"})
    assert beyond.status_code == 416
    same = await ada.api.get(path, headers={"If-None-Match": whole.headers["etag"]})
    assert (same.status_code, same.content) == (304, b"")


async def test_a_removed_character_takes_no_pictures_and_stays_removed(house: House) -> None:
    ada = await house.person("ada")
    project_id = await house.project(ada)
    character = await house.character(ada, project_id)
    added = await ada.upload(character["id"], picture(1))
    await ada.delete(f"/characters/{character['id']}")
    async with house.socket(ada, project_id) as socket:
        await socket.send("client:sync_request", {})
        await socket.until("server:full_sync")
        # the measurement ends after the removal
        await house.answer(added["id"], values=report(face(1, 1), picture=1))
        last = await socket.until("server:character.removed")
        assert last["payload"]["data"]["reference_count"] == 1
        assert "server:character.updated" not in {frame["event"] for frame in socket.seen}
    refused = await ada.upload(character["id"], picture(2), status=404)
    assert refused["code"] == "character_not_found"


async def test_two_who_remove_one_picture_remove_it_once(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    added = await ada.upload(character["id"], picture(1))
    path = f"/api/v1/references/{added['id']}"
    answers = await asyncio.gather(*(ada.api.delete(path) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 404, 404, 404]


async def test_bringing_back_what_is_there_changes_nothing(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    added = await ada.upload(character["id"], picture(1))
    before = await ada.get(f"/characters/{character['id']}/history")
    await ada.post(f"/references/{added['id']}/restore")
    assert await ada.get(f"/characters/{character['id']}/history") == before


async def test_a_picture_recovers_when_its_twin_is_removed(house: House) -> None:
    ada = await house.person("ada")
    character = await house.character(ada, await house.project(ada))
    twin = face(1, 1)
    first = await _add(house, ada, character["id"], 1, **report(twin, picture=1))
    second = await _add(house, ada, character["id"], 2, **report(twin, picture=1))
    assert (await _by_id(ada, character["id"]))[second]["verdict"] == "hurts"
    await ada.delete(f"/references/{first}")
    assert (await _by_id(ada, character["id"]))[second]["verdict"] == "helps"
    assert (await ada.get(f"/characters/{character['id']}"))["usable_reference_count"] == 1
    await ada.post(f"/references/{first}/restore")
    assert (await _by_id(ada, character["id"]))[second]["verdict"] == "hurts"
