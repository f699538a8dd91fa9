"""bench-realtime: from a commit to its receipt in every browser.

1. Galleries on their own: 100 sockets, then one project with 1,000.
2. The full house: 5,000 sockets on one web process. 101 projects, one with 500 people and one with
   100 who both work: each hears ten edits a second, twenty moves of the cursors of five who write
   in one text, and twenty moves of five pointers over one picture that all look at; thirty edits a
   second go round the other ninety-nine.
3. The ceiling: the same edits and cursors at the same pace by a server that knows nothing else.
4. The full house on two and on four processes behind one port; then one of them ends, and its
   sockets come back to the others, with all they missed.
5. Readers that stop reading, among others who go on. Last, because their long edits keep Git busy
   for a while.

Edits are made over REST, each a transaction and an event; the sockets live in a process of their
own (support/crowd.py says what a latency counts from).
"""

import copy
import dataclasses
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import redis
from PIL import Image
from support import figures, processes
from support.house import House, shared_caches
from support.load import Plan, Shot

SUPPORT = Path(__file__).with_name("support")
ALONE = (100, 1000)
BIG, TEAM, OTHERS, ALL = 500, 100, 99, 5000
EDITS_A_SECOND, BUSY_EDITS, CURSORS_A_SECOND, POINTERS_A_SECOND = 50, 10, 20, 20
SECONDS, MOVE_SECONDS = 30.0, 15.0
SLOW, SLOW_AMONG, SLOW_SECONDS, SLOW_WORDS = 20, 100, 40.0, 1200
KINDS = ("durable", "cursors", "pointers")
ABOUT = "Words about her. " * 20


@dataclass
class Place:
    """One project and the characters that are edited in it."""

    project: str
    sockets: int
    edits_a_second: float
    cursors: float = 0.0
    slow: int = 0
    picture: str | None = None
    characters: list[dict[str, Any]] = field(default_factory=list)

    def room(self, path: str, *, newest: int = 0) -> dict[str, Any]:
        """Return what the crowd wants to know."""
        found: dict[str, Any] = {"path": path, "sockets": self.sockets, "slow": self.slow}
        found["newest"] = newest
        if self.cursors:
            document = f"character:{self.characters[0]['id']}:description"
            found |= {"document": document, "cursors": self.cursors}
        if self.picture:
            found |= {"picture": self.picture, "pointers": POINTERS_A_SECOND}
        return found


