"""bench-search: pictures like a character among a million vectors, over HTTP.

Ninety characters in a hundred live in one large project, the rest in a middling and in a small
one. Searches are asked for one after another, by an administrator who sees everything and by
people who see only one of the projects. What is found is held against the exact order: every
vector of the library, in full precision, by its mean distance to the character's references.

ONMODEL_BENCH_VECTORS changes the million.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import asyncpg
from support import figures
from support.house import House, shared_caches
from support.library import EACH, INDEX, MEMORY, REFERENCES, Seeder, shares
from support.load import Plan, Shot

from onmodel.embedded.postgres import Postgres

VECTORS = int(os.environ.get("ONMODEL_BENCH_VECTORS", "1000000"))
PARTS = {"large": 0.9, "middling": 0.09, "small": 0.01}
FOUND = 10
SEARCHES, WARM_UP, JUDGED = 500, 100, 40

EXACT = """
SELECT e.subject_id FROM identity_embeddings e
WHERE e.subject_id <> ALL($1)
ORDER BY (SELECT avg(e.vector <-> p.vector) FROM identity_embeddings p WHERE p.subject_id = ANY($1))
LIMIT $2
"""


async def main() -> None:
    with House(keep_caches=shared_caches()) as house:
        database = Postgres(
            house.home / "postgres", run=house.home / "run", log=house.home / "logs/postgres.log"
        )
        connection = await asyncpg.connect(database.url().replace("+asyncpg", ""))
        token = house.token()
        projects = {
            name: house.call("POST", "/projects", token, {"title": name})["id"] for name in PARTS
        }
        characters = await fill(connection, projects)
        tokens = {name: person(house, token, name, projects[name]) for name in PARTS}
        chance = random.Random(3)
        rows: list[tuple[object, ...]] = []
        p95 = 0.0
        for who, key in {"everything": token, **tokens}.items():
            pool = characters.get(who) or [id_ for ids in characters.values() for id_ in ids]
            wanted = [chance.choice(pool) for _ in range(WARM_UP + SEARCHES)]
            times = fire(house, key, wanted)[WARM_UP:]
            rows.append(
                (who, len(times), *(figures.percentile(times, at) for at in (50, 95, 99, 100)))
            )
            p95 = p95 or figures.percentile(times, 95)
        recall = await judge(house, connection, token, chance, characters)
        size = await connection.fetchval(f"SELECT pg_relation_size('{INDEX}')")
        await connection.close()
    print(f"Searches one after another, {FOUND} pictures each; milliseconds with HTTP:")
    print(figures.table(("who sees", "searches", "p50", "p95", "p99", "max"), rows))
    print(f"Index: {size / 2**20:.0f} MB. Recall of {FOUND} over {JUDGED} characters: {recall:.4f}")
    print(
        json.dumps({"vectors": VECTORS, "recall_at_10": round(recall, 4), "p95_ms": round(p95, 1)})
    )


async def fill(connection: asyncpg.Connection, projects: dict[str, str]) -> dict[str, list[str]]:
    """Write the library, then make its index as the product makes it; return the characters."""
    seeder = Seeder(connection)
    await seeder.prepare()
    made = await connection.fetchval("SELECT pg_get_indexdef($1::regclass)", INDEX)
    # one by one into an index would take an hour
    await connection.execute(f"DROP INDEX {INDEX}")
    begun = time.perf_counter()
    found: dict[str, list[str]] = {}
    for (name, project), count in zip(
        projects.items(), shares(VECTORS // EACH, list(PARTS.values())), strict=True
    ):
        ids = await seeder.project(UUID(project), characters=count)
        found[name] = [str(id_) for id_ in ids]
    copied = time.perf_counter()
    await connection.execute(f"SET maintenance_work_mem = '{MEMORY}'")
    await connection.execute(made)
    indexed = time.perf_counter()
    await connection.execute("VACUUM ANALYZE")
    print(
        f"{VECTORS:,} vectors copied in {copied - begun:.0f} s, indexed in {indexed - copied:.0f} s"
    )
    return found


def person(house: House, admin: str, name: str, project: str) -> str:
    """Return the token of somebody who sees one project only."""
    made = house.call("POST", "/users", admin, {"username": name, "name": name.title()})
    path = f"/projects/{project}/members/{made['user']['id']}"
    house.call("PUT", path, admin, {"role": "viewer"})
    return str(house.command("token", "create", "--name", "bench", "--user", name)["token"])


def fire(house: House, token: str, characters: list[str]) -> list[float]:
    """Search one after another from a process of its own; return milliseconds in order."""
    shots = [
        Shot("search", "GET", f"/api/v1/characters/{id_}/similar?limit={FOUND}")
        for id_ in characters
    ]
    outcome = run(Plan("127.0.0.1", house.port, token, 1, 0, 600.0, shots))
    if outcome["failures"]:
        raise RuntimeError(f"not answered with success: {outcome['failures']}")
    return list(outcome["latencies"]["search"])


def run(plan: Plan) -> dict[str, dict[str, list[float]]]:
    script = Path(__file__).with_name("support") / "load.py"
    result = subprocess.run(
        [sys.executable, script], input=plan.dump(), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RuntimeError(result.stderr)
    return dict(json.loads(result.stdout))


async def judge(
    house: House,
    connection: asyncpg.Connection,
    token: str,
    chance: random.Random,
    characters: dict[str, list[str]],
) -> float:
    """Return the share of the true nearest pictures that the search finds."""
    everybody = [id_ for ids in characters.values() for id_ in ids]
    hits = 0
    for id_ in chance.sample(everybody, JUDGED):
        answer = await asyncio.to_thread(
            house.call, "GET", f"/characters/{id_}/similar?limit={FOUND}", token
        )
        found = {picture["id"] for picture in answer["pictures"]}
        references = await connection.fetch(
            "SELECT id FROM character_references WHERE character_id = $1", UUID(id_)
        )
        assert len(references) == REFERENCES
        rows = await connection.fetch(EXACT, [row["id"] for row in references], FOUND)
        hits += len(found & {str(row["subject_id"]) for row in rows})
    return hits / (JUDGED * FOUND)


if __name__ == "__main__":
    asyncio.run(main())
