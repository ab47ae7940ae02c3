"""Migrates a database to the schema that this release needs."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from app.storage.database.failures import make_folder, require_usable_file
from app.storage.database.health import DatabaseUnusable
from app.storage.database.limited_connection import ConnectionLimits, make_connect, socket_options
from app.storage.database.sqlite import StoreLocked, lock_store, open_for_migration, open_reader
from app.storage.database.transactions import Database
from app.storage.upkeep.closing import SENTENCES, read_closed, watch_closing
from app.storage.upkeep.releases import (
    Node,
    Step,
    find_oldest,
    list_nodes,
    read_writable_from,
    record_writable_from,
)
from app.storage.upkeep.search_index import fill_search_index

MIGRATIONS = Path(__file__).resolve().parents[3] / "migrations"
_ADVISORY_LOCK = 0x6C697665626C6F67
OTHERS_SECONDS = 600
"""Time for other processes that migrate the same database: of nodes that start together one does the work."""
TABLE_SECONDS = 30
"""Time for transactions that use a table which is to be changed. While we wait they hold up every later one."""


class WrongSchema(Exception):
    """A database whose schema is not the one this release needs; the message says what to do."""


class StoreInUse(Exception):
    """A server has a SQLite file open that has to be migrated; the message says what to do."""

    def __init__(self, revisions: Sequence[str]) -> None:
        super().__init__(
            f"The database has to be migrated ({', '.join(revisions)}), and a server is using it: stop it first"
            " (docker compose stop liveblog), since it could not go on with the new schema."
        )


def migrate(url: str, *, revision: str = "head", may_lose: bool = True) -> bool:
    """Upgrade (or downgrade) the database to `revision`, all or nothing, one process at a time. Return whether it did.

    Raises WrongSchema for a revision that there is not, for an older one unless we `may_lose` what later ones keep, and
    while a node runs that could not even read any more.
    Beside a server that has the SQLite file open there is nothing to do (False), or StoreInUse is raised. Raises
    WrongSchema for a database that a newer release has migrated, DatabaseUnusable where there is none to be used.
    """
    try:
        return _migrate(url, revision, may_lose=may_lose)
    except StoreLocked:
        behind = _list_missing(url) if revision == "head" else [revision]
        if behind:
            raise StoreInUse(behind) from None
        return False


def _migrate(url: str, revision: str, *, may_lose: bool) -> bool:
    wanted = _known_revisions()[0] if revision == "head" else revision
    if wanted not in {*_known_revisions(), "base"}:
        raise WrongSchema(
            f"There is no schema {revision}: name one from {_known_revisions()[-1]} to {newest_revision()}."
        )
    with migration_connection(url) as connection:
        config = alembic_config(connection)
        before = read_known_revision(connection)
        if before != wanted:
            _require_readers(connection, wanted)
        if revision == "base" or _is_ahead(connection, revision):
            if not may_lose:
                raise WrongSchema(f"Schema {revision} does not keep all that the database has: --yes takes it away.")
            command.downgrade(config, revision)
        else:
            command.upgrade(config, revision)
        after = read_known_revision(connection)
        if revision == "head" and after != before:
            fill_search_index(connection)
        if after is not None and after != before:
            record_writable_from(connection, after, find_oldest(_list_steps(after))[0])
        return after != before


def read_known_revision(connection: Connection) -> str | None:
    """Return the newest migration of a database, None if it has none. Raises WrongSchema for one we do not know."""
    found = _read_revision(connection)
    known = _known_revisions()
    if found is not None and found not in known:
        raise WrongSchema(
            f"The database is at schema {found}, which a newer release has made; this one knows schemas up to"
            f" {known[0]}: use the newer release."
        )
    return found


def _read_revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _known_revisions() -> tuple[str, ...]:
    """Return the migrations of this release, the newest first; to find them each file is loaded."""
    return tuple(step.revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest_revision() -> str:
    """Return the schema of this release."""
    return _known_revisions()[0]


def list_running_nodes(url: str) -> list[Node]:
    """List the nodes that use a PostgreSQL database now."""
    if make_url(url).get_backend_name() == "sqlite":
        return []
    with open_postgres(url).connect() as connection:
        return list_nodes(connection)


def _require_readers(connection: Connection, wanted: str) -> None:
    """Raise WrongSchema while a node runs that could not read what is to be there."""
    if wanted == "base":
        return
    readable_from = find_oldest(_list_steps(wanted))[1]
    older = [node for node in list_nodes(connection) if node.schema < readable_from]
    if older:
        raise WrongSchema(
            f"Schema {wanted} takes away what nodes before schema {readable_from} read, and some run:"
            f" {', '.join(node.in_words for node in older)}. Replace them by a release of schema {readable_from} first."
        )


def _list_steps(revision: str) -> list[Step]:
    """List the migrations up to one, the oldest first, with what each says of older releases."""
    script = ScriptDirectory(str(MIGRATIONS))
    oldest = _known_revisions()[-1]
    steps = [
        Step(
            each.revision,
            writable_from=getattr(each.module, "writable_from", each.revision),
            readable_from=getattr(each.module, "readable_from", oldest),
        )
        for each in script.iterate_revisions(revision, "base")
    ]
    return steps[::-1]


def _list_missing(url: str) -> list[str]:
    """List the migrations that a SQLite file lacks, beside the server that has it open."""
    path = Path(make_url(url).database or "")
    with open_sqlite(lambda: open_reader(path)).connect() as connection:
        found = read_known_revision(connection)
    known = _known_revisions()
    return sorted(known if found is None else known[: known.index(found)])


def watch_schema(database: Database) -> None:
    """Refuse writes from now on if a newer release has migrated the database, and take them again once it fits.

    Reads go on: migrations add what an older release does not ask for. What it would write might lack what they need.
    """
    watch_closing(database)
    try:
        require_current_schema(database)
    except WrongSchema as error:
        database.health.record_schema(str(error))
    else:
        database.health.record_schema(None)


def require_current_schema(database: Database) -> None:
    """Raise WrongSchema unless the database is at this release's newest migration, or at one that lets us write."""
    wanted = newest_revision()
    with database.snapshot() as tx:
        if _lets_us_write(tx.connection, wanted):
            return
        found = read_known_revision(tx.connection)
    if found != wanted:
        is_at = f"is at schema {found}" if found else "has no tables yet"
        raise WrongSchema(f"The database {is_at}, and this release needs schema {wanted}: run `liveblog migrate`.")


