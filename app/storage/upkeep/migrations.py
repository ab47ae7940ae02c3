"""Migrates a database to the schema that this release needs."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.domain.errors import Unavailable
from app.storage.database.limited_connection import socket_options
from app.storage.database.sqlite import lock_store, open_for_migration
from app.storage.database.transactions import Database
from app.storage.upkeep.search_index import fill_search_index

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
_ADVISORY_LOCK = 0x6C697665626C6F67


class WrongSchema(Exception):
    """A database whose schema is not the one this release needs; the message says what to do."""


def migrate(url: str, *, revision: str = "head") -> None:
    """Upgrade (or downgrade) the database to `revision`, all or nothing, one process at a time.

    Raises StoreLocked when a server has the SQLite file open, Unavailable where there is no database.
    """
    with migration_connection(url) as connection:
        config = alembic_config(connection)
        if revision == "base" or _is_ahead(connection, revision):
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        if revision == "head":
            fill_search_index(connection)


def require_current_schema(database: Database) -> None:
    """Raise WrongSchema unless the database is at this release's newest migration."""
    with database.snapshot() as tx:
        found = MigrationContext.configure(tx.connection).get_current_revision()
    wanted = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if found != wanted:
        raise WrongSchema(f"The database is at schema {found or 'none'}, this release needs {wanted}: run `migrate`.")


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for an open connection."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


@contextmanager
def migration_connection(url: str) -> Generator[Connection]:
    """Open a connection in one transaction that may change the schema, and lock out other processes that migrate."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with _sqlite_connection(Path(parsed.database or "")) as connection:
            yield connection
        return
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=socket_options(parsed.query))
    with _connected(engine) as connection, connection.begin():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        yield connection


def _connected(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        reason = str(error.orig).splitlines()[0]
        raise Unavailable(
            "database_unavailable", f"The database cannot be reached: {reason}.", retry_after_seconds=2
        ) from error


@contextmanager
def _sqlite_connection(path: Path) -> Generator[Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with lock_store(path.parent):
        engine = create_engine(
            "sqlite://",
            creator=lambda: open_for_migration(path),
            hide_parameters=True,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
        )
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if broken:
                    raise RuntimeError(f"the migration would leave {len(broken)} rows without the row they refer to")
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise


def _is_ahead(connection: Connection, revision: str) -> bool:
    if revision == "head":
        return False
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        return False
    script = ScriptDirectory(str(MIGRATIONS))
    return revision in {step.revision for step in script.iterate_revisions(current, "base")} and revision != current
