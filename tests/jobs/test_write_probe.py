"""The job that tries to write: now and then while it works, each time while it does not."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.domain.errors import Unavailable
from app.jobs.write_probe import LOOKS, write_probe_job
from app.storage.database.opening import open_database

pytestmark = pytest.mark.anyio


async def test_it_finds_a_full_disk_before_anyone_writes_and_finds_it_mended(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    job = write_probe_job(database)
    with database.transaction() as tx:  # whatever is inserted from now on finds no room
        tx.connection.execute(
            text(
                "CREATE TRIGGER full BEFORE INSERT ON replies BEGIN INSERT INTO filler VALUES (zeroblob(1000000)); END"
            )
        )
        tx.connection.execute(text("CREATE TABLE filler (x)"))
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    for _ in range(LOOKS - 1):
        await job.run()
    assert database.health.is_writable, "it does not write all the time"
    for _ in range(2):
        with pytest.raises(Unavailable):
            await job.run()
        assert not database.health.is_writable
    with database.transaction() as tx:
        tx.connection.execute(text("DROP TRIGGER full"))
    await job.run()
    assert database.health.is_writable
    database.close()
