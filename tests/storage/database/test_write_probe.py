"""A database that cannot be written to: every cause there is shows as `unwritable`, and goes when it is mended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import psycopg
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from app.domain.errors import Unavailable
from app.storage.database.opening import open_database
from app.storage.database.transactions import Database
from app.storage.database.write_probe import probe_writing
from tests.postgres import PostgresServer, ReusedDatabases


def test_a_write_that_finds_no_room_says_so_and_so_does_the_health(sqlite_url: str) -> None:
    database = open_database(sqlite_url)
    probe_writing(database)
    with database.transaction() as tx:
        pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with capture_logs() as logged:
        for _ in range(2):
            with pytest.raises(Unavailable), database.transaction() as tx:
                tx.connection.execute(text("CREATE TABLE filler AS SELECT zeroblob(1000000) AS x"))
        assert not database.health.is_writable
        with database.transaction() as tx:
            tx.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert not database.health.is_writable, "nothing was written yet"
        probe_writing(database)
    assert [(line["event"], line.get("cause")) for line in logged] == [
        ("database_unwritable", "database or disk is full"),
        ("database_unwritable_over", None),
    ]
    assert database.health.failures["unwritable"] == 2
    database.close()


def test_a_probe_leaves_no_row(database: Database) -> None:
    probe_writing(database)
    with database.snapshot() as tx:
        assert tx.connection.execute(text("SELECT count(*) FROM replies")).scalar_one() == 0


@contextmanager
def _read_only(server: PostgresServer, name: str) -> Iterator[None]:
    """Make every session read-only, as a replica is."""
    with server.connect(name) as admin:
        _alter(admin, name, "SET default_transaction_read_only = on")
        try:
            yield
        finally:
            admin.execute("SET default_transaction_read_only = off")
            _alter(admin, name, "RESET default_transaction_read_only")


@contextmanager
def _without_right(server: PostgresServer, name: str) -> Iterator[None]:
    """Take the right to write from the account of the server, which must not be the superuser."""
    with server.connect(name) as admin:
        admin.execute("REVOKE INSERT ON replies FROM lesser")
        try:
            yield
        finally:
            admin.execute("GRANT INSERT ON replies TO lesser")
            _end_others(admin)


@contextmanager
def _disk_full(server: PostgresServer, name: str) -> Iterator[None]:
    """Answer each insert as PostgreSQL does when a file cannot grow: the error is its own, the disk is ours."""
    with server.connect(name) as admin:
        admin.execute(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file: "
            "No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        admin.execute("CREATE TRIGGER full_disk BEFORE INSERT ON replies EXECUTE FUNCTION fail()")
        try:
            yield
        finally:
            admin.execute("DROP FUNCTION fail() CASCADE")


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        (_read_only, "cannot execute INSERT in a read-only transaction"),
        (_without_right, "permission denied for table replies"),
        (_disk_full, "could not extend file: No space left on device"),
    ],
)
def test_a_postgresql_that_takes_no_writes_is_known_by_its_cause_and_is_still_read(
    reused_databases: ReusedDatabases,
    fault: Callable[[PostgresServer, str], AbstractContextManager[None]],
    cause: str,
) -> None:
    server = reused_databases.server
    with reused_databases.lend() as name, _lesser_account(server, name):
        database = open_database(server.url(name).replace("liveblog@", "lesser@"))
        probe_writing(database)
        with fault(server, name), capture_logs() as logged:
            for _ in range(2):
                with pytest.raises(Unavailable):
                    probe_writing(database)
            with database.snapshot() as tx:
                assert tx.connection.execute(text("SELECT count(*) FROM replies")).scalar_one() == 0
            assert (database.health.is_reachable, database.health.cause("unwritable")) == (True, cause)
        assert [line["event"] for line in logged] == ["database_unwritable"]
        probe_writing(database)
        assert database.health.is_writable
        database.close()


@contextmanager
def _lesser_account(server: PostgresServer, name: str) -> Iterator[None]:
    with server.connect(name) as admin:
        admin.execute("CREATE ROLE lesser LOGIN")
        admin.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO lesser")
    try:
        yield
    finally:
        with server.connect(name) as admin:
            admin.execute("DROP OWNED BY lesser")
            admin.execute("DROP ROLE lesser")


def _alter(admin: psycopg.Connection[tuple[object, ...]], name: str, what: str) -> None:
    admin.execute(f"ALTER DATABASE {name} {what}".encode())
    _end_others(admin)


def _end_others(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    """End the other sessions: settings and rights are those of a new one."""
    admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
