"""Slows down guessing: ten attempts a minute for one name and for one address."""

from dataclasses import dataclass, field

from fastapi import Request

from onmodel.accounts.errors import TooManyAttemptsError
from onmodel.kit.rate import Rates

PER_NAME, PER_ADDRESS, PER_GUEST = 10, 60, 120
MINUTE = 60.0


@dataclass
class Attempts:
    """What was tried at this API process."""

    by_name: Rates = field(default_factory=lambda: Rates(PER_NAME, MINUTE))
    by_address: Rates = field(default_factory=lambda: Rates(PER_ADDRESS, MINUTE))
    by_guest: Rates = field(default_factory=lambda: Rates(PER_GUEST, MINUTE))


def throttle(request: Request, name: str) -> None:
    """Count one attempt; raises TooManyAttemptsError when there were too many.

    Counted per API process: two processes allow twice as many, which is still few.
    """
    tried = attempts(request)
    address = request.client.host if request.client else "?"
    name_fits = tried.by_name.allows((name.lower(), address))
    address_fits = tried.by_address.allows(address)
    if not (name_fits and address_fits):
        raise TooManyAttemptsError(
            "There were too many attempts to sign in.", headers={"Retry-After": "60"}
        )


def attempts(request: Request) -> Attempts:
    """Return what was tried at this API process."""
    state = request.app.state
    if not hasattr(state, "attempts"):
        state.attempts = Attempts()
    return state.attempts
