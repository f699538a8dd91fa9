"""People outside the team: by a link, to one decision, and to nothing else."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from sqlalchemy import select, update

from onmodel.decisions import voting
from onmodel.decisions.models import ReviewLink
from onmodel.events.models import Event
from onmodel.kit.clock import now
from tests.decisions.scene import Scene, candidate_ids, scene
from tests.support.house import House

PASSWORD = "a lamp in the fog"
OWN = {"X-OnModel": "1"}


async def _link(this: Scene, decision: str, **data: Any) -> tuple[str, str]:
    """Return the id of a new link and its token."""
    body = {"label": "The client", "password": PASSWORD} | data
    made = await this.ada.post(f"/decisions/{decision}/links", body, status=201)
    return made["id"], made["url"].rpartition("/r/")[2]


async def _enter(
    guest: httpx2.AsyncClient, token: str, name: str = "Cleo", password: str = PASSWORD
) -> httpx2.Response:
    return await guest.post(
        f"/api/v1/review/{token}/enter", json={"name": name, "password": password}
    )


async def test_a_guest_sees_the_pictures_votes_advises_and_comments(house: House) -> None:
    this = await scene(house)
    made = await this.decision(3, quorum=1)
    _, token = await _link(this, made["id"])
    path = f"/api/v1/review/{token}"
    async with house.client(OWN) as guest:
        door = (await guest.get(path)).json()
        assert door == {"has_password": True, "entered": False}
        entered = await _enter(guest, token)
        assert entered.status_code == 200, entered.text
        view = entered.json()
        assert view["name"] == "Cleo"
        for one in view["view"]["decision"]["candidates"]:
            assert (one["variation_id"], one["suggested_by"]) == (None, None)
            addresses = view["pictures"][one["file"]["id"]]
            async with house.client() as anybody:
                picture = await anybody.get(addresses["preview"])
            assert picture.headers["content-type"] == "image/webp"
        assert view["view"]["decision"]["lead_id"] is None
        chosen = candidate_ids(view["view"]["decision"])[1]
        voted = await guest.put(f"{path}/votes/{chosen}", json={"verdict": "approve", "stars": 5})
        assert voted.json()["view"]["votes"] == [
            {"candidate_id": chosen, "verdict": "approve", "stars": 5}
        ]
        said = await guest.post(
            f"{path}/comments", json={"text": "<b>This one</b>", "candidate_id": chosen}
        )
        assert said.status_code == 201
        assert (await guest.get(path)).json()["entered"] is True
    seen = (await this.ada.get(f"/decisions/{made['id']}"))["decision"]
    tally = seen["candidates"][1]["tally"]
    assert (tally["advice"]["approve"], tally["counted"]["approve"], seen["counted"]) == (1, 0, 0)
    assert [one["text"] for one in seen["comments"]] == ["<b>This one</b>"]
    (voter,) = seen["voters"]
    assert (voter["name"], voter["advises"], voter["user_id"]) == ("Cleo", True, None)


async def test_a_guest_reaches_nothing_else(house: House) -> None:
    this = await scene(house)
    made, other = await this.decision(2), await this.decision(2)
    _, token = await _link(this, made["id"])
    _, second = await _link(this, other["id"], password=None)
    async with house.client(OWN) as guest:
        view = (await _enter(guest, token)).json()
        seat = guest.cookies.get("onmodel_guest")
        assert seat
        outside = candidate_ids(other)[0]
        vote = {"verdict": "approve", "stars": None}
        wrong = await guest.put(f"/api/v1/review/{token}/votes/{outside}", json=vote)
        assert wrong.json()["code"] == "candidate_not_found"
        # the seat's secret is no session, no token, and no seat of another link
        for headers in (
            {"Cookie": f"onmodel_guest={seat}"},
            {"Cookie": f"onmodel_session={seat}"},
            {"Authorization": f"Bearer {seat}"},
            {"Authorization": f"Bearer {token}"},
        ):
            async with house.client(OWN | headers) as trying:
                for address in (
                    "/me",
                    "/projects",
                    f"/projects/{this.project}/state",
                    f"/projects/{this.project}/decisions",
                    f"/decisions/{made['id']}",
                    f"/characters/{this.character['id']}",
                    f"/variations/{this.standing['id']}",
                    f"/files/{this.standing['file']['id']}/original",
                    "/people",
                ):
                    answer = await trying.get(f"/api/v1{address}")
                    assert answer.status_code == 401, (address, answer.text)
                answer = await trying.get(f"/api/v1/review/{second}/decision")
                assert answer.json()["code"] == "guest_unknown"
        # an address opens the file it was made for, in the form it was made for
        (file, addresses), *_ = view["pictures"].items()
        query = addresses["preview"].partition("?")[2]
        elsewhere = this.character["cover"]["id"] if this.character["cover"] else file
        async with house.client() as trying:
            for address in (f"{file}/original", f"{elsewhere}/thumb"):
                answer = await trying.get(f"/api/v1/files/{address}?{query}")
                assert answer.status_code == 403, answer.text


async def test_wrong_passwords_are_counted_and_names_are_ones_own(house: House) -> None:
    this = await scene(house)
    made = await this.decision(2)
    _, token = await _link(this, made["id"])
    async with house.client(OWN) as guest:
        assert (await _enter(guest, token, password="wrong")).json()["code"] == (
            "review_password_wrong"
        )
        assert (await _enter(guest, token)).status_code == 200
    async with house.client(OWN) as guest:
        assert (await _enter(guest, token, name="cleo")).json()["code"] == "guest_name_taken"
        assert (await _enter(guest, token, name="\u202eoelC")).status_code == 422
        codes = [(await _enter(guest, token, password="no")).json()["code"] for _ in range(10)]
        assert codes[-1] == "too_many_attempts"
    async with house.client() as elsewhere:
        assert (await _enter(elsewhere, token)).json()["code"] == "cross_site_request"


@pytest.mark.parametrize("how", ["revoked", "expired", "unknown", "decided"])
async def test_a_link_that_ended_lets_nobody_in_or_on(house: House, how: str) -> None:
    this = await scene(house)
    made = await this.decision(2)
    link, token = await _link(this, made["id"])
    path = f"/api/v1/review/{token}"
    async with house.client(OWN) as guest:
        await _enter(guest, token)
        if how == "revoked":
            ended = await this.ada.delete(f"/decisions/{made['id']}/links/{link}")
            assert (ended["revoked_at"] is not None, ended["guests"]) == (True, 1)
        elif how == "expired":
            async with house.resources.database.begin() as uow:
                await uow.session.execute(
                    update(ReviewLink)
                    .where(ReviewLink.id == UUID(link))
                    .values(expires_at=now() - timedelta(seconds=1))
                )
        elif how == "unknown":
            path = f"/api/v1/review/{'x' * 43}"
        else:
            await this.ada.post(f"/decisions/{made['id']}/decide", {"candidate_id": None})
        vote = {"verdict": "approve", "stars": None}
        late = await guest.put(f"{path}/votes/{candidate_ids(made)[0]}", json=vote)
        look = await guest.get(f"{path}/decision")
        fresh = await guest.post(f"{path}/enter", json={"name": "Dan", "password": PASSWORD})
        if how == "decided":
            assert late.json()["code"] == fresh.json()["code"] == "voting_over"
            assert look.json()["view"]["decision"]["state"] == "decided"
        else:
            for answer in (late, look, fresh):
                assert (answer.status_code, answer.json()["code"]) == (410, "review_link_gone")


async def test_guests_compare_blind_and_their_ranking_stands_apart(house: House) -> None:
    this = await scene(house)
    made = await this.decision(3, method="blind")
    _, token = await _link(this, made["id"], password=None)
    path = f"/api/v1/review/{token}"
    async with house.client(OWN) as guest:
        view = (await _enter(guest, token)).json()
        assert view["view"]["decision"]["hidden"] is True
        while (pair := (await guest.get(f"{path}/pairs/next")).json()) is not None:
            body = {key: pair[key] for key in ("left_id", "right_id")}
            best = min(pair["left_id"], pair["right_id"])
            view = (await guest.post(f"{path}/pairs", json=body | {"winner_id": best})).json()
    decision = view["view"]["decision"]
    assert (decision["hidden"], decision["counted"]) == (False, 0)
    best = min(decision["candidates"], key=lambda one: one["advice_rank"]["place"])
    assert best["id"] == min(candidate_ids(decision))
    assert {round(one["rank"]["strength"], 3) for one in decision["candidates"]} == {0}


async def test_comments_are_bounded_and_told_one_at_a_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voting, "MOST_COMMENTS", 4)
    this = await scene(house)
    made = await this.decision(2)
    _, token = await _link(this, made["id"])
    path = f"/api/v1/review/{token}"
    async with house.client(OWN) as guest:
        await _enter(guest, token)
        for number in range(4):
            said = await guest.post(f"{path}/comments", json={"text": f"{number} " + "w" * 1900})
            assert said.status_code == 201
        refused = await guest.post(f"{path}/comments", json={"text": "And"})
        assert refused.json()["code"] == "too_much_said"
    async with house.resources.database.read() as uow:
        rows = await uow.session.scalars(
            select(Event.payload)
            .where(Event.name == "server:decision.updated")
            .order_by(Event.seq.desc())
            .limit(4)
        )
        told = [row["data"]["comments"] for row in rows]
    assert [[one["text"][0] for one in each] for each in told] == [["3"], ["2"], ["1"], ["0"]]
    seen = await this.ada.get(f"/decisions/{made['id']}")
    assert len(seen["decision"]["comments"]) == 4
