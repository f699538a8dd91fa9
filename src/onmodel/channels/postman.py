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


def _service(parcel: dict[str, Any]) -> tuple[apprise.NotifyBase | None, Answer]:
    """Return the service that an address names, or why there is none.

    ``schemes`` in the parcel are the kinds of services that are allowed; without them all are.
    """
    asset = apprise.AppriseAsset(
        app_id="OnModel", app_desc="OnModel", app_url="", http_redirects=False
    )
    allowed: list[str] | None = parcel.get("schemes")
    refused = {"outcome": "refused", "words": "This kind of address is not taken here."}
    # some services have an address of their own on the web, which apprise knows
    if allowed is not None and _scheme(parcel["url"]) not in {*allowed, "https"}:
        return None, refused
    service = apprise.Apprise.instantiate(parcel["url"], asset=asset)
    if not isinstance(service, apprise.NotifyBase):
        return None, {"outcome": "refused", "words": "This address is not understood."}
    if allowed is not None and _scheme(service.url()) not in allowed:
        return None, refused
    return service, {"outcome": "known", "words": str(service.service_name)}


def _scheme(url: str) -> str:
    return url.partition("://")[0].strip().lower()


def look_at(parcel: dict[str, Any]) -> Answer:
    """Say which service an address names; nothing is sent."""
    return _service(parcel)[1]


def send_by_apprise(parcel: dict[str, Any]) -> Answer:
    """Send to one address in the form that apprise knows."""
    service, answer = _service(parcel)
    if service is None:
        return answer
    sender = apprise.Apprise(asset=service.asset)
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
            return {"outcome": "gone", "words": "This browser has taken its permission back."}
        return _refusal(status)
    return {"outcome": "sent"}


def _refusal(status: int | None) -> Answer:
    if status is None:
        return {"outcome": "failed", "words": "The service could not be reached."}
    outcome = "refused" if status in _FOR_GOOD else "failed"
    return {
        "outcome": outcome,
        "words": f"The service did not take the message (it says {status}).",
    }


_WAYS: dict[str, Callable[[dict[str, Any]], Answer]] = {
    "look": look_at,
    "apprise": send_by_apprise,
    "push": send_by_push,
}


def deliver(parcel: dict[str, Any]) -> Answer:
    """Send one parcel; never raises."""
    with guard.remembered() as blocked:
        try:
            answer = _WAYS[parcel["way"]](parcel)
        except Exception as error:  # noqa: BLE001 - whatever a service's code does wrong
            words = f"The message could not be sent ({type(error).__name__})."
            answer = {"outcome": "failed", "words": words}
    if blocked and answer["outcome"] not in {"sent", "known"}:
        words = "The address leads into the network of this server, which is not allowed."
        answer = {"outcome": "refused", "words": words}
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
