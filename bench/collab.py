"""bench-collab: do all writers of a text end with the same text, and is nothing lost?

First our transformation against npm's on random cases, then whole sessions of two to eight
clients with a bad network and server restarts, against the product's code on its own PostgreSQL.
Both are seeded: a failure is the same failure tomorrow. SESSIONS and CASES change how many.
"""

import asyncio
import json
import os
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from random import Random

from support.ot_cases import disagreements
from support.text_sessions import Outcome, run_sessions, server

from onmodel.cli.migrations import upgrade
from onmodel.embedded.postgres import Postgres

CASES = int(os.environ.get("CASES", "100000"))
SESSIONS = int(os.environ.get("SESSIONS", "40"))
TURNS = 120


def main() -> None:
    started = time.monotonic()
    different = list(islice(disagreements(Random(20), CASES), 100))
    for one in different[:3]:
        print(f"another answer than npm's: {one}")
    print(f"{CASES} cases in {time.monotonic() - started:.0f} s, {len(different)} different")
    started = time.monotonic()
    outcomes, restarts = sessions()
    print(
        f"{len(outcomes)} sessions in {time.monotonic() - started:.0f} s: "
        f"{sum(one.changes for one in outcomes)} changes confirmed, {restarts} server restarts"
    )
    diverged = len(different) + sum(one.diverged for one in outcomes)
    lost = sum(one.lost for one in outcomes)
    result = {"cases": CASES, "diverged": diverged, "sessions": len(outcomes), "lost": lost}
    print(json.dumps(result))
    sys.exit(1 if diverged or lost else 0)


def sessions() -> tuple[list[Outcome], int]:
    """Run every session on a PostgreSQL of its own; return what came of them."""
    # Short on purpose: Unix sockets live below it and may have 107 bytes.
    with tempfile.TemporaryDirectory(prefix="onmodel-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o711)
        postgres = Postgres(
            folder / "postgres", run=folder / "run", log=folder / "postgres.log", fast=True
        )
        postgres.start()
        try:
            upgrade(postgres.url())
            return asyncio.run(_run(postgres.url()))
        finally:
            postgres.stop()


async def _run(url: str) -> tuple[list[Outcome], int]:
    async with server(url) as running:
        outcomes = await run_sessions(running, range(SESSIONS), turns=TURNS)
        return outcomes, running.restarts


if __name__ == "__main__":
    main()
