"""docs/realtime.md names every message, and its numbers are the code's."""

import re
from pathlib import Path
from typing import get_args

import pytest

from onmodel.api import state
from onmodel.api.realtime import catching_up, connection, messages, reading, texts
from onmodel.api.realtime.live import desk
from onmodel.notes.marks import MOST_POINTS
from onmodel.text import documents

PAGE = (Path(__file__).parents[3] / "docs" / "realtime.md").read_text(encoding="utf-8")


def test_every_message_of_the_server_is_named() -> None:
    named = [name.partition(":")[2] for name in messages.SERVER_EVENTS]
    assert [name for name in named if name not in PAGE] == []


def test_every_message_of_a_client_is_named() -> None:
    union = get_args(messages.ClientMessage)[0]
    names = [get_args(one.model_fields["event"].annotation)[0] for one in get_args(union)]
    assert len(names) > 10
    assert [name for name in names if f"`{name}" not in PAGE] == []


def test_no_message_is_made_up() -> None:
    known = set(messages.SERVER_EVENTS)
    told = set(re.findall(r"server:[a-z_]+(?:\.[a-z_]+)?", PAGE))
    assert told - known == set()


@pytest.mark.parametrize(
    "said",
    [
        f"up to {reading.LONGEST_MESSAGE:,} characters",
        f"more than {catching_up.REPLAY_LIMIT} events",
        f"more than {state.MAX_CHARACTERS}:",
        f"{MOST_POINTS:,} points a stroke",
        f"{documents.MAX_CHARACTERS:,} characters a text",
        f"{documents.MAX_COMPONENTS:,} parts an operation",
        f"newest {documents.KEPT_OPERATIONS:,} are kept",
        f"{texts.CHANGES} changes a second and socket",
        f"beyond {texts.CURSORS} a second",
        f"{desk.CHANGES} `client:live`, {desk.VIEWS} `client:view` and "
        f"{desk.MOVES} `client:presence` a second",
        f"{connection.SIGNED_OUT} not signed in, {connection.NOT_FOUND} no such project",
        f"{connection.TOO_OLD} you speak",
        f"{connection.TOO_LOUD} you talk too much, {connection.TOO_SLOW} you read too slowly",
        f"{connection.SHUTTING_DOWN} the server restarts",
    ],
)
def test_its_numbers_are_the_code_s(said: str) -> None:
    assert said in PAGE
