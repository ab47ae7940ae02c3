"""SQLite's write-ahead log is copied into the file while the writer is idle, and no writer waits for it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import make_url

from app.jobs.checkpointing import checkpoint_job
from app.storage.database import schema
from app.storage.database.opening import open_database

pytestmark = pytest.mark.anyio

PERSON: dict[str, Any] = {
    "id": "p",
    "name": "Ada Lind, who is looked for in the file",
    "role": "editor",
    "created_at": 1,
}


def _file(url: str) -> bytes:
    path = make_url(url).database
    assert path is not None
    return Path(path).read_bytes()


async def test_an_idle_moment_brings_writes_into_the_file(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    try:
        with database.transaction() as tx:
            tx.connection.execute(insert(schema.people).values(**PERSON))
        assert PERSON["name"].encode() not in _file(sqlite_url)
        await checkpoint_job(database).run()
        assert PERSON["name"].encode() in _file(sqlite_url)
    finally:
        database.close()


async def test_a_writer_is_not_waited_for(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    writing, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with database.transaction():
            writing.set()
            may_end.wait(10)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert writing.wait(10)
        await checkpoint_job(database).run()
    finally:
        may_end.set()
        writer.join()
        database.close()
