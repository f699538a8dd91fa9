"""Remembers for two seconds who a credential belongs to: a page asks for many things at once.

Each API process has its own memory, emptied at once by whatever ends a credential here; another
process believes an ended one for two seconds longer.
"""

import time
from dataclasses import dataclass, field

from starlette.applications import Starlette

from onmodel.accounts.secrets import hash_token
from onmodel.accounts.service import Actor

KEEP_SECONDS = 2.0
MOST = 5000


@dataclass
class Recent:
    """Actors by the hash of their credential, each with when it was looked up."""

    actors: dict[bytes, tuple[float, Actor]] = field(default_factory=dict)

    def find(self, token: str) -> Actor | None:
        """Return who this is, if that was looked up a moment ago."""
        known = self.actors.get(hash_token(token))
        if known is None or time.monotonic() - known[0] > KEEP_SECONDS:
            return None
        return known[1]

    def remember(self, token: str, actor: Actor) -> None:
        """Note who this is."""
        if len(self.actors) >= MOST:
            self.actors.clear()
        self.actors[hash_token(token)] = (time.monotonic(), actor)


def recent(app: Starlette) -> Recent:
    """Return the memory of this process."""
    if not hasattr(app.state, "recent_actors"):
        app.state.recent_actors = Recent()
    return app.state.recent_actors


def forget(app: Starlette) -> None:
    """Look everybody up anew: somebody's credential has ended or changed."""
    recent(app).actors.clear()
