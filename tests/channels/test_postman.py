"""Real messages through the sending process, to real servers on this machine."""

import asyncio
import os
import signal
from typing import Any

from onmodel.channels.post_office import Outcome, PostOffice
from onmodel.channels.vault import Vault
from tests.channels.receivers import HERE, Browser, Mailbox, Service, http_service
from tests.support.waiting import eventually

LETTER = {"way": "apprise", "title": "A question", "body": "Which Mara?\n\nhttp://here/p/1"}


def push_parcel(browser: Browser, **changes: Any) -> dict[str, Any]:
    parcel: dict[str, Any] = {
        "way": "push",
        "subscription": browser.subscription,
        "key": Vault(b"a secret").push_key,
        "contact": "mailto:onmodel@studio.example",
        "topic": "0" * 32,
        "ttl": 3600,
        "data": '{"title": "Ärger"}',
    }
    return parcel | changes


async def test_a_webhook_gets_title_and_words(office: PostOffice, service: Service) -> None:
    assert await office.send({**LETTER, "url": service.address}) == Outcome("sent")
    arrived = service.next().json
    assert arrived["title"] == "A question"
    assert arrived["message"] == "Which Mara?\n\nhttp://here/p/1"


async def test_a_mail_arrives_as_plain_text(mailbox: Mailbox) -> None:
    """The mail server may be inside: the administrator named it."""
    office = PostOffice()
    url = f"{mailbox.url}&to=ada@studio.example&format=text"
    try:
        assert (await office.send({**LETTER, "url": url})).kind == "refused"
        sent = await office.send({**LETTER, "url": url, "trusted": True})
    finally:
        await office.close()
    assert sent == Outcome("sent")
    receivers, mail = await mailbox.next()
    assert receivers == ["ada@studio.example"]
    assert mail["Subject"] == "A question"
    assert mail.get_content_type() == "text/plain"
    words = mail.get_payload(decode=True)
    assert isinstance(words, bytes)
    assert b"Which Mara?" in words


async def test_a_push_is_encrypted_for_the_browser_and_signed(
    office: PostOffice, service: Service
) -> None:
    browser = Browser(f"{service.url}/push/1")
    assert await office.send(push_parcel(browser)) == Outcome("sent")
    request = service.next()
    assert b"rger" not in request.body
    assert browser.read(request.body) == {"title": "Ärger"}
    headers = request.headers
    assert headers["authorization"].startswith("vapid t=")
    assert Vault(b"a secret").push_public_key in headers["authorization"]
    assert (headers["content-encoding"], headers["ttl"]) == ("aes128gcm", "3600")
    assert headers["topic"] == "0" * 32


async def test_a_browser_that_took_its_permission_back_is_gone(
    office: PostOffice, service: Service
) -> None:
    for status in (404, 410):
        service.answer = status
        assert (await office.send(push_parcel(Browser(service.url)))).kind == "gone"
    service.answer = 503
    assert (await office.send(push_parcel(Browser(service.url)))).kind == "failed"


async def test_a_service_that_is_down_may_be_up_later_and_one_that_refuses_will_not(
    office: PostOffice, service: Service
) -> None:
    service.answer = 503
    failed = await office.send({**LETTER, "url": service.address})
    assert failed == Outcome("failed", "The service did not take the message (it says 503).")
    service.answer = 403
    assert (await office.send({**LETTER, "url": service.address})).kind == "refused"
    assert (await office.send({**LETTER, "url": "json://127.0.0.1:1"})).kind == "failed"


async def test_nothing_inside_is_reached_unless_it_is_allowed(service: Service) -> None:
    office = PostOffice()
    try:
        for parcel in (
            {**LETTER, "url": service.address},
            {**LETTER, "url": service.address.replace("127.0.0.1", "localhost")},
            push_parcel(Browser(service.url)),
        ):
            outcome = await office.send(parcel)
            assert outcome.kind == "refused"
            assert "network of this server" in outcome.words
    finally:
        await office.close()
    assert service.requests.empty()


async def test_a_redirect_is_not_followed(office: PostOffice, service: Service) -> None:
    with http_service() as other:
        service.answer, service.location = 307, other.url
        assert (await office.send({**LETTER, "url": service.address})).kind == "failed"
        assert (await office.send(push_parcel(Browser(service.url)))).kind == "failed"
        assert other.requests.empty()


async def test_an_address_cannot_make_a_service_read_a_file(
    office: PostOffice, service: Service
) -> None:
    """A Discord or Teams address may name a template; it may not be a file of this server."""
    url = f"workflows://{service.url.removeprefix('http://')}/a/b"
    unencrypted = await office.send({**LETTER, "url": url})
    assert unencrypted == Outcome("failed", "The service could not be reached.")
    with_file = await office.send({**LETTER, "url": f"{url}?template=/etc/passwd"})
    assert with_file == Outcome("refused", "This address is not understood.")
    assert service.requests.empty()


async def test_many_leave_at_once_and_one_that_is_lost_harms_no_other(
    office: PostOffice, service: Service
) -> None:
    sending = [office.send({**LETTER, "url": service.address}) for _ in range(20)]
    assert await asyncio.gather(*sending) == [Outcome("sent")] * 20
    before = office.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    outcome = await office.send({**LETTER, "url": service.address})
    if outcome.kind == "failed":  # the pipe was still open when it was written to
        outcome = await office.send({**LETTER, "url": service.address})
    assert outcome == Outcome("sent")
    assert office.pid != before


async def test_what_takes_too_long_fails_and_the_next_one_is_sent(service: Service) -> None:
    office = PostOffice(HERE, deadline_seconds=0.0)
    try:
        slow = await office.send({**LETTER, "url": service.address})
        assert slow == Outcome("failed", "The service took too long to answer.")
        assert office.pid is None
    finally:
        await office.close()


async def test_the_process_ends_when_nothing_is_sent(office: PostOffice, service: Service) -> None:
    await office.send({**LETTER, "url": service.address})
    pid = office.pid
    assert pid is not None
    await office.close_if_idle()
    assert office.pid == pid
    await office.close_if_idle(idle_seconds=0.0)
    assert office.pid is None
    eventually(lambda: not _alive(pid))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