class Crowd:
    """The process with the sockets; obeys words."""

    def __init__(self, port: int, token: str, rooms: list[dict[str, Any]]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, SUPPORT / "crowd.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        asked = {"host": "127.0.0.1", "port": port, "token": token, "rooms": rooms}
        self.send(json.dumps(asked))

    def send(self, line: str) -> None:
        """Write one line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def do(self, word: str) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        assert self.process.stdout is not None
        self.send(word)
        return json.loads(self.process.stdout.readline())


@contextmanager
def crowd(port: int, token: str, rooms: list[dict[str, Any]]) -> Generator[Crowd]:
    """Connect everybody; let them go at the end."""
    one = Crowd(port, token, rooms)
    try:
        one.do("connect")
        yield one
    finally:
        one.process.kill()
        one.process.wait()


def furnish(house: House, token: str, place: Place, title: str, characters: int) -> Place:
    """Make the place's project and its characters."""
    place.project = house.call("POST", "/projects", token, {"title": title})["id"]
    for number in range(characters):
        body = {"name": f"Ada {number}", "trigger_word": f"ada_{number}", "description": ABOUT}
        made = house.call("POST", f"/projects/{place.project}/characters", token, body)
        place.characters.append({"id": made["id"], "version": made["version"]})
    return place


def hang(house: House, token: str, character: str) -> str:
    """Bring a picture for a character's sheet; return the variation."""
    asked = {"question": "This one?", "key": "expression/neutral"}
    decision = house.call("POST", f"/characters/{character}/decisions", token, asked)["id"]
    buffer = io.BytesIO()
    Image.new("RGB", (320, 240), "grey").save(buffer, "PNG")
    brought = httpx2.post(
        f"{house.url}/api/v1/decisions/{decision}/pictures",
        headers={"Authorization": f"Bearer {token}"},
        files={"file": ("grey.png", buffer.getvalue())},
    )
    return brought.raise_for_status().json()["candidates"][0]["variation_id"]


def room_of(house: House, token: str, place: Place) -> dict[str, Any]:
    """Return the place's room as it stands now."""
    state = house.call("GET", f"/projects/{place.project}/state", token)
    return place.room(f"/ws/{place.project}", newest=state["seq"])


def full_house(house: House, token: str) -> list[Place]:
    """Return the 101 projects; all 5,000 have a place."""
    left = ALL - BIG - TEAM
    rest = (EDITS_A_SECOND - 2 * BUSY_EDITS) / OTHERS
    places = [
        furnish(house, token, Place("", BIG, BUSY_EDITS, CURSORS_A_SECOND), "Gallery of 500", 20),
        furnish(house, token, Place("", TEAM, BUSY_EDITS, CURSORS_A_SECOND), "Gallery of 100", 20),
    ]
    for place in places:
        place.picture = hang(house, token, place.characters[0]["id"])
    for number in range(OTHERS):
        sockets = left // OTHERS + (number < left % OTHERS)
        places.append(furnish(house, token, Place("", sockets, rest), f"Project {number}", 1))
    return places


def look_up(house: House, token: str, places: list[Place]) -> None:
    """Take the versions as they are; an edit may have failed when its process ended."""
    for place in places:
        for one in place.characters:
            one["version"] = house.call("GET", f"/characters/{one['id']}", token)["version"]


def edits(places: list[Place], seconds: float, *, words: int = 0) -> list[Shot]:
    """Return the edits of some seconds, in the order of their times."""
    timed: list[tuple[float, Place, int]] = []
    for index, place in enumerate(places):
        number = round(place.edits_a_second * seconds)
        apart = seconds / max(1, number)
        timed += [(apart * (n + (index % 10) / 10), place, n) for n in range(number)]
    shots: list[Shot] = []
    for _, place, number in sorted(timed, key=lambda one: one[0]):
        character = place.characters[number % len(place.characters)]
        body: dict[str, Any] = {"version": character["version"], "tags": [f"edit {number}"]}
        if words:
            body = {"version": character["version"], "negative_prompt": f"{number} " + "w " * words}
        character["version"] += 1
        shots.append(Shot("edit", "PATCH", f"/api/v1/characters/{character['id']}", _json(body)))
    return shots


def make_edits(house: House, token: str, shots: list[Shot], rate: float) -> None:
    """Send them at their times, from a process of its own; all have to succeed."""
    plan = Plan("127.0.0.1", house.port, token, 8, rate, len(shots) / rate, shots)
    done = subprocess.run(
        [sys.executable, SUPPORT / "load.py"],
        input=plan.dump(),
        capture_output=True,
        text=True,
        check=True,
    )
    failures = json.loads(done.stdout)["failures"]
    if failures:
        print(f"edits that failed, some because a process ended: {failures}")


def alone(house: House, token: str, sockets: int) -> dict[str, Any]:
    """One project, edited four times a second, and nobody else."""
    place = furnish(house, token, Place("", sockets, 4.0), f"Room of {sockets}", 1)
    with crowd(house.port, token, [room_of(house, token, place)]) as people:
        people.do("measure")
        make_edits(house, token, edits([place], 10.0), 4.0)
        found = people.do("report")
    return {"sockets": sockets, **spread(found["rooms"][0]["durable"]), "lost": found["lost"]}


def together(house: House, token: str, places: list[Place], *, end_one: bool) -> dict[str, Any]:
    """The full house for half a minute; with `end_one` then a web process ends under it."""
    assert house.process is not None
    look_up(house, token, places)
    servers = processes.web_processes(house.process.pid)
    empty = processes.use(servers)
    rooms = [room_of(house, token, place) for place in places]
    with crowd(house.port, token, rooms) as people:
        kb = (processes.use(servers).bytes - empty.bytes) / ALL / 1024
        people.do("measure")
        before, begun = processes.use(servers), time.monotonic()
        make_edits(house, token, edits(places, SECONDS), EDITS_A_SECOND)
        cpu = (processes.use(servers).seconds - before.seconds) / (time.monotonic() - begun)
        lag = house.health()["parts"]["api"]["numbers"]["loop_lag_ms"]
        found = shape(people.do("report"))
        if end_one:
            people.do("measure")
            threading.Timer(MOVE_SECONDS / 3, lambda: os.kill(servers[0], signal.SIGTERM)).start()
            make_edits(house, token, edits(places, MOVE_SECONDS), EDITS_A_SECOND)
            after = people.do("report")
            found["reconnected"] = after["reconnected"]
            found["lost"] += after["lost"]
    return {**found, "kb_per_socket": round(kb, 1), "cpu": cpu, "loop_lag_ms": lag}


def ceiling(house: House, token: str, places: list[Place]) -> dict[str, Any]:
    """The same rooms, frames and pace without the product."""
    broker = f"unix://{house.home / 'run' / 'valkey' / 'valkey.sock'}"
    server = subprocess.Popen(
        [sys.executable, SUPPORT / "plain_server.py", broker],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        port = int(server.stdout.readline())
        rooms = [
            dataclasses.replace(place, picture=None).room(f"/{place.project}") for place in places
        ]
        with crowd(port, token, rooms) as people:
            people.do("measure")
            before, begun = processes.use([server.pid]), time.monotonic()
            publish(broker, places)
            busy = time.monotonic() - begun
            cpu = (processes.use([server.pid]).seconds - before.seconds) / busy
            server.terminate()
            lag = float(server.stdout.readline())
            found = people.do("report")
    finally:
        server.kill()
        server.wait()
    return {**shape(found), "cpu": cpu, "loop_lag_ms": lag}


def publish(broker: str, places: list[Place]) -> None:
    """Put durable frames on the bus at the pace of the edits, each as long as the product's."""
    bus = redis.Redis.from_url(broker)
    # nothing is edited here, so the versions that edits count up must stay as they are
    order = [shot.path for shot in edits(copy.deepcopy(places), SECONDS)]
    home = {one["id"]: place for place in places for one in place.characters}
    seqs = dict.fromkeys((place.project for place in places), 0)
    begun = time.monotonic()
    for number, path in enumerate(order):
        time.sleep(max(0.0, begun + number / EDITS_A_SECOND - time.monotonic()))
        project = home[path.rpartition("/")[2]].project
        seqs[project] += 1
        at = datetime.now(UTC).isoformat()
        frame = {"event": "server:character.updated", "seq": seqs[project], "at": at}
        bus.publish(f"bench:/{project}", _json(frame | {"payload": {"filling": "w" * 1100}}))


def slow_readers(house: House, token: str) -> dict[str, Any]:
    """A hundred who read and twenty who stop, and large edits fifty times a second."""
    place = Place("", SLOW_AMONG + SLOW, EDITS_A_SECOND, slow=SLOW)
    furnish(house, token, place, "Slow readers", 25)
    with crowd(house.port, token, [room_of(house, token, place)]) as people:
        people.do("measure")
        shots = edits([place], SLOW_SECONDS, words=SLOW_WORDS)
        make_edits(house, token, shots, EDITS_A_SECOND)
        found = people.do("report")
        drained = people.do("drain")
    return {**spread(found["rooms"][0]["durable"]), "lost": found["lost"], **drained}


def start_anew(house: House, web_processes: int) -> None:
    """Start the house once more, with so many web processes."""
    house.stop()
    os.environ["ONMODEL_WEB_PROCESSES"] = str(web_processes)
    house.start()


def spread(latencies: list[float]) -> dict[str, float]:
    """Return median, 99th percentile and maximum."""
    return {
        "p50_ms": round(figures.percentile(latencies, 50), 1),
        "p99_ms": round(figures.percentile(latencies, 99), 1),
        "max_ms": round(max(latencies, default=0.0), 1),
    }


def shape(found: dict[str, Any]) -> dict[str, Any]:
    """Return the spreads of the two busy galleries and of the rest, and what went wrong."""
    big, team, *others = found["rooms"]
    return {
        "big": spread(big["durable"]),
        "team": spread(team["durable"]),
        "others": spread([one for room in others for one in room["durable"]]),
        "cursors": spread(big["cursors"] + team["cursors"]),
        "pointers of 500": spread(big["pointers"]),
        "pointers of 100": spread(team["pointers"]),
        "frames": sum(
            len(room[kind])
            for room in found["rooms"]
            for kind in ("durable", "cursors", "pointers")
        ),
        **{word: found[word] for word in ("lost", "doubled", "reconnected")},
    }


def rows(name: str, result: dict[str, Any]) -> list[list[Any]]:
    """Return the lines of the table for one full house."""
    words = {"big": "gallery of 500", "team": "gallery of 100", "others": "99 others"}
    kinds = ("cursors", "pointers of 500", "pointers of 100")
    words |= {kind: kind for kind in kinds if result[kind]["max_ms"]}
    return [[name, words[key], *result[key].values(), result["lost"]] for key in words]


def _json(body: object) -> str:
    return json.dumps(body)


def main() -> None:
    table: list[list[Any]] = []
    with House(keep_caches=shared_caches()) as house:
        token = house.token()
        for sockets in ALONE:
            one = alone(house, token, sockets)
            name = "on its own"
            table.append([name, f"gallery of {sockets}", *list(one.values())[1:]])
        places = full_house(house, token)
        start_anew(house, 1)  # so that memory counts from an empty house
        result = together(house, token, places, end_one=False)
        table += rows("one process", result)
        plain = ceiling(house, token, places)
        table += rows("ceiling", plain)
        moved: list[dict[str, Any]] = []
        for number in (2, 4):
            start_anew(house, number)
            moved.append(together(house, token, places, end_one=True))
            table += rows(f"{number} processes", moved[-1])
        start_anew(house, 1)
        slow = slow_readers(house, token)
        numbers = [slow[key] for key in ("p50_ms", "p99_ms", "max_ms", "lost")]
        table.append([f"{SLOW} stop reading", f"the other {SLOW_AMONG}", *numbers])
    print(figures.table(("house", "who", "p50 ms", "p99 ms", "max ms", "lost"), table))
    print(
        f"One process: {result['cpu']:.2f} cores for {result['frames'] / SECONDS:.0f} frames a "
        f"second (ceiling {plain['cpu']:.2f}); longest wait of its loop {result['loop_lag_ms']} ms "
        f"(ceiling {plain['loop_lag_ms']} ms)."
    )
    print(
        f"{slow['dropped']} of {SLOW} slow readers were let go, {slow['recovered']} caught up. "
        f"{[one['reconnected'] for one in moved]} sockets moved to another process."
    )
    lost = result["lost"] + slow["lost"] + sum(one["lost"] for one in moved)
    doubled = result["doubled"] + sum(one["doubled"] for one in moved)
    last = {
        "sockets": ALL,
        **result["big"],
        "gallery_100_p99_ms": result["team"]["p99_ms"],
        "cursor_p99_ms": result["cursors"]["p99_ms"],
        "pointer_p99_ms": result["pointers of 500"]["p99_ms"],
        "loop_lag_ms": result["loop_lag_ms"],
        "cpu": round(result["cpu"], 2),
        "lost": lost,
        "doubled": doubled,
        "kb_per_socket": result["kb_per_socket"],
        "ceiling_ratio": round(result["big"]["p99_ms"] / plain["big"]["p99_ms"], 2),
        "slow_readers_dropped": slow["dropped"],
    }
    print(json.dumps(last))
    sys.exit(1 if lost or doubled else 0)


if __name__ == "__main__":
    main()
