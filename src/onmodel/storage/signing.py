"""Links to one file that work without signing in, for a while.

The signature is HMAC-SHA-256 (RFC 2104) over file, variant and expiry. Nothing is stored: a
link is good exactly when we could have made it.
"""

import hmac
from base64 import urlsafe_b64encode

from onmodel.storage.errors import LinkExpiredError, LinkInvalidError

_PURPOSE = "onmodel file link 1"  # a signature made for another purpose is worthless here


def sign(secret: bytes, file_id: str, variant: str, expires_at: int) -> str:
    """Return the signature (43 URL-safe characters) of a link that works until ``expires_at``.

    ``expires_at`` is in seconds since 1970 (UTC).
    """
    message = "\n".join((_PURPOSE, file_id, variant, str(expires_at)))
    digest = hmac.digest(secret, message.encode(), "sha256")
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def verify(
    secret: bytes, file_id: str, variant: str, expires_at: int, signature: str, *, now: float
) -> None:
    """Raise `LinkInvalidError` for a link not made by us, `LinkExpiredError` for one that is over.

    The signature is judged first and in constant time, so that an answer tells a stranger
    nothing about links that he did not get from us.
    """
    expected = sign(secret, file_id, variant, expires_at)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise LinkInvalidError("The link was changed or cut off on its way.")
    if now >= expires_at:
        raise LinkExpiredError("The link was good for a limited time, and that time is over.")
