"""Blind pairs over the API."""

from base64 import urlsafe_b64encode
from uuid import UUID

import pytest
from sqlalchemy import select

from onmodel.review import pair_tokens
from onmodel.review.errors import PairGoneError, PairTokenError
from onmodel.review.models import PairVerdict
from onmodel.review.pair_tokens import PairClaim, Shown
from tests.review import cast
from tests.support.house import House

CLAIM = PairClaim(
    project_id=UUID(int=1),
    person_id=UUID(int=2),
    left=Shown(kind="reference", id=UUID(int=3)),
    right=Shown(kind="variation", id=UUID(int=4)),
    expires_at=1000,
)


def test_a_token_says_what_was_shown_and_nothing_else_passes() -> None:
    token = pair_tokens.seal(b"secret", CLAIM)
    assert pair_tokens.unseal(b"secret", token, now=999) == CLAIM
    with pytest.raises(PairGoneError):
        pair_tokens.unseal(b"secret", token, now=1000)
    body, signature = token.split(".")
    forged = urlsafe_b64encode(b"[1]").decode()
    for bad in (
        f"{body}.{signature[:-2]}AA",
        f"{forged}.{signature}",
        body,
        "",
        "a.b.c",
        "ä.ö",
        pair_tokens.seal(b"other", CLAIM),
    ):
        with pytest.raises(PairTokenError):
            pair_tokens.unseal(b"secret", bad, now=0)


async def test_pairs_come_blind_and_once_until_none_is_left(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    path = f"/projects/{project}/pairs"
    assert await ada.get(f"{path}/next") is None
    mara = await cast.character(house, ada, project, references=1)
    await cast.character(house, ada, project, name="Otto", who=2, references=1)
    await cast.drawn(house, ada, mara["id"], "expression/happy")
    first = await ada.get(f"{path}/next")
    again = await ada.get(f"{path}/next")
    assert again | {"token": first["token"]} == first
    assert set(first) == {"token", "left", "right", "left_crop", "right_crop", "answered"}
    assert (first["answered"], first["left"]["id"] == first["right"]["id"]) == (0, False)
    second = await ada.post(path, {"token": first["token"], "judgement": "same"})
    assert second["answered"] == 1
    assert {second["left"]["id"], second["right"]["id"]} != {
        first["left"]["id"],
        first["right"]["id"],
    }
    # one picture with one reference of each of two characters: two pairs, one of each sort
    assert await ada.post(path, {"token": second["token"], "judgement": "cant_tell"}) is None
    # the same token again changes the answer
    await ada.post(path, {"token": first["token"], "judgement": "not_same"})
    async with house.resources.database.read() as uow:
        rows = list(await uow.session.scalars(select(PairVerdict)))
    assert sorted(row.judgement for row in rows) == ["cant_tell", "not_same"]
    assert sorted(row.same_character for row in rows) == [False, True]
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    assert (await bob.get(f"{path}/next"))["answered"] == 0


async def test_only_the_person_who_was_asked_may_answer(house: House) -> None:
    ada = await house.person("ada")
    project = await house.project(ada)
    path = f"/projects/{project}/pairs"
    mara = await cast.character(house, ada, project)
    await cast.drawn(house, ada, mara["id"], "expression/happy")
    pair = await ada.get(f"{path}/next")
    bob = await cast.member(house, ada, project, "bob", "reviewer")
    vera = await cast.member(house, ada, project, "vera", "viewer")
    answer = {"token": pair["token"], "judgement": "same"}
    assert (await bob.post(path, answer, status=422))["code"] == "pair_token_invalid"
    assert (await vera.post(path, answer, status=403))["code"] == "not_allowed"
    assert (await vera.get(f"{path}/next", status=403))["code"] == "not_allowed"
    other = await house.project(ada, title="Other")
    elsewhere = await ada.post(f"/projects/{other}/pairs", answer, status=422)
    assert elsewhere["code"] == "pair_token_invalid"
    for reference in await ada.get(f"/characters/{mara['id']}/references"):
        await ada.delete(f"/references/{reference['id']}")
    gone = await ada.post(path, answer, status=422)
    assert "removed" in gone["detail"]
