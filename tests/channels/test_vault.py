"""Addresses are kept encrypted, and the push key is the same for ever."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from onmodel.channels.vault import UnreadableError, Vault


def test_an_address_is_not_in_what_is_kept() -> None:
    vault = Vault(b"a secret")
    kept = vault.lock("slack://T0/B0/token")
    assert b"token" not in kept
    assert b"token" not in base64.urlsafe_b64decode(kept)
    assert vault.open(kept) == "slack://T0/B0/token"
    assert vault.lock("slack://T0/B0/token") != kept


def test_another_secret_key_reads_nothing() -> None:
    with pytest.raises(UnreadableError):
        Vault(b"another").open(Vault(b"a secret").lock("json://host"))


def test_the_mark_of_an_address_is_steady_and_depends_on_the_key() -> None:
    assert Vault(b"a").mark("x") == Vault(b"a").mark("x")
    assert len({Vault(b"a").mark("x"), Vault(b"a").mark("y"), Vault(b"b").mark("x")}) == 3


def test_the_push_key_is_a_pair_that_the_library_takes() -> None:
    vault = Vault(b"a secret")
    assert Vault(b"a secret").push_key == vault.push_key != Vault(b"another").push_key
    public = Vapid02.from_raw(vault.push_key.encode()).public_key
    assert public is not None
    point = public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert base64.urlsafe_b64encode(point).rstrip(b"=").decode() == vault.push_public_key
