"""What leaves, when, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from onmodel.channels import outbox
from onmodel.channels.courier import Courier
from onmodel.channels.outbox import CLAIMED_FOR, KEPT_FOR, MOST_ATTEMPTS
from onmodel.inbox import service as inbox
from onmodel.inbox.kinds import Kind
from tests.channels.scene import NOON, Post
from tests.review import cast

HOUR = timedelta(hours=1)


async def test_a_notice_leaves_once(post: Post) -> None:
    notice = await post.tell()
    assert await post.round() == 1
    arrived = post.service.next().json
    assert arrived["title"] == "Bob mentioned you"
    address = f"{post.house.resources.settings.url}{notice.url}"
    assert arrived["message"] == f"The chin is too sharp.\n\n{address}"
    assert await post.round(after=HOUR) == 0
    assert await post.states() == ["sent"]


async def test_a_change_that_is_rolled_back_sends_nothing(post: Post) -> None:
    with pytest.raises(ZeroDivisionError):
        await post.tell(then=lambda: 1 / 0)
    assert await post.deliveries() == []
    assert await post.round() == 0


async def test_what_was_read_in_the_app_is_not_sent(post: Post) -> None:
    notice = await post.tell()
    await post.tell("Another one")
    async with post.house.resources.database.begin() as uow:
        row = await uow.session.get(type(notice), notice.id)
        assert row is not None
        row.read_at = post.at
    assert await post.round() == 1
    assert post.service.next().json["title"] == "Another one"
    assert await post.states() == ["skipped", "sent"]


async def test_who_left_the_project_hears_no_more_of_it(post: Post) -> None:
    bob = await cast.member(post.house, post.ada, post.project, "bob", "owner")
    await post.tell()
    await bob.delete(f"/projects/{post.project}/members/{post.ada.id}")
    assert await post.round() == 1
    assert await post.states() == ["skipped", "sent"]
    # that one was put out concerns oneself, not the project
    assert "Bob" in post.service.next().json["title"]
    assert post.service.requests.empty()


async def test_who_was_shut_out_hears_nothing(post: Post) -> None:
    admin = await post.house.person("root", admin=True)
    await post.tell()
    await admin.patch(f"/users/{post.ada.id}", {"disabled": True})
    assert await post.round() == 0
    assert await post.states() == ["skipped"]


async def test_a_group_that_is_switched_off_for_a_medium_does_not_come_by_it(post: Post) -> None:
    await post.wish(groups=[{"group": "mentions", "push": True, "email": True, "chat": False}])
    await post.tell("A mention")
    await post.tell("A decision", kind=Kind.DECIDED)
    assert await post.round() == 1
    assert post.service.next().json["title"] == "A decision"
    assert await post.states() == ["skipped", "sent"]


async def test_quiet_hours_put_off_and_what_came_meanwhile_is_one_message(post: Post) -> None:
    await post.wish(quiet_from="22:00", quiet_until="07:30")
    await post.tell("First")
    await post.tell("Second")
    await post.happened(datetime(2026, 11, 25, 22, 0, tzinfo=UTC))  # 23:00 in Berlin
    assert await post.round() == 0
    assert await post.round(after=8 * HOUR) == 0
    assert await post.round(after=HOUR / 2) == 1
    arrived = post.service.next().json
    assert arrived["title"] == "2 new things in OnModel"
    assert arrived["message"].index("• First") < arrived["message"].index("• Second")
    assert await post.states() == ["sent", "sent"]


async def test_a_retry_that_falls_into_quiet_hours_waits_for_their_end(post: Post) -> None:
    await post.wish(quiet_from="22:00", quiet_until="07:30")
    await post.tell()
    await post.happened(datetime(2026, 11, 25, 20, 59, 50, tzinfo=UTC))  # 21:59:50 in Berlin
    post.service.answer = 503
    assert await post.round() == 1
    post.service.answer = 200
    assert await post.round(after=timedelta(minutes=1)) == 0
    (delivery,) = await post.deliveries()
    assert delivery.next_at == datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


async def test_a_digest_collects_an_hour(post: Post) -> None:
    await post.wish(digest="hourly")
    for title in ("First", "Second", "Third"):
        await post.tell(title)
    await post.happened(NOON)
    assert await post.round() == 0
    assert await post.round(after=timedelta(minutes=50)) == 1
    assert post.service.next().json["title"] == "3 new things in OnModel"
    assert post.service.requests.empty()


async def test_new_wishes_hold_for_what_waits(post: Post) -> None:
    await post.wish(digest="daily", digest_at="09:00")
    await post.tell()
    await post.happened(NOON)
    assert await post.round() == 0
    await post.wish(digest="off")
    post.at = datetime.now(UTC) + HOUR
    assert await post.round() == 1


async def test_a_failure_is_tried_again_later_and_later_and_in_the_end_given_up(
    post: Post,
) -> None:
    await post.tell()
    post.service.answer = 503
    waits: list[timedelta] = []
    for _ in range(MOST_ATTEMPTS):
        assert await post.round() == 1
        (delivery,) = await post.deliveries()
        waits.append(delivery.next_at - post.at)
        post.at = delivery.next_at
    (delivery,) = await post.deliveries()
    assert delivery.state == "dead"
    assert delivery.problem == "The service did not take the message (it says 503)."
    assert waits[:-1] == sorted(waits[:-1])
    assert timedelta(seconds=15) <= waits[0] <= timedelta(seconds=30)
    assert await post.round(after=24 * HOUR) == 0
    (shown,) = (await post.ada.get("/me/notifications"))["destinations"]
    assert "503" in shown["problem"]
    post.service.answer = 200
    await post.tell()
    await post.round()
    (shown,) = (await post.ada.get("/me/notifications"))["destinations"]
    assert shown["problem"] is None


async def test_a_refusal_is_not_tried_again(post: Post) -> None:
    await post.tell()
    post.service.answer = 403
    assert await post.round() == 1
    assert await post.states() == ["dead"]


async def test_what_a_dead_courier_had_claimed_is_sent_by_the_next_one(post: Post) -> None:
    await post.tell()
    async with post.house.resources.database.begin() as uow:
        assert len(await outbox.claim(uow, post.at)) == 1  # and dies
    assert await post.round() == 0
    assert await post.round(after=CLAIMED_FOR) == 1
    assert post.service.next().json["title"] == "Bob mentioned you"


async def test_two_couriers_at_once_send_each_message_once(post: Post) -> None:
    database, settings = post.house.resources.database, post.house.resources.settings
    other = Courier(database, settings, clock=lambda: post.at)
    await post.tell()
    async with database.begin() as uow, database.begin() as second:
        assert len(await outbox.claim(uow, post.at)) == 1
        assert await outbox.claim(second, post.at) == []
    await other.stop()


async def test_a_withdrawn_notice_takes_its_deliveries_with_it(post: Post) -> None:
    notice = await post.tell()
    async with post.house.resources.database.begin() as uow:
        await inbox.withdraw(uow, [notice.subject_id])
    assert await post.deliveries() == []
    assert await post.round() == 0


async def test_what_ended_long_ago_is_forgotten(post: Post) -> None:
    await post.tell()
    await post.round()
    await post.tell()
    async with post.house.resources.database.begin() as uow:
        await outbox.forget_old(uow, post.at + KEPT_FOR + HOUR)
    assert await post.states() == ["waiting"]
