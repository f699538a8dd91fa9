"""How much one socket may say. Too much is answered, not done; much too much ends the socket."""

from uuid import uuid4

from limits import parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter

# what is longer ends its socket; what is shorter, and still too long, is answered
MESSAGE_BYTES = 1024 * 1024
MESSAGES = parse("200/second")
# who goes on talking is answered, and written of in the log, only now and then
ANSWERS = parse("2/second")
PATIENCE = 5_000

_limiter = MovingWindowRateLimiter(MemoryStorage())


class Pace:
    """Counts the messages of one socket."""

    def __init__(self) -> None:
        self._socket = uuid4().hex
        self._refused = 0

    async def allows(self) -> bool:
        """Say whether the next message may be heard."""
        if await _limiter.hit(MESSAGES, "message", self._socket):
            return True
        self._refused += 1
        return False

    async def may_answer(self) -> bool:
        """Say whether a message that was not heard is worth an answer and a line in the log."""
        return await _limiter.hit(ANSWERS, "answer", self._socket)

    @property
    def is_flood(self) -> bool:
        """Whether so much was refused that this is no client of ours."""
        return self._refused > PATIENCE
