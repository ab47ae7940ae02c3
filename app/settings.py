"""The settings of a server, read once at start: environment, then `.env`, then the secrets directory.

Only cli and the composition root import this; other packages are handed the values they need. docs/settings.md is the
table for operators.
"""

from __future__ import annotations

import difflib
import os
import platform
import re
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from app.channels.broker_address import read_broker_url
from app.storage.database.database_url import read_database_url

PREFIX = "LIVEBLOG_"
DATABASE_FILE = "liveblog.db"
MOST_WORKERS = 64
DEFAULT_SECRETS_DIR = "/run/secrets"
MIN_ADMIN_TOKEN_LENGTH = 32
MIN_ADMIN_TOKEN_DIFFERENT = 8
"""Fewer different characters than this is a placeholder, not a secret."""


class UnusableSettings(Exception):
    """Settings that are wrong or unsafe. The message is for a person: one line each, that says what to do."""


def _database_in_data_dir(data: dict[str, Any]) -> str:
    return f"sqlite:///{data['data_dir'] / DATABASE_FILE}"


def _drain_for_database(data: dict[str, Any]) -> int:
    """Return 0 for SQLite, which has one process: a slow drain would be an outage for those who are sent away first."""
    return 0 if str(data.get("database_url", "")).startswith("sqlite") else 30


def _address_listened_on(data: dict[str, Any]) -> str:
    host = data["host"]
    if not _is_loopback(host):
        return ""
    return f"http://{f'[{host}]' if ':' in host else host}:{data['port']}"


