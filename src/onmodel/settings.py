"""Every setting, read from the environment in one place (prefix ``ONMODEL_``)."""

import os
import secrets
import socket
import tempfile
from functools import cached_property
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, DirectoryPath, Field, SecretStr, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from onmodel import __file__ as _package_file


def _source_root() -> Path:
    """Return the folder that holds ``functions/`` and ``web/`` in a source checkout."""
    return Path(_package_file).resolve().parents[2]


# Services that people chat in, and webhooks, in the words of apprise. Left out is what acts on the
# server itself (its desktop, its log), costs money by the message, or speaks in public.
NOTIFY_SCHEMES = (
    "cliq dingtalk discord feishu gchat gotify gotifys guilded json jsons lark line mailto mailtos"
    " matrix matrixs mmost mmosts nctalk nctalks ntfy ntfys pbul pover rocket rockets ryver signal"
    " signals slack stackfield synology synologys tgram threema twist webex wecombot workflow"
    " workflows wxteams zoom zulip"
)


class Settings(BaseSettings):
    """Where things are and how large they may get; every field is an environment variable.

    Or a file of that name, in small letters, in ``ONMODEL_SECRETS_DIR``: passwords then stand in
    nobody's environment. A variable goes before a file.
    """

    model_config = SettingsConfigDict(env_prefix="ONMODEL_", extra="ignore", frozen=True)

    home: Path = Field(default_factory=lambda: Path("~/.onmodel").expanduser())
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str | None = None
    database_url: str | None = None
    broker_url: str | None = None
    storage_url: str | None = None
    storage_access_key_id: SecretStr | None = None
    storage_secret_access_key: SecretStr | None = None
    secrets_dir: DirectoryPath | None = None
    secret_key_text: SecretStr | None = Field(default=None, alias="ONMODEL_SECRET_KEY")
    functions_dir: Path = Field(default_factory=lambda: _source_root() / "functions")
    web_dir: Path = Field(default_factory=lambda: _source_root() / "web" / "build")
    runtime: Literal["process", "docker"] = "process"
    docker_host: str = Field(
        default="unix:///var/run/docker.sock",
        validation_alias=AliasChoices("ONMODEL_DOCKER_HOST", "DOCKER_HOST"),
    )
    docker_base: str | None = None
    docker_runtime: str | None = None
    download_tokens: dict[str, SecretStr] = {}
    log_level: str = "INFO"
    database_pool: int = 20
    web_processes: int = Field(default=1, ge=1, le=64)
    # of what its GPU can do, the tiers that a worker serves; none named: all of them
    worker_tiers: Annotated[tuple[Literal["low", "standard", "high"], ...], NoDecode] = ()
    worker_slots: int = Field(default_factory=lambda: max(2, os.cpu_count() or 2), ge=1)
    lease_seconds: float = 15.0
    heartbeat_seconds: float = 5.0
    sweep_seconds: float = 2.0
    session_days: int = 30
    link_minutes: int = 60
    invitation_minutes: int = 7 * 24 * 60
    mail_url: SecretStr | None = None
    notify_schemes: str = NOTIFY_SCHEMES
    notify_private_networks: str = ""
    upload_bytes: int = 32 * 1024 * 1024
    upload_pixels: int = 80_000_000

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read arguments, then the environment, then the folder of secrets, if one is named."""
        folder = os.environ.get("ONMODEL_SECRETS_DIR", "")
        if not Path(folder).is_dir() or not folder:
            return init_settings, env_settings
        files = SecretsSettingsSource(settings_cls, secrets_dir=folder)
        return init_settings, env_settings, files

    @field_validator("worker_tiers", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        """Take ``low,standard`` as people write it."""
        return (
            [one.strip() for one in value.split(",") if one.strip()]
            if isinstance(value, str)
            else value
        )

    @property
    def workspace(self) -> Path:
        """Where the projects' Git repositories lie."""
        return self.home / "workspace"

    @property
    def sdk_dir(self) -> Path:
        """The package that authors of functions import."""
        return _source_root() / "sdk"

    @property
    def weights(self) -> Path:
        """The shared store of model weights."""
        return self.home / "weights"

    @property
    def tokens(self) -> dict[str, str]:
        """What to show to sites that want to know who fetches a model file, by host name."""
        return {host: one.get_secret_value() for host, one in self.download_tokens.items()}

    @property
    def environments(self) -> Path:
        """One virtual environment per model function."""
        return self.home / "envs"

    @property
    def logs(self) -> Path:
        """Log files of the parts."""
        return self.home / "logs"

    @property
    def run(self) -> Path:
        """Sockets, pid files and scratch folders of running calls."""
        return self.home / "run"

    @property
    def storage(self) -> str:
        """The object store's URL."""
        return self.storage_url or (self.home / "storage").absolute().as_uri()

    @field_validator("notify_private_networks")
    @classmethod
    def _are_networks(cls, words: str) -> str:
        for word in words.replace(",", " ").split():
            ip_network(word)
        return words

    @property
    def url(self) -> str:
        """The address that people type."""
        if self.public_url:
            return self.public_url.rstrip("/")
        return _http(_own_address(self.host), self.port)

    @property
    def local_url(self) -> str:
        """The address for programs on this machine, past any proxy."""
        return _http(_loopback(self.host), self.port)

    @cached_property
    def secret_key(self) -> bytes:
        """The key that signs links; made once and kept in the data folder."""
        if self.secret_key_text is not None:
            return self.secret_key_text.get_secret_value().encode()
        path = self.home / "secret.key"
        try:
            return path.read_bytes()
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _keep_key(path, secrets.token_hex(32).encode())


# Listening on every address of the machine is no address that a colleague could open. For each
# such word: the machine's address for itself, and one of nobody (RFC 5737, RFC 3849).
_IPV4, _IPV6 = ("127.0.0.1", "192.0.2.1"), ("::1", "2001:db8::1")
_EVERYWHERE = {"": _IPV4, "0.0.0.0": _IPV4, "::": _IPV6}  # noqa: S104


def _http(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _loopback(host: str) -> str:
    """Return the address at which this machine reaches a server that listens on ``host``."""
    return _EVERYWHERE[host][0] if host in _EVERYWHERE else host


def _own_address(host: str) -> str:
    """Return the address at which others reach it; on a machine without a network, loopback."""
    if host not in _EVERYWHERE:
        return host
    loopback, nobody = _EVERYWHERE[host]
    family = socket.AF_INET6 if ":" in nobody else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((nobody, 9))  # of a datagram socket: nothing is sent
            return str(probe.getsockname()[0])
    except OSError:
        return loopback


def _keep_key(path: Path, key: bytes) -> bytes:
    """Write the key unless another process was faster, and return the one that counts.

    It appears whole or not at all: whoever read it half written, or empty after a crash,
    would sign links with a key that anybody can guess.
    """
    descriptor, name = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # mode 600
    written = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(written)
    except FileExistsError:
        return path.read_bytes()
    finally:
        written.unlink()
    return key
