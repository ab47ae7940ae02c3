"""A purge is followed by every process: its caches are dropped, and SQLite's log is emptied."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from app.jobs.purge_watch import PATIENCE_ATTEMPTS, LogStillRead, PurgeWatch, purge_watch_job
from app.storage.database.opening import open_database
from app.storage.database.sqlite import open_reader
from app.storage.database.transactions import Database
from app.storage.newsroom.site_control import update_purge_count

pytestmark = pytest.mark.anyio


def _purge(database: Database) -> None:
    with database.transaction() as tx:
        update_purge_count(tx)


async def test_a_purge_by_another_process_drops_what_this_one_caches_once(database: Database) -> None:
    dropped: list[None] = []
    watch = PurgeWatch(database, forget=lambda: dropped.append(None))
    _purge(database)
    await watch.run()
    assert dropped == [], "what was purged before the process began is in none of its caches"
    for count in (1, 2):
        _purge(database)
        await watch.run()
        await watch.run()
        assert len(dropped) == count


def _log_bytes(sqlite_url: str) -> int:
    return Path(sqlite_url.removeprefix("sqlite:///") + "-wal").stat().st_size


def test_it_looks_once_a_second(database: Database) -> None:
    assert purge_watch_job(database, forget=lambda: None).pause_seconds() == 1.0


async def test_the_log_of_sqlite_is_emptied_at_the_start_and_after_each_purge(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    try:
        watch = PurgeWatch(database, forget=lambda: None)
        _purge(database)
        assert _log_bytes(sqlite_url) > 0
        await watch.run()
        assert _log_bytes(sqlite_url) == 0, "as after a kill in the middle: whatever the log had, the file has"
        _purge(database)
        await watch.run()
        assert _log_bytes(sqlite_url) == 0
    finally:
        database.close()


async def test_while_a_reader_keeps_the_log_it_is_tried_again_and_said_in_the_end(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    reader = open_reader(Path(sqlite_url.removeprefix("sqlite:///")))
    try:
        watch = PurgeWatch(database, forget=lambda: None)
        await watch.run()
        _purge(database)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM stories").fetchall()
        _purge(database)
        for _ in range(PATIENCE_ATTEMPTS):
            await watch.run()
        with pytest.raises(LogStillRead):
            await watch.run()
        with database.transaction() as tx:  # writers are never kept waiting by it
            tx.connection.execute(text("UPDATE control SET frozen = 0"))
        reader.execute("ROLLBACK")
        await watch.run()
        assert _log_bytes(sqlite_url) == 0
    finally:
        reader.close()
        database.close()
