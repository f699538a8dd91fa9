"""The key that signs links."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from onmodel.settings import Settings


def test_the_key_is_made_once_and_is_private(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(_key, [home] * 16))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["secret.key"]


def _key(home: Path) -> bytes:
    return Settings(home=home).secret_key
