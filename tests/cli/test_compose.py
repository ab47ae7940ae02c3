"""compose.yaml: every setting reaches the container, its commands work beside each other, and a stop has its time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.server.workers.restarting import STOP_SECONDS
from app.settings import Settings
from tests.commands import ROOT
from tests.compose import environment_of, read_services, seconds_of
from tests.processes import Installation

DECIDED_BY_THE_CONTAINER = {"LIVEBLOG_DATA_DIR", "LIVEBLOG_HOST", "LIVEBLOG_PORT"}

CHOSEN = {
    "LIVEBLOG_DATA_DIR": "/srv/live",
    "LIVEBLOG_HOST": "192.0.2.7",
    "LIVEBLOG_DATABASE_URL": "postgresql://desk@db/live",
    "LIVEBLOG_PUBLIC_URL": "https://live.example",
    "LIVEBLOG_SITE_NAME": "The $5 Gazette",
    "LIVEBLOG_SITE_URL": "https://gazette.example",
    "LIVEBLOG_SITE_LOGO": "https://gazette.example/logo.svg",
    "LIVEBLOG_WORDS": "/data/words.json",
    "LIVEBLOG_EMBED_PROVIDERS": "/data/embeds.toml",
    "LIVEBLOG_BROKER_URL": "none",
    "LIVEBLOG_NODE_NAME": "north",
    "LIVEBLOG_WORKERS": "2",
    "LIVEBLOG_DEMO": "true",
    "LIVEBLOG_FEED_TEXT": "summary",
    "LIVEBLOG_THEME": "gazette",
    "LIVEBLOG_THEME_DIR": "/data/themes",
    "LIVEBLOG_COMMENTS": "moderated",
    "LIVEBLOG_TERMS_URL": "https://gazette.example/terms",
    "LIVEBLOG_PRIVACY_URL": "https://gazette.example/privacy",
    "LIVEBLOG_ADMIN_TOKEN": "a-secret-of-the-newsroom-that-is-long-enough",
    "LIVEBLOG_METRICS_TOKEN": "a-secret-of-the-scraper-that-is-long-enough",
    "LIVEBLOG_CORS_ORIGINS": "https://desk.example",
    "LIVEBLOG_TRUSTED_PROXIES": "10.0.0.0/8",
    "LIVEBLOG_COMPRESSION": "false",
    "LIVEBLOG_MAX_CONNECTIONS_PER_ADDRESS": "7",
    "LIVEBLOG_MEDIA_URL": "s3://pictures/live",
    "LIVEBLOG_MEDIA_PUBLIC_URL": "https://cdn.example/media",
    "LIVEBLOG_MEDIA_ACCEL_REDIRECT": "/kept-media",
    "LIVEBLOG_LOG_LEVEL": "warning",
    "LIVEBLOG_LOG_FORMAT": "console",
    "LIVEBLOG_LOG_ADDRESSES": "off",
    "LIVEBLOG_SECRETS_DIR": "/run/secrets",
}


def documented() -> list[str]:
    """Return every setting of the table for operators."""
    table = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return re.findall(r"^\| `(LIVEBLOG_\w+)` \|", table, flags=re.MULTILINE)


def chosen(name: str) -> str:
    """Return a value for a setting that is not its default: one more, where it is a number."""
    if name in CHOSEN:
        return CHOSEN[name]
    default = Settings().model_dump()[name.removeprefix("LIVEBLOG_").lower()]
    return str(int(default) + 1)


@pytest.mark.parametrize("service", ["migrate", "liveblog"])
@pytest.mark.parametrize("name", [each for each in documented() if each not in DECIDED_BY_THE_CONTAINER])
def test_every_documented_setting_reaches_the_container(name: str, service: str) -> None:
    assert environment_of(read_services()[service], {name: chosen(name)})[name] == chosen(name)


def test_all_of_them_together_are_the_settings_of_the_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    given = {name: chosen(name) for name in documented()}  # the log's form is JSON in a container unless it is chosen
    defaults = Settings().model_dump()
    for name, value in environment_of(read_services()["liveblog"], given).items():
        monkeypatch.setenv(name, value)
    read = Settings().model_dump()
    same = {name for name, value in read.items() if value == defaults[name]}
    assert same == {"port", "log_format"}, "these are at their defaults, though each was set to something else"
    assert (read["data_dir"], read["host"]) == (Path("/data"), "0.0.0.0")  # noqa: S104 - compared


def test_where_nothing_is_set_nothing_is_passed_on_that_is_empty() -> None:
    given = environment_of(read_services()["liveblog"], {})
    assert set(given) == {*DECIDED_BY_THE_CONTAINER, "LIVEBLOG_PUBLIC_URL", "LIVEBLOG_LOG_FORMAT"}
    assert given["LIVEBLOG_PUBLIC_URL"] == "http://127.0.0.1:8000"
    on_another = environment_of(read_services()["liveblog"], {"LIVEBLOG_PORT": "9001"})
    assert on_another["LIVEBLOG_PUBLIC_URL"] == "http://127.0.0.1:9001", "the port that readers type"
    assert on_another["LIVEBLOG_PORT"] == "8000", "the port in the container"


def test_a_stop_is_given_longer_than_the_longest_drain_takes_with_workers_and_their_writer_after_them() -> None:
    (longest,) = [each.le for each in Settings.model_fields["drain_seconds"].metadata if hasattr(each, "le")]
    grace = seconds_of(read_services()["liveblog"]["stop_grace_period"])
    assert grace > 2 * (longest + STOP_SECONDS)


def test_its_first_process_reaps_what_others_leave() -> None:
    services = read_services()
    ours = {name for name, service in services.items() if service["image"] == "liveblog"}
    assert ours == {"migrate", "liveblog", "migrate-scale", "node-1", "node-2"}
    assert all(services[name]["init"] for name in ours)


def test_what_compose_runs_works_beside_a_server_that_runs_already(tmp_path: Path, free_port: int) -> None:
    """`docker compose up`, twice: first `migrate`, and then the server unless it runs."""
    services = read_services()
    given = environment_of(services["migrate"], {})
    given |= {"LIVEBLOG_DATA_DIR": str(tmp_path / "data"), "LIVEBLOG_PORT": str(free_port)}
    up = [sys.executable, "-m", "app.cli", *services["migrate"]["command"]]
    environment = {**os.environ, **given}
    subprocess.run(up, env=environment, cwd=ROOT, check=True, timeout=60)
    (command,) = services["liveblog"]["command"]
    assert command == "serve"
    with Installation(tmp_path / "data", given).serving(free_port) as server, server.client() as reader:
        subprocess.run(up, env=environment, cwd=ROOT, check=True, timeout=60)
        assert reader.get("/readyz").json()["status"] == "ready"
        assert server.stop(seconds_of(services["liveblog"]["stop_grace_period"])) == 0
