"""bench-queue: how fast the Producer deals, how fairly, and whether anything is ever lost.

First 200 calls of 20 people on 8 worker processes whose only function waits, through the real
Producer, PostgreSQL and Valkey, and 200 more that take no time, which shows the Producer's own
pace. Then a working day of 10,000 calls in fast forward, on the database's own clock turned by
hand, with machines that are lost or hang and messages that get lost or come twice.
"""

import asyncio
import json
import os
import time

from support import effects, figures, rush, servers, working_day
from support.waiting_worker import FUNCTIONS

from onmodel.composition import compose
from onmodel.kit import logging
from onmodel.settings import Settings


def main() -> None:
    logging.configure(level="CRITICAL")
    effects.register()
    load = os.getloadavg()[0]
    with servers.running() as here:
        rushed = asyncio.run(_with(here, rush.rush))
    begun = time.monotonic()
    with servers.running() as here:
        day = asyncio.run(
            _with(here, lambda resources: working_day.Simulation(resources, seed=11).run())
        )
    _print(rushed, day, load, time.monotonic() - begun)


async def _with(here: servers.Servers, measure):
    settings = Settings(
        home=here.home,
        database_url=here.database_url,
        broker_url=here.broker_url,
        functions_dir=FUNCTIONS,
        lease_seconds=working_day.LEASE,
    )
    resources = compose(settings)
    try:
        await effects.make_table(resources.database)
        return await measure(resources)
    finally:
        await resources.close()


def _print(rushed: rush.Rush, day: working_day.Day, load: float, seconds: float) -> None:
    p50 = figures.percentile(rushed.idle_ms, 50)
    p95 = figures.percentile(rushed.idle_ms, 95)
    print(f"load of the machine at the start: {load:.1f}")
    print(
        figures.table(
            ["200 calls, 20 people, 8 workers", "measured"],
            [
                ["calls of 0 s a second, submission to end", rushed.own_per_s],
                ["calls that wait a second, submission to end", rushed.calls_per_s],
                ["as many as the waiting itself allows", rushed.most_per_s],
                ["Jain's index of machine time", f"{rushed.jain:.4f}"],
                ["one person's calls dealt against their order", rushed.inversions],
                ["people passed over by who had had more", rushed.overtaken],
                ["submission to start at a free slot, p50 ms", p50],
                ["submission to start at a free slot, p95 ms", p95],
            ],
        )
    )
    print()
    print(
        figures.table(
            [f"10,000 calls of a day, in {seconds:.0f} s", "counted"],
            [
                ["succeeded", day.succeeded],
                ["without their effect", day.lost],
                ["with a second effect", day.doubled],
                ["machines lost", day.machines_lost],
                ["messages lost", day.messages_lost],
                ["results that came too late and were refused", day.late_results],
                ["calls that needed a second attempt", day.second_attempts],
            ],
        )
    )
    print(
        json.dumps(
            {
                "calls_per_s": round(rushed.own_per_s, 1),
                "submit_to_start_p95_ms": round(p95, 1),
                "jain": round(rushed.jain, 4),
                "success_rate": round(day.success_rate, 5),
                "lost": day.lost,
                "doubled": day.doubled,
            }
        )
    )


if __name__ == "__main__":
    main()
