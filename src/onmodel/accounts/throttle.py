"""Slows down guessing: ten attempts a minute for one name and for one address."""

from fastapi import Request
from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

from onmodel.accounts.errors import TooManyAttemptsError

PER_NAME = parse("10/minute")
PER_ADDRESS = parse("60/minute")


async def throttle(request: Request, name: str) -> None:
    """Count one attempt; raises TooManyAttemptsError when there were too many.

    Counted per API process: two processes allow twice as many, which is still few.
    """
    attempts = limiter(request)
    address = request.client.host if request.client else "?"
    name_fits = await attempts.hit(PER_NAME, "name", name.lower(), address)
    address_fits = await attempts.hit(PER_ADDRESS, "address", address)
    if not (name_fits and address_fits):
        raise TooManyAttemptsError(
            "There were too many attempts to sign in.", headers={"Retry-After": "60"}
        )


def limiter(request: Request) -> MovingWindowRateLimiter:
    """Return the counter of this API process."""
    # each attempt is remembered: a counter lets an eleventh one through where a minute ends
    state = request.app.state
    if not hasattr(state, "sign_in_limiter"):
        state.sign_in_limiter = MovingWindowRateLimiter(MemoryStorage())
    return state.sign_in_limiter