class Settings(BaseSettings):
    """One server's settings; they never change while it runs."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    data_dir: Path = Path("data")
    database_url: str = Field(default_factory=_database_in_data_dir, repr=False)
    allow_unsafe_database: bool = False
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=0, ge=0, le=MOST_WORKERS)
    public_url: str = Field(default_factory=_address_listened_on)
    site_name: str = Field(default="Liveblog", min_length=1, max_length=200)
    site_url: str = Field(default_factory=lambda data: str(data["public_url"]))
    site_logo: str = ""
    words: Path | None = None
    embed_providers: Path | None = None
    theme_dir: Path | None = None
    theme: str = ""
    broker_url: str = Field(default="auto", repr=False)
    feed_text: Literal["full", "summary"] = "full"
    feed_entries: int = Field(default=50, ge=1, le=200)
    admin_token: SecretStr | None = None
    metrics_token: SecretStr | None = None
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    heartbeat_seconds: int = Field(default=25, ge=1, le=50)
    drain_seconds: int = Field(default_factory=_drain_for_database, ge=0, le=300)
    compression: bool = True
    max_connections: int = Field(default=0, ge=0)
    max_connections_per_address: int = Field(default=0, ge=0)
    max_handshakes_per_second: int = Field(default=20_000, ge=0)
    max_stories_per_connection: int = Field(default=32, ge=1, le=64)
    max_message_bytes: int = Field(default=4096, ge=512, le=65_536)
    max_messages_per_second: int = Field(default=10, ge=1, le=1000)
    header_seconds: int = Field(default=10, ge=1, le=300)
    body_seconds: int = Field(default=30, ge=1, le=600)
    idle_seconds: int = Field(default=75, ge=1, le=3600)
    stall_seconds: int = Field(default=30, ge=1, le=600)
    ended_socket_seconds: int = Field(default=300, ge=0, le=3_600)
    ring_events: int = Field(default=256, ge=1, le=65_536)
    ring_kilobytes: int = Field(default=512, ge=1, le=65_536)
    rings_megabytes: int = Field(default=64, ge=1, le=65_536)
    overload_lag_seconds: float = Field(default=2.0, ge=0, le=60)
    session_days: int = Field(default=30, ge=1, le=365)
    session_idle_hours: int = Field(default=168, ge=1, le=8760)
    own_bylines: bool = False
    media_url: str = Field(default="", repr=False)
    media_public_url: str = ""
    media_image_megabytes: int = Field(default=50, ge=1, le=1_000)
    media_video_megabytes: int = Field(default=250, ge=1, le=1_000)
    media_audio_megabytes: int = Field(default=100, ge=1, le=1_000)
    media_quota_gigabytes: int = Field(default=0, ge=0, le=1_000_000)
    media_slowest_kilobytes: int = Field(default=4, ge=1, le=10_000)
    media_orphan_days: int = Field(default=30, ge=1, le=36_500)
    media_shared_cache_seconds: int = Field(default=2, ge=0, le=31_536_000)
    media_accel_redirect: str = ""
    comments: Literal["off", "moderated"] = "off"
    comments_per_address: int = Field(default=10, ge=0, le=10_000)
    comments_per_story: int = Field(default=300, ge=0, le=1_000_000)
    comments_per_site: int = Field(default=600, ge=0, le=1_000_000)
    comment_queue: int = Field(default=50_000, ge=1, le=10_000_000)
    comment_unattended_hours: int = Field(default=24, ge=0, le=8_760)
    comment_email_days: int = Field(default=30, ge=1, le=3_650)
    comment_address_days: int = Field(default=7, ge=1, le=365)
    terms_url: str = ""
    privacy_url: str = ""
    demo: bool = False
    node_name: str = Field(default_factory=platform.node, min_length=1, max_length=200)
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    log_addresses: Literal["off", "short", "full"] = "short"

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: Any) -> Any:
        return _split(value)

    @field_validator("log_level", "log_format", "log_addresses", "comments", "feed_text", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _check_data_dir(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError("is a file; name a folder, which is made if it is not there")
        return value.absolute()

    @field_validator("database_url")
    @classmethod
    def _check_database_url(cls, value: str) -> str:
        return read_database_url(value)

    @field_validator("broker_url")
    @classmethod
    def _check_broker_url(cls, value: str, info: ValidationInfo) -> str:
        return read_broker_url(value, is_shared=not str(info.data.get("database_url", "sqlite")).startswith("sqlite"))

    @field_validator("public_url")
    @classmethod
    def _check_public_url(cls, value: str) -> str:
        if not value:
            raise ValueError(
                f"is not set, and {PREFIX}HOST lets other machines in; "
                "set it to the address readers type, like https://live.example"
            )
        _require_web_url(value)
        if urlsplit(value).path.strip("/"):
            raise ValueError("has a path; Liveblog needs a host name of its own")
        return value.rstrip("/")

    @field_validator("site_url", "site_logo", "terms_url", "privacy_url")
    @classmethod
    def _check_site_urls(cls, value: str) -> str:
        if value:
            _require_web_url(value)
        return value

    @field_validator("theme")
    @classmethod
    def _check_theme(cls, value: str, info: ValidationInfo) -> str:
        if value and info.data.get("theme_dir") is None:
            raise ValueError(f"needs {PREFIX}THEME_DIR, the folder that has it")
        return value

    @field_validator("media_public_url")
    @classmethod
    def _check_media_public_url(cls, value: str) -> str:
        if value:
            _require_web_url(value)
            if unsafe := sorted(set(value) & set("\"'&<>\\ ")):
                raise ValueError(f"has {unsafe[0]!r} in it, which stands in no address of a picture")
        return value.rstrip("/")

    @field_validator("media_accel_redirect")
    @classmethod
    def _check_media_accel_redirect(cls, value: str) -> str:
        if value and re.fullmatch(r"(/[A-Za-z0-9_-]+)+/?", value) is None:
            raise ValueError("is no location of nginx, like /kept-media")
        return value.rstrip("/")

    @field_validator("admin_token")
    @classmethod
    def _check_admin_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            require_strong_token(value.get_secret_value())
        return value

    @field_validator("metrics_token")
    @classmethod
    def _check_metrics_token(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            require_strong_token(value.get_secret_value())
            if value == info.data.get("admin_token"):
                raise ValueError(f"is {PREFIX}ADMIN_TOKEN; give what only reads the metrics a token of its own")
        return value

    @field_validator("cors_origins")
    @classmethod
    def _check_cors_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            if origin in {"*", "null"}:
                raise ValueError(f"{origin!r} would let any page write; name each origin, like https://desk.example")
            _require_web_url(origin)
            if urlsplit(origin).path:
                raise ValueError(f"{origin!r} is more than an origin; leave out the path, and the slash at the end")
        return value

    @field_validator("max_connections_per_address")
    @classmethod
    def _check_address_limit(cls, value: int, info: ValidationInfo) -> int:
        if value and not info.data.get("trusted_proxies"):
            raise ValueError(
                f"needs {PREFIX}TRUSTED_PROXIES: behind a proxy that is not known every reader counts as one address"
            )
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _check_trusted_proxies(cls, value: Any) -> Any:
        return tuple(_read_network(part) for part in _split(value))

    @property
    def serves_demo(self) -> bool:
        """Return whether `/demo` is served: where it was asked for, and on this machine alone."""
        return self.demo and _is_loopback(self.host)

    @property
    def has_shared_database(self) -> bool:
        """Return whether other servers can share the database."""
        return not self.database_url.startswith("sqlite")


class _LogFormat(BaseSettings):
    """The one setting that says how to say that another is wrong."""

    model_config = Settings.model_config

    log_format: Literal["console", "json"] = "console"

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


def read_settings() -> Settings:
    """Read and check every setting.

    The secrets directory is LIVEBLOG_SECRETS_DIR, else /run/secrets where there is one; a file there is named like the
    variable, in any case (`liveblog_admin_token`). Raises UnusableSettings.
    """
    named = os.environ.get(f"{PREFIX}SECRETS_DIR")
    folder = Path(named or DEFAULT_SECRETS_DIR)
    if named and not folder.is_dir():
        raise UnusableSettings(f"{PREFIX}SECRETS_DIR: {folder} is no folder; make it, or leave the setting out")
    try:
        return Settings(_env_file=".env", _secrets_dir=folder if folder.is_dir() else None)
    except (UnicodeDecodeError, SettingsError):
        raise UnusableSettings(".env, or a file in the secrets directory, is not UTF-8 text; save it as such") from None
    except OSError as error:
        raise UnusableSettings(f"{error.filename or '.env'} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        found = [each for each in error.errors() if each["type"] != "default_factory_not_called"]
        raise UnusableSettings("\n".join(_sentence(each) for each in found)) from None


def read_log_format() -> Literal["console", "json"]:
    """Read how to log and nothing else, for a process that says what is wrong with its other settings."""
    named = Path(os.environ.get(f"{PREFIX}SECRETS_DIR") or DEFAULT_SECRETS_DIR)
    try:
        return _LogFormat(_env_file=".env", _secrets_dir=named if named.is_dir() else None).log_format
    except (ValidationError, SettingsError, OSError, UnicodeDecodeError):
        return "console"


def list_misspelt() -> list[str]:
    """Return a sentence for each environment variable that looks like a misspelt setting; print them at start."""
    known = [f"{PREFIX}{name.upper()}" for name in Settings.model_fields] + [f"{PREFIX}SECRETS_DIR"]
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    pairs = [(name, difflib.get_close_matches(name, known, n=1, cutoff=0.85)) for name in unknown]
    return [f"{name} is no setting; did you mean {close[0]}?" for name, close in pairs if close]


def _sentence(error: ErrorDetails) -> str:
    message = str(error["ctx"]["error"]) if error["type"] == "value_error" and "ctx" in error else error["msg"]
    if not error["loc"]:
        return message
    name = f"{PREFIX}{str(error['loc'][0]).upper()}"
    if name == f"{PREFIX}PORT" and "://" in str(error["input"]):
        message += " (Kubernetes sets this for a service named liveblog: set enableServiceLinks: false)"
    return f"{name}: {message}"


def _require_web_url(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{value!r} is no web address; begin it with https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError("has a user name, password, ? or # in it; leave that out, since everyone will see it")


def require_strong_token(value: str) -> None:
    """Raise ValueError, which says what to do, for a token that could be guessed or is no header's."""
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("may hold only printable ASCII characters and no spaces, to fit into a header")
    if len(value) < MIN_ADMIN_TOKEN_LENGTH:
        raise ValueError(f"is shorter than {MIN_ADMIN_TOKEN_LENGTH} characters; make one with: openssl rand -hex 32")
    if len(set(value)) < MIN_ADMIN_TOKEN_DIFFERENT:
        raise ValueError("is easy to guess; make one with: openssl rand -hex 32")


def _split(value: Any) -> Any:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def _read_network(value: Any) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(value)
    except ValueError:
        raise ValueError(f"{value!r} is no network; write it like 10.0.0.0/8 or 192.0.2.7") from None
    if network.prefixlen == 0:
        raise ValueError(f"{value!r} trusts everyone, who could then claim any address; name the proxies")
    return network


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
