"""Passwords (Argon2id, RFC 9106) and random tokens (kept as SHA-256 only)."""

import asyncio
import hashlib
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

# 19 MiB, two passes, one lane: about 50 ms on one core; four at once at most
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_room = asyncio.Semaphore(4)
# verified when there is no such person, so that both answers take equally long
_nobody = _hasher.hash(secrets.token_hex(16))


async def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password."""
    async with _room:
        return await asyncio.to_thread(_hasher.hash, password)


async def verify_password(password_hash: str | None, password: str) -> bool:
    """Tell whether the password fits; takes as long for somebody who has none."""
    async with _room:
        return await asyncio.to_thread(_verify, password_hash or _nobody, password) and bool(
            password_hash
        )


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def new_token(prefix: str = "") -> str:
    """Return a secret of 256 random bits, safe in URLs, behind a readable prefix."""
    return prefix + secrets.token_urlsafe(32)


def hash_token(token: str) -> bytes:
    """Return what the database keeps of a token; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).digest()
