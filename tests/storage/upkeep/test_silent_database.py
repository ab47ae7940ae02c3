"""Backups and exports of a PostgreSQL that falls silent on the way: they end, with a sentence, and leave nothing."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from app.storage.database.transactions import answers_queries
from app.storage.upkeep import backup
from app.storage.upkeep.archive import BackupFailed
from app.storage.upkeep.backup import back_up, open_snapshot
from tests.faults.silent_proxy import SilentProxy, silent_proxy
from tests.postgres import PostgresServer
from tests.storage.upkeep.archives import make_filled


@pytest.fixture
def proxy(postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[SilentProxy]:
    monkeypatch.setattr(backup, "SILENCE_SECONDS", 1.0)
    with silent_proxy(postgres_server) as running:
        yield running


def _name_of(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


@pytest.mark.filterwarnings("ignore:.*ServerCursor:ResourceWarning")  # of the driver, whose connection is gone
def test_a_backup_of_a_database_that_falls_silent_is_given_up(
    proxy: SilentProxy, postgres_url: str, tmp_path: Path
) -> None:
    url = proxy.url(_name_of(make_filled(postgres_url)))
    with pytest.raises(BackupFailed, match="not answered for 1 seconds"):
        back_up(url, tmp_path / "a.backup", progress=lambda *_: proxy.fall_silent())
    gc.collect()
    assert list(tmp_path.iterdir()) == []


def test_an_export_does_not_wait_for_ever_for_a_database_that_falls_silent(
    proxy: SilentProxy, postgres_url: str
) -> None:
    url = proxy.url(_name_of(make_filled(postgres_url)))

    def read() -> None:
        with open_snapshot(url) as tx:
            proxy.fall_silent()
            answers_queries(tx)

    with pytest.raises(OperationalError, match="not answered for 1 seconds"):
        read()
