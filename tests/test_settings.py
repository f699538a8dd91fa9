"""The key that signs links, and the addresses in them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from onmodel.settings import Settings


def test_the_key_is_made_once_and_is_private(home: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(_key, [home] * 16))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert (home / "secret.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in home.iterdir()] == ["secret.key"]


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("studio.local", "http://studio.local:8000"),
        ("::1", "http://[::1]:8000"),
    ],
)
def test_a_link_leads_to_where_the_server_listens(home: Path, host: str, url: str) -> None:
    settings = Settings(home=home, host=host, port=8000)
    assert (settings.url, settings.local_url) == (url, url)


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_link_of_a_server_for_everybody_can_be_opened(home: Path, host: str) -> None:
    settings = Settings(home=home, host=host, port=8000)
    assert f"//{host}:" not in settings.url
    assert f"//[{host}]:" not in settings.url
    assert settings.local_url in ("http://127.0.0.1:8000", "http://[::1]:8000")


def test_behind_a_proxy_people_and_programs_have_different_addresses(home: Path) -> None:
    settings = Settings(home=home, public_url="https://onmodel.studio/", port=8000)
    assert settings.url == "https://onmodel.studio"
    assert settings.local_url == "http://127.0.0.1:8000"


def _key(home: Path) -> bytes:
    return Settings(home=home).secret_key


def test_a_file_says_what_no_variable_says(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "onmodel_database_url").write_text("postgresql+asyncpg://from-a-file/onmodel\n")
    (home / "onmodel_storage_secret_access_key").write_text("hidden")
    monkeypatch.setenv("ONMODEL_SECRETS_DIR", str(home))
    settings = Settings()
    assert settings.database_url == "postgresql+asyncpg://from-a-file/onmodel"
    assert "hidden" not in repr(settings)
    monkeypatch.setenv("ONMODEL_DATABASE_URL", "postgresql+asyncpg://from-a-variable/onmodel")
    assert Settings().database_url == "postgresql+asyncpg://from-a-variable/onmodel"


def test_a_folder_of_secrets_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONMODEL_SECRETS_DIR", "/no/such/folder")
    with pytest.raises(ValidationError, match="secrets_dir"):
        Settings()


def test_tiers_are_named_as_people_write_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONMODEL_WORKER_TIERS", "low, high")
    assert Settings().worker_tiers == ("low", "high")
    monkeypatch.setenv("ONMODEL_WORKER_TIERS", "")
    assert Settings().worker_tiers == ()
    monkeypatch.setenv("ONMODEL_WORKER_TIERS", "best")
    with pytest.raises(ValidationError, match="worker_tiers"):
        Settings()
