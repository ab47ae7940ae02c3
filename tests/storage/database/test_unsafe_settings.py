"""A PostgreSQL that may lose what it has acknowledged is refused, unless the operator says that it may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from app.main import create_app
from app.settings import Settings
from app.storage.database.health import DatabaseUnusable
from app.storage.database.opening import open_database
from tests.postgres import PostgresServer, ReusedDatabases
from tests.waiting import await_true


@pytest.fixture
def server(postgres_server: PostgresServer) -> Iterator[PostgresServer]:
    """The session's server, whose own settings are what they were behind the test."""
    yield postgres_server
    with postgres_server.connect("postgres") as connection:
        connection.execute("ALTER SYSTEM RESET ALL")
        connection.execute("SELECT pg_reload_conf()")
        await_true(lambda: _shown(connection, "fsync") == _shown(connection, "full_page_writes") == "on")


def _shown(connection: psycopg.Connection[object], name: str) -> object:
    row = connection.execute(sql.SQL("SHOW {}").format(sql.Identifier(name))).fetchone()
    return row[0] if isinstance(row, tuple) else None


@pytest.mark.parametrize("name", ["fsync", "full_page_writes"])
def test_a_server_that_does_not_wait_for_its_disk_is_refused(
    server: PostgresServer, postgres_url: str, name: str
) -> None:
    open_database(postgres_url).close()
    with server.connect("postgres") as connection:
        connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(name)))
        connection.execute("SELECT pg_reload_conf()")
        await_true(lambda: _shown(connection, name) == "off")
        with pytest.raises(DatabaseUnusable, match=rf"{name} = off: a crash of its machine can destroy"):
            open_database(postgres_url)
        with capture_logs() as logged:
            open_database(postgres_url, allow_unsafe=True).close()
    assert [(line["event"], line["setting"]) for line in logged] == [("database_is_unsafe", name)]


async def test_one_that_acknowledges_before_it_writes_is_refused_whoever_has_set_it_so(
    anyio_backend: str, server: PostgresServer, reused_databases: ReusedDatabases, tmp_path: Path
) -> None:
    with reused_databases.lend() as name, server.connect("postgres") as connection:
        url, database = server.url(name), sql.Identifier(name)
        for safe in ("on", "local", "remote_apply"):
            connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = {}").format(database, safe))
            open_database(url).close()
        connection.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(database))
        settings = Settings(data_dir=tmp_path, database_url=url)
        with pytest.raises(DatabaseUnusable, match="synchronous_commit = off") as refused:
            await _open(settings)
        assert "a crash of its machine loses what was acknowledged last" in str(refused.value)
        assert "LIVEBLOG_ALLOW_UNSAFE_DATABASE=true" in str(refused.value)
        await _open(settings.model_copy(update={"allow_unsafe_database": True}))
        connection.execute(sql.SQL("ALTER DATABASE {} RESET ALL").format(database))


async def _open(settings: Settings) -> None:
    async with create_app(settings).running():
        pass
