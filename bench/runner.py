"""bench-runner: what the Function Runner itself costs, in containers and in processes.

A function that only greets, so that nearly all of the time is ours: a warm call from request to
checked result, a cold start until ready, fifty instances started at once, and one call on each of
the fifty at the same moment. It brings a container
engine of its own and needs root for that.
"""

import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from support import figures
from support.engine import NoEngineError, own_engine
from support.house import shared_caches

from onmodel.functions.installation import Installation, Prepared
from onmodel.functions.manifest import Manifest, read
from onmodel.runner.calls import CallRequest
from onmodel.runner.cog import CogImages
from onmodel.runner.container import ContainerRuntime
from onmodel.runner.conversation import converse
from onmodel.runner.engine import Engine
from onmodel.runner.images import ContainerInstallation, Images
from onmodel.runner.pool import Pool
from onmodel.runner.process import ProcessRuntime
from onmodel.runner.runtime import Runtime
from onmodel.runner.startup import Ready, start

FUNCTION = Path(__file__).parents[1] / "tests" / "functions" / "fixtures" / "greeting"
WARM_CALLS, COLD_STARTS, THREADS = 300, 12, 4
AT_ONCE = int(os.environ.get("ONMODEL_BENCH_AT_ONCE", "50"))
# Others at work make every number here worse; above this it is said so.
QUIET_LOAD = 0.5


def main() -> None:
    load = os.getloadavg()[0]
    caches = shared_caches()
    manifest = read(FUNCTION)
    installation = Installation(caches)
    with tempfile.TemporaryDirectory(prefix="onmodel-bench-", dir="/tmp") as folder:
        place = Path(folder)
        in_process = measure(
            manifest,
            lambda: ProcessRuntime(place / "processes"),
            installation.prepare(manifest, print),
            place,
        )
        try:
            with own_engine(caches) as (host, base):
                engine = Engine(host)
                images = ContainerInstallation(
                    installation,
                    Images(engine, installation.environments.uses, base=base),
                    CogImages(engine, Path(__file__).parents[1] / "sdk" / "src"),
                )
                prepared = images.prepare(manifest, lambda line: None)
                engine.close()
                in_container = measure(
                    manifest,
                    lambda: ContainerRuntime(place / "containers", Engine(host)),
                    prepared,
                    place,
                )
        except NoEngineError as error:
            sys.exit(f"bench-runner: no container engine can run here: {error}")
    rows = [[name, in_container[name], in_process[name]] for name in in_container]
    print(figures.table(["", "container", "process"], rows))
    quiet = "" if load < QUIET_LOAD else ": NOT QUIET, do not quote these numbers"
    print(f"load of the machine at the start: {load:.2f}{quiet}")
    keys = ("warm_ms", "cold_ms", "fifty_start_s", "mb_per_container")
    calls = ("fifty_call_ms", "fifty_call_p95_ms")
    print(json.dumps({key: in_container[key] for key in (*keys, *calls)}))


def measure(
    manifest: Manifest, open_runtime: Callable[[], Runtime], prepared: Prepared, place: Path
) -> dict[str, float]:
    """Take all figures of one runtime."""
    runtime = open_runtime()
    pool = Pool(
        runtime, lambda _manifest, _on_line, _patience: prepared, max_per_function=1, owns=False
    )
    overheads = [overhead(pool, manifest, place) for _ in range(WARM_CALLS + 1)][1:]
    pool.close()
    colds: list[float] = []
    for _ in range(COLD_STARTS):
        begun = time.monotonic()
        ready = begin(runtime, manifest, prepared)
        colds.append(time.monotonic() - begun)
        ready.instance.kill()
    before = available_mb()
    begun = time.monotonic()
    with ThreadPoolExecutor(THREADS) as threads:
        jobs = [threads.submit(begin, runtime, manifest, prepared) for _ in range(AT_ONCE)]
        many = [job.result() for job in jobs]
    seconds = time.monotonic() - begun
    taken = before - available_mb()
    calls = call_at_once(many, manifest, place)
    with ThreadPoolExecutor(THREADS) as threads:
        for one in many:
            threads.submit(one.instance.kill)
    runtime.close()
    return {
        "warm_ms": round(1000 * statistics.median(overheads), 2),
        "warm_p95_ms": round(1000 * figures.percentile(overheads, 95), 2),
        "cold_ms": round(1000 * statistics.median(colds), 1),
        "fifty_start_s": round(seconds, 2),
        "mb_per_container": round(taken / AT_ONCE, 1),
        "fifty_call_ms": round(1000 * statistics.median(calls), 1),
        "fifty_call_p95_ms": round(1000 * figures.percentile(calls, 95), 1),
    }


def begin(runtime: Runtime, manifest: Manifest, prepared: Prepared) -> Ready:
    return start(runtime, manifest, prepared, cancelled=lambda: False)


def call_at_once(many: list[Ready], manifest: Manifest, place: Path) -> list[float]:
    """Make one call on each instance, all at the same moment; return the seconds of each."""
    together = threading.Barrier(len(many))

    def call(ready: Ready) -> float:
        with folders(place) as (inputs, outputs):
            request = CallRequest("bench", {"name": "Mira"}, inputs, outputs)
            together.wait()
            begun = time.monotonic()
            with ready.instance.exchange(request) as exchange:
                ended = converse(
                    *(ready.instance, manifest, request, exchange),
                    on_event=lambda event: None,
                    cancelled=lambda: False,
                )
            seconds = time.monotonic() - begun
        assert ended.snapshot.status == "succeeded", ended.snapshot.error
        return seconds

    with ThreadPoolExecutor(len(many)) as threads:
        return list(threads.map(call, many))


@contextmanager
def folders(place: Path) -> Generator[tuple[Path, Path]]:
    """Make the two folders of a call."""
    with tempfile.TemporaryDirectory(dir=place) as folder:
        inputs, outputs = Path(folder) / "in", Path(folder) / "out"
        inputs.mkdir()
        outputs.mkdir()
        yield inputs, outputs


def overhead(pool: Pool, manifest: Manifest, place: Path) -> float:
    """Run one call; return the seconds outside the function."""
    with folders(place) as (inputs, outputs):
        begun = time.monotonic()
        result = pool.call(manifest, CallRequest("bench", {"name": "Mira"}, inputs, outputs))
        return time.monotonic() - begun - result.seconds


def available_mb() -> float:
    """Return the memory that the machine could still give."""
    lines = Path("/proc/meminfo").read_text().splitlines()
    (line,) = (one for one in lines if one.startswith("MemAvailable"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
