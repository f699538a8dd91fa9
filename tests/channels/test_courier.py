"""The courier: by mail, to a browser, as one of several, and after the key was changed."""

import asyncio
from datetime import timedelta

from sqlalchemy import update

from onmodel.accounts import service as accounts
from onmodel.accounts.models import Session
from onmodel.channels.courier import Courier
from onmodel.kit.db.uow import Database
from onmodel.settings import Settings
from tests.channels.receivers import Browser, Mailbox, Service
from tests.channels.scene import Post
from tests.support.house import House
from tests.worker.conftest import until


async def _give_up_webhook(post: Post) -> None:
    await post.ada.delete(f"/me/notifications/destinations/{post.webhook}", status=204)


async def test_a_mail_goes_to_the_address_from_the_servers_account(
    post: Post, mailbox: Mailbox
) -> None:
    await _give_up_webhook(post)
    await post.ada.post(
        "/me/notifications/destinations", {"address": "ada+film@studio.example"}, status=201
    )
    await post.tell("Ärger\nmit dem Kinn")
    assert await post.round() == 1
    receivers, mail = await mailbox.next()
    assert receivers == ["ada+film@studio.example"]
    assert "onmodel@studio.example" in str(mail["From"])
    assert await post.states() == ["sent"]


async def test_a_browser_gets_a_short_message_and_the_page_it_leads_to(
    post: Post, service: Service
) -> None:
    await _give_up_webhook(post)
    browser = Browser(f"{service.url}/push/1")
    body = {**browser.subscription, "label": "Firefox on Linux"}
    await post.ada.post("/me/notifications/browsers", body, status=201)
    notice = await post.tell()
    assert await post.round() == 1
    shown = browser.read(service.next().body)
    assert {key: shown[key] for key in ("title", "body", "path")} == {
        "title": "Bob mentioned you",
        "body": "The chin is too sharp.",
        "path": notice.url,
    }
    (delivery,) = await post.deliveries()
    assert shown["tag"] == delivery.id.hex


async def test_a_browser_does_not_wait_for_the_digest(post: Post, service: Service) -> None:
    await post.ada.post(
        "/me/notifications/browsers", Browser(f"{service.url}/push/1").subscription, status=201
    )
    await post.wish(digest="daily")
    await post.tell()
    assert await post.round() == 1
    assert service.next().path == "/push/1"
    assert sorted(await post.states()) == ["sent", "waiting"]


async def test_a_browser_that_took_its_permission_back_is_removed(
    post: Post, service: Service
) -> None:
    await _give_up_webhook(post)
    await post.ada.post(
        "/me/notifications/browsers", Browser(f"{service.url}/push/1").subscription, status=201
    )
    await post.tell()
    service.answer = 410
    assert await post.round() == 1
    assert (await post.ada.get("/me/notifications"))["destinations"] == []
    assert await post.deliveries() == []


async def test_a_browser_hears_nothing_once_its_session_is_over(
    post: Post, service: Service
) -> None:
    database = post.house.resources.database
    await _give_up_webhook(post)
    async with database.begin() as uow:
        token, _ = await accounts.create_sign_in_link(uow, post.ada.id, minutes=5)
    async with post.house.client({"X-OnModel": "1"}) as page:
        await page.post(f"/api/v1/auth/link?token={token}")
        body = Browser(f"{service.url}/push/1").subscription
        added = await page.post("/api/v1/me/notifications/browsers", json=body)
        assert added.status_code == 201
        await post.tell()
        await _expire(database, post)
        assert await post.round() == 0
        assert await post.states() == ["skipped"]
        await _expire(database, post, hours=1)
        assert (await page.post("/api/v1/auth/sign-out")).status_code == 204
    assert (await post.ada.get("/me/notifications"))["destinations"] == []
    assert service.requests.empty()


async def _expire(database: Database, post: Post, *, hours: int = 0) -> None:
    async with database.begin() as uow:
        await uow.session.execute(
            update(Session).values(expires_at=post.at + timedelta(hours=hours))
        )


async def test_another_secret_key_asks_for_the_address_again(post: Post) -> None:
    ours = post.house.resources.settings
    settings = Settings.model_validate(
        ours.model_dump(exclude={"secret_key_text"}) | {"ONMODEL_SECRET_KEY": "another one"}
    )
    courier = Courier(post.house.resources.database, settings, clock=lambda: post.at)
    await post.tell()
    assert await courier.round() == 1
    (shown,) = (await post.ada.get("/me/notifications"))["destinations"]
    assert shown["problem"] == "The address can no longer be read. Please add it again."
    assert await post.states() == ["dead"]


async def test_a_running_courier_sends_by_itself_and_hands_over_when_it_stops(
    house: House, post: Post, service: Service
) -> None:
    database, settings = house.resources.database, house.resources.settings
    first, second = Courier(database, settings), Courier(database, settings)
    first.start()
    await post.tell("For the first")
    assert (await asyncio.to_thread(service.next)).json["title"] == "For the first"
    second.start()
    await first.stop()
    await post.tell("For the second")
    assert (await asyncio.to_thread(service.next)).json["title"] == "For the second"

    async def all_sent() -> bool:
        return await post.states() == ["sent", "sent"]

    await until(all_sent)
    await second.stop()
