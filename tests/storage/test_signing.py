"""Links that expire."""

import pytest

from onmodel.storage.errors import LinkExpiredError, LinkInvalidError
from onmodel.storage.signing import sign, verify

SECRET = b"a secret of the tests"
EXPIRES = 2_000_000_000


def test_a_link_is_good_until_it_expires() -> None:
    signature = sign(SECRET, "file", "thumb", EXPIRES)

    verify(SECRET, "file", "thumb", EXPIRES, signature, now=EXPIRES - 0.001)


def test_a_signature_is_safe_in_a_url() -> None:
    assert len(sign(SECRET, "file", "thumb", EXPIRES)) == 43
    assert sign(SECRET, "file", "thumb", EXPIRES).replace("-", "").replace("_", "").isalnum()


def test_an_expired_link_is_gone() -> None:
    signature = sign(SECRET, "file", "thumb", EXPIRES)

    with pytest.raises(LinkExpiredError) as caught:
        verify(SECRET, "file", "thumb", EXPIRES, signature, now=EXPIRES)

    assert (caught.value.status, caught.value.code) == (410, "link_expired")


@pytest.mark.parametrize(
    ("secret", "file_id", "variant", "expires_at"),
    [
        (b"another secret", "file", "thumb", EXPIRES),
        (SECRET, "other", "thumb", EXPIRES),
        (SECRET, "file", "original", EXPIRES),
        (SECRET, "file", "thumb", EXPIRES + 1),
        (SECRET, "file\nthumb", "", EXPIRES),
    ],
)
def test_a_link_that_we_did_not_make_is_refused(
    secret: bytes, file_id: str, variant: str, expires_at: int
) -> None:
    signature = sign(SECRET, "file", "thumb", EXPIRES)

    with pytest.raises(LinkInvalidError) as caught:
        verify(secret, file_id, variant, expires_at, signature, now=EXPIRES - 1)

    assert (caught.value.status, caught.value.code) == (403, "link_invalid")


def test_a_wrong_signature_is_not_told_that_it_is_late() -> None:
    with pytest.raises(LinkInvalidError):
        verify(SECRET, "file", "thumb", EXPIRES, "é" * 43, now=EXPIRES + 1)
