"""Health, the description, and answers that are no answers."""

import pytest

from onmodel.api.realtime.messages import SERVER_EVENTS
from onmodel.events.bus import connect
from tests.support.house import House


async def test_health_names_every_part(house: House) -> None:
    async with house.client() as client:
        answer = (await client.get("/api/health")).json()
    # no worker and no Producer run in this house
    assert answer["status"] == "degraded"
    assert {name: part["ok"] for name, part in answer["parts"].items()} == {
        "database": True,
        "broker": True,
        "storage": True,
        "producer": False,
        "worker": False,
        "api": True,
    }
    assert "No worker" in answer["parts"]["worker"]["detail"]


async def test_a_process_that_answers_is_alive_whatever_else_is_down(house: House) -> None:
    await house.resources.bus.close()
    house.resources.bus.client = connect("unix:///no/such/place/valkey.sock")
    async with house.client() as client:
        answer = await client.get("/api/health/live")
        assert (answer.status_code, set(answer.json())) == (200, {"version"})
        assert not (await client.get("/api/health")).json()["parts"]["broker"]["ok"]


async def test_the_description_holds_every_message_of_the_socket(house: House) -> None:
    async with house.client() as client:
        document = (await client.get("/api/openapi.json")).json()
    schemas = document["components"]["schemas"]
    events = {one["properties"]["event"]["const"] for one in schemas["ServerMessage"]["oneOf"]}
    assert events == set(SERVER_EVENTS)
    assert "ClientMessage" in schemas
    text = str(document)
    for name in schemas:
        assert name.isidentifier(), name
    assert "#/$defs" not in text


async def test_unknown_addresses_are_problems_below_api_and_pages_elsewhere(house: House) -> None:
    async with house.client() as client:
        missing = await client.get("/api/v1/nothing")
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        page = await client.get("/p/whatever")
        assert page.headers["content-type"].startswith("text/html")
        outside = await client.get("/..%2f..%2fetc%2fpasswd")
        assert b"root:" not in outside.content


@pytest.mark.parametrize("path", ["/%00", "/" + "a" * 400, "//etc/passwd", "/..%2f..%2fetc/passwd"])
async def test_an_address_that_is_no_file_name_is_a_page(house: House, path: str) -> None:
    async with house.client() as client:
        answer = await client.get(path)
    assert answer.headers["content-type"].startswith("text/html")
    assert "root:" not in answer.text


async def test_health_tells_strangers_no_paths(house: House) -> None:
    await house.resources.bus.close()
    broken = connect("unix:///no/such/place/valkey.sock")
    house.resources.bus.client = broken
    async with house.client() as client:
        answer = (await client.get("/api/health")).json()
    assert answer["parts"]["broker"]["ok"] is False
    assert "/no/such/place" not in str(answer)
