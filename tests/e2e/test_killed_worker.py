"""A worker that dies in the middle of its work loses nothing and does nothing twice."""

import asyncio
import json
import os
import signal
from collections import Counter
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect

from bench.support.house import House
from onmodel.demo.rest import Rest
from tests.support.photos import Photos

pytestmark = [pytest.mark.e2e, pytest.mark.functions]

KEYS = ["expression/neutral", "expression/happy", "expression/sad", "lighting/noir"]
PATIENCE = 900.0


async def test_a_sheet_is_finished_after_kill_9_of_the_worker(
    house: House, token: str, photos: Photos
) -> None:
    rest = Rest(house.url, token)
    project = (await rest.post("/projects", {"title": "Killed worker"}))["id"]
    character = (await rest.post(f"/projects/{project}/characters", {"name": "Kaya"}))["id"]
    for photo in photos.person_a[:5]:
        await rest.upload(f"/characters/{character}/references", photo)
    address = f"ws://127.0.0.1:{house.port}/ws/{project}?token={token}"
    async with asyncio.timeout(PATIENCE), connect(address, max_size=None) as socket:
        await _references_checked(rest, socket, character)
        await rest.post(f"/characters/{character}/train", {"quality": "low"})
        await _event(socket, "server:training.progress", "server:task_progress")
        first = _kill_worker(house)
        await _event(socket, "server:training.complete")
        asked = await rest.post(f"/characters/{character}/variations", {"keys": KEYS})
        await _event(socket, "server:generation.result")
        second = _kill_worker(house)
        assert first != second
        await _all_generated(rest, socket, character)
    rows = await rest.get(f"/characters/{character}/variations")
    assert {row["key"]: row["state"] for row in rows} == dict.fromkeys(KEYS, "succeeded")
    assert len(asked) == len(KEYS)
    log = await rest.get(f"/projects/{project}/events?since=0")
    results = Counter(
        event["payload"]["variation_id"]
        for event in _items(log)
        if event["event"] == "server:generation.result"
    )
    assert set(results.values()) == {1}, "a picture was announced twice"
    assert len(results) == len(KEYS)


def _kill_worker(house: House) -> int:
    """Kill the worker that runs now, as a full memory would; return its process id."""
    parts = json.loads((house.home / "run" / "parts.json").read_text())
    pid = next(part["pid"] for part in parts if part["name"] == "The worker")
    os.kill(pid, signal.SIGKILL)
    return int(pid)


async def _references_checked(rest: Rest, socket: ClientConnection, character: str) -> None:
    async def checked() -> bool:
        listed = await rest.get(f"/characters/{character}/references")
        return all(row["state"] == "ready" for row in listed)

    while not await checked():
        await _event(socket, "server:reference.updated")


async def _all_generated(rest: Rest, socket: ClientConnection, character: str) -> None:
    async def generated() -> bool:
        listed = await rest.get(f"/characters/{character}/variations")
        return all(row["state"] not in ("queued", "starting", "running") for row in listed)

    while not await generated():
        await _event(socket, "server:variation.updated")


async def _event(socket: ClientConnection, *names: str) -> dict[str, Any]:
    """Return the next event of one of these names."""
    while True:
        message = json.loads(await socket.recv())
        if message["event"] in names:
            return message


def _items(listed: Any) -> list[dict[str, Any]]:
    return listed["items"] if isinstance(listed, dict) else listed
