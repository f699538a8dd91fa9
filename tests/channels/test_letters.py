"""What a message says."""

from onmodel.channels.letters import MOST_IN_A_LETTER, MOST_PUSH_BODY, compose, for_a_browser
from onmodel.inbox.models import Notice

URL = "https://onmodel.studio.example"


def notice(n: int, *, body: str = "Look at the chin.") -> Notice:
    return Notice(title=f"Bob mentioned\nyou {n}", body=body, url=f"/p/1/c/{n}")


def test_one_notice_is_told_as_it_stands() -> None:
    letter = compose([notice(1)], URL)
    assert letter.title == "Bob mentioned you 1"
    assert letter.body == f"Look at the chin.\n\n{URL}/p/1/c/1"
    assert compose([notice(1, body="")], URL).body == f"{URL}/p/1/c/1"


def test_a_title_is_one_line_so_that_nobody_writes_headers_of_a_mail() -> None:
    evil = Notice(title="Hello\r\nBcc: eve@studio.example", body="", url="/")
    assert "\n" not in compose([evil], URL).title
    assert "\r" not in compose([evil], URL).title


def test_many_are_one_letter_with_an_end() -> None:
    letter = compose([notice(n) for n in range(MOST_IN_A_LETTER + 12)], URL)
    assert letter.title == f"{MOST_IN_A_LETTER + 12} new things in OnModel"
    assert letter.body.count("•") == MOST_IN_A_LETTER
    assert letter.body.endswith(f"And 12 more: {URL}/inbox")
    assert letter.path == "/inbox"


def test_a_browser_gets_what_its_push_service_takes() -> None:
    long = [notice(1, body="ä" * 5000)]
    assert len(for_a_browser(long, compose(long, URL))["body"]) == MOST_PUSH_BODY
    many = [notice(n) for n in range(7)]
    shown = for_a_browser(many, compose(many, URL))
    assert shown["title"] == "7 new things in OnModel"
    assert shown["body"].splitlines()[0] == "Bob mentioned you 0"
    assert shown["path"] == "/inbox"
