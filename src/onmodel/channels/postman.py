"""The process that sends messages: ``python -m onmodel.channels.postman [NETWORK...]``.

It reads one JSON parcel a line and answers one JSON line for each, in the order in which they end.
It has no secret but those in the parcels, no database, and a guard (`onmodel.channels.guard`).
Whoever feeds it kills it when it takes too long; it ends with its input.
"""

import json
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import Any

import apprise
import requests
from py_vapid import Vapid02
from pywebpush import WebPushException, webpush

from onmodel.channels import guard

AT_ONCE = 8
SECONDS = 10.0
# What a service says with these numbers (RFC 9110, section 15.5) will be the same next time.
_FOR_GOOD = frozenset({400, 401, 403, 404, 405, 410, 413, 422})
_STATUS = re.compile(r"error[=:]\s*(\d{3})\b")

Answer = dict[str, str]


def send_by_apprise(parcel: dict[str, Any]) -> Answer:
    """Send to one address in the form that apprise knows."""
    asset = apprise.AppriseAsset(
        app_id="OnModel", app_desc="OnModel", app_url="", http_redirects=False
    )
    service = apprise.Apprise.instantiate(parcel["url"], asset=asset)
    if service is None:
        return {"outcome": "refused", "why": "This address is not understood."}
    sender = apprise.Apprise(asset=asset)
    sender.add(service)
    with guard.trusted() if parcel.get("trusted") else nullcontext():
        result = sender.notify(
            body=parcel["body"], title=parcel["title"], body_format=apprise.NotifyFormat.TEXT
        )
    if result:
        return {"outcome": "sent"}
    said = " ".join(str(entry.message) for entry in result.logs())
    return _refusal(int(found[1]) if (found := _STATUS.search(said)) else None)


def send_by_push(parcel: dict[str, Any]) -> Answer:
    """Encrypt for one browser (RFC 8291) and hand over to its push service (RFC 8030)."""
    session = requests.Session()
    session.max_redirects = 0
    key = Vapid02.from_raw(parcel["key"].encode())
    headers: dict[str, str | int | float] = {"Urgency": "normal", "Topic": parcel["topic"]}
    try:
        webpush(
            parcel["subscription"],
            data=parcel["data"],
            vapid_private_key=key,
            vapid_claims={"sub": parcel["contact"]},
            ttl=parcel["ttl"],
            headers=headers,
            timeout=SECONDS,
            requests_session=session,
        )
    except WebPushException as error:
        status = error.response.status_code if error.response is not None else None
        if status in {404, 410}:  # RFC 8030, section 7.3: the subscription is over
            return {"outcome": "gone", "why": "This browser has taken its permission back."}
        return _refusal(status)
    return {"outcome": "sent"}


def _refusal(status: int | None) -> Answer:
    if status is None:
        return {"outcome": "failed", "why": "The service could not be reached."}
    outcome = "refused" if status in _FOR_GOOD else "failed"
    return {"outcome": outcome, "why": f"The service did not take the message (it says {status})."}


_WAYS: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "apprise": send_by_apprise,
    "push": send_by_push,
}


def deliver(parcel: dict[str, Any]) -> Answer:
    """Send one parcel; never raises."""
    with guard.remembered() as blocked:
        try:
            answer = _WAYS[parcel["way"]](parcel)
        except Exception as error:  # noqa: BLE001 - whatever a service's code does wrong
            why = f"The message could not be sent ({type(error).__name__})."
            answer = {"outcome": "failed", "why": why}
    if blocked and answer["outcome"] != "sent":
        why = "The address leads into the network of this server, which is not allowed."
        answer = {"outcome": "refused", "why": why}
    return {"id": parcel["id"], **answer}


def main() -> None:
    """Serve parcels until the input ends."""
    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    guard.install(guard.parse_networks(" ".join(sys.argv[1:])))
    turn = threading.Lock()

    def serve(line: str) -> None:
        said = json.dumps(deliver(json.loads(line)))
        with turn:
            answers.write(said + "\n")
            answers.flush()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for line in sys.stdin:
            pool.submit(serve, line)


if __name__ == "__main__":
    main()
