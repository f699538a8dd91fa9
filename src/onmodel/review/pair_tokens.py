"""A word that names a blind pair and cannot be made up.

It carries who was asked and which two pictures, under HMAC-SHA-256 (RFC 2104). Nothing is stored
when a pair is shown: a token is good exactly when we could have made it, for the person to whom
we gave it.
"""

import binascii
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from onmodel.review.errors import PairGoneError, PairTokenError

_PURPOSE = b"onmodel blind pair 1\n"  # a signature made for another purpose is worthless here
GOOD_FOR = 24 * 3600

Kind = Literal["reference", "variation"]


@dataclass(frozen=True, order=True)
class Shown:
    """One picture of a pair."""

    id: UUID
    kind: Kind


@dataclass(frozen=True, kw_only=True)
class PairClaim:
    """Who was shown which two pictures, until when the answer counts (seconds since 1970)."""

    project_id: UUID
    person_id: UUID
    left: Shown
    right: Shown
    expires_at: int


def seal(secret: bytes, claim: PairClaim) -> str:
    """Return the token of a pair."""
    body = json.dumps(
        [
            claim.project_id.hex,
            claim.person_id.hex,
            [claim.left.kind, claim.left.id.hex],
            [claim.right.kind, claim.right.id.hex],
            claim.expires_at,
        ],
        separators=(",", ":"),
    ).encode()
    return f"{_text(body)}.{_text(_signature(secret, body))}"


def unseal(secret: bytes, token: str, *, now: float) -> PairClaim:
    """Return what a token says.

    Raises:
        PairTokenError: we did not make it.
        PairGoneError: it was good for a day, and that is over.
    """
    try:
        body, signature = (_bytes(part) for part in token.split("."))
    except (ValueError, binascii.Error) as error:
        raise PairTokenError("The answer does not name a pair.") from error
    if not hmac.compare_digest(_signature(secret, body), signature):
        raise PairTokenError("The answer names a pair that was never shown.")
    project, person, left, right, expires_at = json.loads(body)
    if now >= expires_at:
        raise PairGoneError("This pair was shown more than a day ago.")
    return PairClaim(
        project_id=UUID(project),
        person_id=UUID(person),
        left=Shown(kind=left[0], id=UUID(left[1])),
        right=Shown(kind=right[0], id=UUID(right[1])),
        expires_at=expires_at,
    )


def _signature(secret: bytes, body: bytes) -> bytes:
    return hmac.digest(secret, _PURPOSE + body, "sha256")


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
