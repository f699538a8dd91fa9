"""bench-up: how long a newcomer waits.

A fresh clone in an empty home, `make up` until the health page says that everything works; then
Ctrl-C and `make up` again. The package caches of uv and npm stay as they are on this machine
(on a connection of your own the first start also waits for the downloads).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from support.house import free_port

ROOT = Path(__file__).resolve().parents[1]
FIRST_SECONDS, NEXT_SECONDS, STOP_SECONDS = 900.0, 120.0, 60.0
STARTS = 3


def main() -> None:
    """Measure, print a table, then one line of JSON."""
    folder = Path(tempfile.mkdtemp(prefix="onmodel-bench-", dir="/tmp"))
    folder.chmod(0o755)
    try:
        clone = folder / "onmodel"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        environment = _environment(folder)
        print("caches of uv and npm: as they are on this machine")
        first = _start(clone, environment, seconds=FIRST_SECONDS)
        print(f"first start   {first:6.1f} s")
        second = [_start(clone, environment, seconds=NEXT_SECONDS) for _ in range(STARTS)]
        print(f"second start  {min(second):6.1f} s   ({STARTS} times, slowest {max(second):.1f} s)")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"first_s": round(first, 1), "second_s": round(max(second), 2)}))


def _environment(folder: Path) -> dict[str, str]:
    """Return an environment with an empty home that still finds the package caches."""
    caches = {
        "UV_CACHE_DIR": _output(str(ROOT / "scripts/uv"), "cache", "dir"),
        "npm_config_cache": _output("npm", "config", "get", "cache"),
    }
    home = folder / "home"
    home.mkdir()
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ONMODEL_", "MAKE", "VIRTUAL"))
    }
    return kept | caches | {"HOME": str(home), "ONMODEL_PORT": str(free_port())}


def _start(clone: Path, environment: dict[str, str], *, seconds: float) -> float:
    """Run ``make up`` until it is healthy, stop it, and return how long the start took."""
    log = clone.parent / "up.log"
    began = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(
            ["make", "up"],
            cwd=clone,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        while not _healthy(environment["ONMODEL_PORT"]):
            if process.poll() is not None or time.monotonic() - began > seconds:
                sys.exit(f"not healthy:\n{log.read_text()[-3000:]}")
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C in a terminal does
        process.wait(STOP_SECONDS)


def _healthy(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2) as answer:
            return json.load(answer)["status"] == "ok"
    except (OSError, ValueError, KeyError):
        return False


def _output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


if __name__ == "__main__":
    main()
