"""How much one socket may say. Too much is answered, not done; much too much ends the socket."""

from onmodel.kit.rate import Rate

# what is longer ends its socket; what is shorter, and still too long, is answered
MESSAGE_BYTES = 1024 * 1024
MESSAGES = 200
# who goes on talking is answered, and written of in the log, only now and then
ANSWERS = 2
PATIENCE = 5_000


class Pace:
    """Counts the messages of one socket."""

    def __init__(self) -> None:
        self._messages = Rate(MESSAGES)
        self._answers = Rate(ANSWERS)
        self._refused = 0

    def allows(self) -> bool:
        """Say whether the next message may be heard."""
        if self._messages.allows():
            return True
        self._refused += 1
        return False

    def may_answer(self) -> bool:
        """Say whether a message that was not heard is worth an answer and a line in the log."""
        return self._answers.allows()

    @property
    def is_flood(self) -> bool:
        """Whether so much was refused that this is no client of ours."""
        return self._refused > PATIENCE
