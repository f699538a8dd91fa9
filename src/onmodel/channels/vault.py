"""Addresses hold passwords, so that the database keeps them encrypted.

The keys are derived (HKDF, RFC 5869) from the installation's secret key, each for one purpose.
Whoever changes that key makes kept addresses unreadable; people then give them again.
"""

import hmac
from base64 import urlsafe_b64encode
from functools import cached_property

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The order of the curve P-256 (FIPS 186-5, via SEC 2, section 2.4.2)
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class UnreadableError(Exception):
    """What is kept was encrypted under another secret key."""


class Vault:
    """Encrypts addresses, and holds the key by which push services know this installation."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret = secret_key
        self._box = Fernet(urlsafe_b64encode(self._derive("address encryption 1", 32)))
        self._marks = self._derive("address mark 1", 32)

    def lock(self, address: str) -> bytes:
        """Encrypt an address (AES-128-CBC with HMAC-SHA-256, as Fernet defines it)."""
        return self._box.encrypt(address.encode())

    def open(self, kept: bytes) -> str:
        """Return the address; raises UnreadableError after the secret key was changed."""
        try:
            return self._box.decrypt(kept).decode()
        except InvalidToken as error:
            raise UnreadableError from error

    def mark(self, address: str) -> bytes:
        """Return 32 bytes that are the same for the same address and tell nothing of it."""
        return hmac.digest(self._marks, address.encode(), "sha256")

    @cached_property
    def push_key(self) -> str:
        """The private VAPID key (RFC 8292): 32 bytes in base64url, the same for ever.

        Derived, not stored: every process has it, and no two can make different ones. 48 bytes
        leave no bias worth a name (FIPS 186-5, appendix A.2.1).
        """
        number = int.from_bytes(self._derive("web push key 1", 48)) % (_ORDER - 1) + 1
        return _base64(number.to_bytes(32))

    @cached_property
    def push_public_key(self) -> str:
        """The public key that a browser asks for: an uncompressed point in base64url."""
        number = int.from_bytes(self._derive("web push key 1", 48)) % (_ORDER - 1) + 1
        public = ec.derive_private_key(number, ec.SECP256R1()).public_key()
        return _base64(public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))

    def _derive(self, purpose: str, length: int) -> bytes:
        info = f"onmodel {purpose}".encode()
        return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(self._secret)


def _base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
