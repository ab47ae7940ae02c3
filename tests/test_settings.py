"""Settings: their sources, their defaults, and refusals with a sentence that says what to do."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.composition.admin_token import load_or_make_admin_token
from app.settings import Settings, UnusableSettings, list_misspelt, read_settings

STRONG = "a-secret-of-the-newsroom-that-is-long-enough"


@pytest.fixture(autouse=True)
def _empty_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("LIVEBLOG_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_without_any_setting_a_server_listens_on_this_machine_only(tmp_path: Path) -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.public_url) == ("127.0.0.1", 8000, "http://127.0.0.1:8000")
    assert settings.database_url == f"sqlite:///{tmp_path}/data/liveblog.db"
    assert settings.site_url == settings.public_url


def test_the_environment_wins_over_the_dotenv_file_and_that_over_the_secrets(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for name in ("liveblog_site_name", "liveblog_port", "liveblog_log_level"):
        (secrets / name).write_text({"liveblog_port": "1", "liveblog_log_level": "error"}.get(name, "from secrets"))
    (tmp_path / ".env").write_text("LIVEBLOG_PORT=2\nLIVEBLOG_SITE_NAME=from the file\n")
    monkeypatch.setenv("LIVEBLOG_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("LIVEBLOG_SITE_NAME", "from the environment")

    settings = read_settings()

    assert (settings.site_name, settings.port, settings.log_level) == ("from the environment", 2, "error")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_SITE_NAME", "")
    assert read_settings().site_name == "Liveblog"


def test_lists_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_CORS_ORIGINS", "https://desk.example, https://app.example:8443")
    monkeypatch.setenv("LIVEBLOG_TRUSTED_PROXIES", "10.0.0.0/8,2001:db8::1")
    settings = read_settings()
    assert settings.cors_origins == ("https://desk.example", "https://app.example:8443")
    assert [str(network) for network in settings.trusted_proxies] == ["10.0.0.0/8", "2001:db8::1/128"]


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("postgres://desk@db/live", "postgresql+psycopg://desk@db/live"),
        ("postgresql://desk@db/live", "postgresql+psycopg://desk@db/live"),
        ("postgresql+psycopg://desk@db/live", "postgresql+psycopg://desk@db/live"),
        ("sqlite:////srv/live.db", "sqlite:////srv/live.db"),
    ],
)
def test_every_spelling_of_a_database_address_means_the_driver_we_ship(
    monkeypatch: pytest.MonkeyPatch, given: str, normal: str
) -> None:
    monkeypatch.setenv("LIVEBLOG_DATABASE_URL", given)
    assert read_settings().database_url == normal


@pytest.mark.parametrize(
    ("name", "value", "advice"),
    [
        ("PORT", "tcp://10.0.0.1:80", "enableServiceLinks: false"),
        ("PORT", "0", "greater than or equal to 1"),
        ("HOST", "0.0.0.0", "LIVEBLOG_PUBLIC_URL: is not set"),  # noqa: S104 - it is refused
        ("DATABASE_URL", "mysql://desk@db/live", "no other database is supported"),
        ("DATABASE_URL", "sqlite://", "name a file"),
        ("DATABASE_URL", "sqlite:///:memory:", "name a file"),
        ("ADMIN_TOKEN", "short", "openssl rand -hex 32"),
        ("ADMIN_TOKEN", "changechangechangechangechangechange", "easy to guess"),
        ("ADMIN_TOKEN", "a secret with spaces that is long enough", "no spaces"),
        ("PUBLIC_URL", "live.example", "begin it with https://"),
        ("PUBLIC_URL", "https://live.example/blog", "a host name of its own"),
        ("SITE_URL", "javascript:alert(1)", "no web address"),
        ("SITE_LOGO", "https://user:pass@live.example/logo.png", "everyone will see it"),
        ("CORS_ORIGINS", "*", "name each origin"),
        ("CORS_ORIGINS", "https://desk.example/", "leave out the path"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,0.0.0.0/0", "trusts everyone"),
        ("TRUSTED_PROXIES", "proxy", "write it like 10.0.0.0/8"),
        ("HEARTBEAT_SECONDS", "61", "less than or equal to 50"),
        ("LOG_LEVEL", "loud", "'debug', 'info', 'warning' or 'error'"),
        ("SECRETS_DIR", "/nowhere", "is no folder"),
    ],
)
def test_an_unusable_value_is_refused_with_its_name_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(f"LIVEBLOG_{name}", value)
    with pytest.raises(UnusableSettings) as refused:
        read_settings()
    assert advice in str(refused.value)
    assert str(refused.value).startswith("LIVEBLOG_")
    assert len(str(refused.value).splitlines()) == 1


def test_a_data_dir_that_is_a_file_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LIVEBLOG_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(UnusableSettings, match="name a folder"):
        read_settings()


def test_every_wrong_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_PORT", "x")
    monkeypatch.setenv("LIVEBLOG_LOG_FORMAT", "x")
    with pytest.raises(UnusableSettings) as refused:
        read_settings()
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["LIVEBLOG_PORT", "LIVEBLOG_LOG_FORMAT"]


def test_settings_shown_in_a_log_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_ADMIN_TOKEN", STRONG)
    monkeypatch.setenv("LIVEBLOG_DATABASE_URL", "postgresql://desk:pass-word@db/live")
    shown = repr(read_settings())
    assert STRONG not in shown
    assert "pass-word" not in shown


def test_a_name_spelt_wrong_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIVEBLOG_PROT", "9000")
    monkeypatch.setenv("LIVEBLOG_SERVICE_HOST", "10.0.0.1")
    assert list_misspelt() == ["LIVEBLOG_PROT is no setting; did you mean LIVEBLOG_PORT?"]


def test_the_admin_token_of_the_settings_is_used_and_not_kept(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", admin_token=SecretStr(STRONG))
    assert load_or_make_admin_token(settings) == STRONG
    assert not (tmp_path / "data").exists()


def test_an_admin_token_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    token = load_or_make_admin_token(settings)
    assert len(token) >= 32
    assert load_or_make_admin_token(settings) == token
    assert stat.S_IMODE((tmp_path / "data" / "admin-token").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["admin-token"]


def test_processes_that_start_together_get_the_same_admin_token(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    gate, tokens = threading.Barrier(8), list[str]()

    def start() -> None:
        gate.wait()
        tokens.append(load_or_make_admin_token(settings))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tokens) == 8
    assert len(set(tokens)) == 1


@pytest.mark.parametrize(
    ("mode", "text", "advice"), [(0o644, STRONG, "chmod 600"), (0o600, "short", "delete the file")]
)
def test_a_kept_admin_token_that_is_not_safe_is_refused(tmp_path: Path, mode: int, text: str, advice: str) -> None:
    (tmp_path / "admin-token").write_text(text)
    (tmp_path / "admin-token").chmod(mode)
    with pytest.raises(UnusableSettings, match=advice):
        load_or_make_admin_token(Settings(data_dir=tmp_path))


def test_the_token_of_the_metrics_is_a_safe_one_and_not_the_admins() -> None:
    kept = Settings(admin_token=SecretStr(STRONG), metrics_token=SecretStr(STRONG[::-1])).metrics_token
    assert kept is not None
    assert kept.get_secret_value() == STRONG[::-1]
    for bad, advice in ((STRONG, "a token of its own"), ("short", "openssl rand"), ("a" * 40, "easy to guess")):
        with pytest.raises(ValidationError, match=advice):
            Settings(admin_token=SecretStr(STRONG), metrics_token=SecretStr(bad))


def test_a_database_is_shared_unless_it_is_a_file(tmp_path: Path) -> None:
    assert not Settings(data_dir=tmp_path).has_shared_database
    assert Settings(data_dir=tmp_path, database_url="postgres://db.example/liveblog").has_shared_database


@pytest.mark.parametrize(
    ("given", "served"),
    [
        ({}, False),
        ({"demo": True}, True),
        ({"demo": True, "host": "::1"}, True),
        ({"demo": True, "host": "192.0.2.7", "public_url": "https://live.example"}, False),
        ({"host": "127.0.0.1", "public_url": "https://live.example"}, False),
    ],
)
def test_the_demo_page_is_served_where_it_was_asked_for_and_on_loopback_alone(
    given: dict[str, Any], *, served: bool
) -> None:
    assert Settings(**given).serves_demo is served