def _lets_us_write(connection: Connection, ours: str) -> bool:
    """Return whether a newer release has migrated the database, and ours may go on beside it."""
    found = _read_revision(connection)
    if found is None or found <= ours:
        return False
    writable_from = read_writable_from(connection, found)
    return writable_from is not None and writable_from <= ours


def require_open(database: Database) -> None:
    """Raise DatabaseUnusable for a database that is closed: it was copied elsewhere, or is half a copy."""
    with database.snapshot() as tx:
        closed = read_closed(tx.connection)
    if closed is not None:
        raise DatabaseUnusable(SENTENCES[closed])


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
    with open_postgres(url).connect() as connection, connection.begin():
        # Others that migrate may take minutes; whoever else holds a table for longer than a while is stuck.
        connection.execute(text(f"SET LOCAL lock_timeout = '{OTHERS_SECONDS}s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        connection.execute(text(f"SET LOCAL lock_timeout = '{TABLE_SECONDS}s'"))
        yield connection


def open_postgres(url: str, *, silence_seconds: float | None = None, **options: Any) -> Engine:
    """Return an engine without a pool, for work that keeps one connection and notices when its host is gone.

    `silence_seconds` is the longest wait for anything of an answer; None for statements that may take any time.
    """
    connect = socket_options(make_url(url).query)
    engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=connect, **options)
    if silence_seconds is not None:
        limits = ConnectionLimits(ping_seconds=silence_seconds)
        limited = make_connect(engine.dialect.loaded_dbapi.Connection, limits)
        event.listen(engine, "do_connect", lambda _dialect, _record, arguments, named: limited(*arguments, **named))
    return engine


def open_sqlite(connect: Callable[[], sqlite3.Connection]) -> Engine:
    """Return an engine without a pool over connections of our own, which begins and commits nothing by itself."""
    return create_engine(
        "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT"
    )


@contextmanager
def _sqlite_connection(path: Path) -> Generator[Connection]:
    make_folder(path.parent)
    require_usable_file(path)
    with lock_store(path.parent), open_sqlite(lambda: open_for_migration(path)).connect() as connection:
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
