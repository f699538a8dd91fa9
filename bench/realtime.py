"""bench-realtime: from a commit to its receipt in every browser.

One gallery with 100 sockets, then one project with 1,000: real edits over REST, each a transaction
and an event; the sockets live in a process of their own. The time counts from the event's own
clock reading inside the transaction, so it includes the commit.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from support import figures
from support.house import House, shared_caches

ROOMS = (100, 1000)
EDITS = 40
PAUSE_SECONDS = 0.25
GRACE_SECONDS = 3.0


def main() -> None:
    lines: list[str] = []
    lost = 0
    with House(keep_caches=shared_caches()) as house:
        token = house.token()
        for sockets in ROOMS:
            line = room(house, token, sockets)
            lost += int(line["lost"])
            lines.append(json.dumps(line))
    print("\n".join(lines))
    sys.exit(1 if lost else 0)


def room(house: House, token: str, sockets: int) -> dict[str, float]:
    """Fill a project's room, edit a character again and again, and see what arrived."""
    project = house.call("POST", "/projects", token, {"title": f"Room of {sockets}"})["id"]
    character = house.call(
        "POST",
        f"/projects/{project}/characters",
        token,
        {"name": "Ada", "trigger_word": f"ada_{sockets}"},
    )
    crowd = subprocess.Popen(
        [sys.executable, Path(__file__).with_name("support") / "sockets.py"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    asked = {
        "host": "127.0.0.1",
        "port": house.port,
        "path": f"/ws/{project}?token={token}",
        "token": token,
        "sockets": sockets,
    }
    crowd.stdin.write(json.dumps(asked) + "\n")
    crowd.stdin.flush()
    if crowd.stdout.readline().strip() != "ready":
        raise RuntimeError("the sockets could not connect")
    version = character["version"]
    for number in range(EDITS):
        body = {"version": version, "description": f"Edit {number}: " + "words " * 40}
        edited = house.call("PATCH", f"/characters/{character['id']}", token, body)
        version = edited["version"]
        time.sleep(PAUSE_SECONDS)
    time.sleep(GRACE_SECONDS)
    crowd.stdin.close()
    result = json.loads(crowd.stdout.read())
    crowd.wait(30)
    return summary(sockets, result)


def summary(sockets: int, result: dict[str, Any]) -> dict[str, float]:
    receipts: dict[str, list[float]] = result["receipts"]
    latencies = [value for values in receipts.values() for value in values]
    print(
        f"{sockets} sockets: {len(receipts)} events, {len(latencies)} receipts, "
        f"{result['other_frames']} other frames, {result['lost_connections']} connections lost"
    )
    return {
        "sockets": sockets,
        "p50_ms": round(figures.percentile(latencies, 50), 1),
        "p99_ms": round(figures.percentile(latencies, 99), 1),
        "max_ms": round(max(latencies, default=0.0), 1),
        "lost": EDITS * sockets - len(latencies),
    }


if __name__ == "__main__":
    main()
