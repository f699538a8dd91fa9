"""Notification settings over REST: read, changed, tested, and nobody else's."""

from typing import Any

import pytest

from onmodel.channels.service import MOST_DESTINATIONS
from tests.channels.receivers import Browser, Service
from tests.channels.scene import Post
from tests.support.house import House

PLACES = "/me/notifications/destinations"


async def test_who_has_said_nothing_gets_everything_at_once(house: House) -> None:
    ada = await house.person("ada")
    shown = await ada.get("/me/notifications")
    wishes = shown["preferences"]
    assert (wishes["time_zone"], wishes["digest"], wishes["quiet_from"]) == (None, "off", None)
    assert [group["group"] for group in wishes["groups"]] == [
        "mentions",
        "decisions",
        "work",
        "people",
    ]
    assert all(group[medium] for group in wishes["groups"] for medium in ("push", "email", "chat"))
    assert (shown["destinations"], shown["mail_offered"]) == ([], True)
    assert len(shown["push_key"]) == 87


async def test_wishes_are_kept(post: Post) -> None:
    groups = [
        {"group": group, "push": True, "email": group != "work", "chat": False}
        for group in ("mentions", "decisions", "work", "people")
    ]
    wishes = {
        "time_zone": "America/Los_Angeles",
        "digest": "daily",
        "digest_at": "08:30:00",
        "quiet_from": "21:00:00",
        "quiet_until": "06:00:00",
        "groups": groups,
    }
    assert await post.wish(**wishes) == wishes
    assert (await post.ada.get("/me/notifications"))["preferences"] == wishes
    assert (await post.wish())["digest"] == "off"


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Europe/Atlantis"},
        {"digest": "yearly"},
        {"quiet_from": "22:00"},
        {"groups": [{"group": "gossip"}]},
    ],
)
async def test_wishes_that_make_no_sense_are_refused(post: Post, wrong: dict[str, Any]) -> None:
    body = {"time_zone": "UTC", "groups": []} | wrong
    await post.ada.put("/me/notifications/preferences", body, status=422)


async def test_an_address_is_never_told_again(post: Post) -> None:
    secret = "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    made = await post.ada.post(PLACES, {"address": secret, "label": "Art channel"}, status=201)
    assert (made["medium"], made["label"]) == ("chat", "Art channel")
    shown = await post.ada.get("/me/notifications")
    assert [place["label"] for place in shown["destinations"]] == ["JSON", "Art channel"]
    assert "JHMHI8" not in str(shown)
    async with post.house.resources.database.read() as uow:
        from onmodel.channels.models import Destination

        kept = await uow.session.get(Destination, made["id"])
        assert kept is not None
        assert b"JHMHI8" not in kept.address


async def test_a_services_own_address_on_the_web_is_understood(post: Post) -> None:
    web = "https://discord.com/api/webhooks/4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"
    assert (await post.ada.post(PLACES, {"address": web}, status=201))["label"] == "Discord"


@pytest.mark.parametrize(
    "address",
    [
        "just words",
        "file:///etc/passwd",
        "syslog://",
        "dbus://",
        "https://example.com/",
        "vapid://ada@studio.example",
        "ada@studio.example,eve@studio.example",
    ],
)
async def test_an_address_that_cannot_be_used_is_refused(post: Post, address: str) -> None:
    problem = await post.ada.post(PLACES, {"address": address}, status=422)
    assert problem["code"] == "address_refused"


async def test_without_a_mail_account_no_mail_is_promised(post: Post) -> None:
    settings = post.house.resources.settings
    object.__setattr__(settings, "mail_url", None)
    assert (await post.ada.get("/me/notifications"))["mail_offered"] is False
    problem = await post.ada.post(PLACES, {"address": "ada@studio.example"}, status=409)
    assert problem["code"] == "mail_not_set_up"


async def test_the_same_place_twice_is_one(post: Post) -> None:
    address = {"address": "ada@studio.example"}
    first = await post.ada.post(PLACES, address, status=201)
    assert (await post.ada.post(PLACES, address, status=201))["id"] == first["id"]


async def test_there_are_only_so_many_places(post: Post) -> None:
    for n in range(MOST_DESTINATIONS - 1):
        await post.ada.post(PLACES, {"address": f"ada{n}@studio.example"}, status=201)
    problem = await post.ada.post(PLACES, {"address": "more@studio.example"}, status=409)
    assert problem["code"] == "too_many_destinations"


async def test_a_browser_belongs_to_who_was_there_last(post: Post, service: Service) -> None:
    bob = await post.house.person("bob")
    browser = Browser(f"{service.url}/push/1").subscription
    await post.ada.post("/me/notifications/browsers", browser, status=201)
    await bob.post("/me/notifications/browsers", browser, status=201)
    hers = (await post.ada.get("/me/notifications"))["destinations"]
    his = (await bob.get("/me/notifications"))["destinations"]
    assert [place["medium"] for place in hers] == ["chat"]
    assert [place["medium"] for place in his] == ["push"]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example/1",
        "https://169.254.169.254/latest",
        "http://10.0.0.5/push",
        "ftp://127.0.0.1/x",
        "https://[::1/",
    ],
)
async def test_a_push_service_is_on_the_internet(post: Post, endpoint: str) -> None:
    body = Browser(endpoint).subscription
    problem = await post.ada.post("/me/notifications/browsers", body, status=422)
    assert problem["code"] == "address_refused"


async def test_a_test_arrives_in_quiet_hours_and_says_so(post: Post) -> None:
    await post.wish(quiet_from="00:00", quiet_until="23:59:59", digest="daily")
    test = await post.ada.post(f"{PLACES}/{post.webhook}/test", status=202)
    assert test["state"] == "waiting"
    assert await post.round() == 1
    assert post.service.next().json["title"] == "A test from OnModel"
    done = await post.ada.get(f"/me/notifications/tests/{test['id']}")
    assert (done["state"], done["problem"]) == ("sent", None)


async def test_a_test_that_fails_says_why_at_once(post: Post) -> None:
    post.service.answer = 503
    test = await post.ada.post(f"{PLACES}/{post.webhook}/test", status=202)
    await post.round()
    done = await post.ada.get(f"/me/notifications/tests/{test['id']}")
    assert done["state"] == "failed"
    assert done["problem"] == "The service did not take the message (it says 503)."


async def test_tests_are_no_way_to_flood_somebody(post: Post) -> None:
    for _ in range(5):
        await post.ada.post(f"{PLACES}/{post.webhook}/test", status=202)
    problem = await post.ada.post(f"{PLACES}/{post.webhook}/test", status=429)
    assert problem["code"] == "too_many_tests"


async def test_other_peoples_places_do_not_exist(post: Post) -> None:
    eve = await post.house.person("eve", admin=True)
    test = await post.ada.post(f"{PLACES}/{post.webhook}/test", status=202)
    nobody = "00000000-0000-7000-8000-000000000000"
    for place in (post.webhook, nobody):
        await eve.delete(f"{PLACES}/{place}", status=404)
        await eve.post(f"{PLACES}/{place}/test", status=404)
    await eve.get(f"/me/notifications/tests/{test['id']}", status=404)
    async with post.house.client() as stranger:
        assert (await stranger.get("/api/v1/me/notifications")).status_code == 401
    await post.ada.delete(f"{PLACES}/{post.webhook}", status=204)
    await post.ada.delete(f"{PLACES}/{post.webhook}", status=404)
