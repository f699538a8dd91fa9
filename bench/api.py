"""bench-api: how fast the interface answers with a large project in the database.

10,000 characters and 100,000 variations; first an open loop at 100 requests a second (list,
search, get, update), then 32 connections as fast as they go. The load comes from a process of its
own. The slowest statement is what PostgreSQL itself measured and logged during the open loop.
"""

import asyncio
import json
import random
import re
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from support import figures
from support.house import House, shared_caches
from support.load import Outcome, Plan, Shot
from support.seed import FIRST, seed

from onmodel.embedded.postgres import Postgres

CHARACTERS, VARIATIONS = 10_000, 100_000
RATE, SECONDS = 100.0, 30.0
CONNECTIONS, SATURATION_SECONDS = 32, 10.0
MIX = {"list": 0.4, "search": 0.2, "get": 0.3, "update": 0.1}
READABLE: list[str] = []
LOG_LINE = re.compile(r"duration: ([\d.]+) ms\s+(\w+)[^:]*:\s*([^\n]*(?:\n\t[^\n]*)*)")


def shots(project: str, ids: list[str], count: int, chance: random.Random) -> list[Shot]:
    """Return requests in the proportions of MIX; no character is updated twice.

    So every update carries the version that the row really has.
    """
    made: list[Shot] = []
    for operation in chance.choices(list(MIX), list(MIX.values()), k=count):
        if operation == "list":
            page = chance.choice(("", "&sort=name", "&tag=lead", "&tier=low"))
            path = f"/api/v1/projects/{project}/characters?limit=50{page}"
            made.append(Shot("list", "GET", path))
        elif operation == "search":
            word = f"{chance.choice(FIRST).lower()}%20{chance.choice('abcdefghm')}"
            path = f"/api/v1/projects/{project}/characters?limit=50&q={word}"
            made.append(Shot("search", "GET", path))
        elif operation == "get" or not ids:
            made.append(Shot("get", "GET", f"/api/v1/characters/{chance.choice(READABLE)}"))
        else:
            body = json.dumps({"version": 1, "description": f"Seen again, {len(ids)} left."})
            made.append(Shot("update", "PATCH", f"/api/v1/characters/{ids.pop()}", body))
    return made


def fire(plan: Plan) -> Outcome:
    """Run a plan in a process of its own."""
    script = Path(__file__).with_name("support") / "load.py"
    result = subprocess.run(
        [sys.executable, script], input=plan.dump(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RuntimeError(result.stderr)
    return Outcome(**json.loads(result.stdout))


class Watch:
    """PostgreSQL's own log of statements, switched on for a while."""

    def __init__(self, house: House) -> None:
        self._data = house.home / "postgres" / "data"
        self._log = house.home / "logs" / "postgres.log"

    @contextmanager
    def watching(self) -> Generator[list[tuple[float, str]]]:
        """Collect (milliseconds, statement) of everything that takes a millisecond or more."""
        slow: list[tuple[float, str]] = []
        start = self._log.stat().st_size
        self._set("log_min_duration_statement = 1")
        try:
            yield slow
        finally:
            self._set("")
        with self._log.open(errors="replace") as log:
            log.seek(start)
            for found in LOG_LINE.finditer(log.read()):
                statement = " ".join(found[3].split())
                slow.append((float(found[1]), f"{found[2]}: {statement[:200]}"))

    def _set(self, setting: str) -> None:
        (self._data / "postgresql.auto.conf").write_text(setting + "\n")
        pid = (self._data / "postmaster.pid").read_text().splitlines()[0]
        subprocess.run(["kill", f"-{signal.SIGHUP.value}", pid], check=True)


async def main() -> None:
    with House(keep_caches=shared_caches()) as house:
        token = house.token()
        project = house.call("POST", "/projects", token, {"title": "Ten thousand"})["id"]
        database = Postgres(
            house.home / "postgres", run=house.home / "run", log=house.home / "logs/postgres.log"
        )
        ids = await seed(database.url(), project, characters=CHARACTERS, variations=VARIATIONS)
        READABLE.extend(ids)
        chance = random.Random(11)
        updatable = chance.sample(ids, len(ids))

        def plan(rate: float, seconds: float, count: int) -> Plan:
            wanted = shots(project, updatable, count, chance)
            return Plan("127.0.0.1", house.port, token, CONNECTIONS, rate, seconds, wanted)

        fire(plan(RATE, 5, 500))  # warm: plans cached, pages read
        with Watch(house).watching() as slow:
            steady = fire(plan(RATE, SECONDS, int(RATE * SECONDS)))
        flat_out = fire(plan(0, SATURATION_SECONDS, 40_000))
    report(steady, flat_out, slow)


def report(steady: Outcome, flat_out: Outcome, slow: list[tuple[float, str]]) -> None:
    rows = [
        (
            name,
            len(values),
            *(figures.percentile(values, percent) for percent in (50, 95, 99, 100)),
            figures.percentile(flat_out.latencies.get(name, []), 95),
        )
        for name, values in sorted(steady.latencies.items())
    ]
    head = ("operation", "requests", "p50 ms", "p95 ms", "p99 ms", "max ms", "p95 ms flat out")
    print(f"Open loop, {RATE:.0f} requests a second for {steady.seconds:.0f} s:")
    print(figures.table(head, rows))
    for failures in (steady.failures, flat_out.failures):
        if failures:
            print("not answered with success:", failures)
    slow.sort(reverse=True)
    print("Slowest statements (PostgreSQL's log):")
    for milliseconds, statement in slow[:5]:
        print(f"  {milliseconds:8.1f} ms  {statement}")
    answered = sum(map(len, flat_out.latencies.values()))
    print(f"Flat out with {CONNECTIONS} connections: {answered / flat_out.seconds:.0f} a second")
    line = {
        "p95_ms": {
            name: round(figures.percentile(steady.latencies.get(name, []), 95), 1) for name in MIX
        },
        "slowest_sql_ms": round(slow[0][0], 1) if slow else 1.0,
        "saturation_rps": round(answered / flat_out.seconds),
    }
    print(json.dumps(line))
    if steady.failures or flat_out.failures:
        sys.exit(1)


if __name__ == "__main__":
    asyncio.run(main())
