"""Databases that are closed: whose rows have moved to another one, or are a copy that is not finished.

The database itself refuses every write to a closed one, by a trigger on each table, whoever sends it: a server of any
release, a command, a person with psql. The triggers come and go with the transaction that makes them.
"""

from __future__ import annotations

from typing import Literal

from sqlalchemy import Connection, text
from sqlalchemy.sql.compiler import IdentifierPreparer

from app.storage.database import schema
from app.storage.database.health import DatabaseUnusable, WriteGate
from app.storage.database.transactions import Database

Closed = Literal["moved", "unfinished"]

SENTENCES: dict[Closed, str] = {
    "moved": "This database has been copied to another, and takes no more writes: serve that one, or take this one back"
    " with `liveblog copy --reopen`.",
    "unfinished": "This database is a copy that was not finished, or a rehearsal of one: run `liveblog copy` again.",
}

COPY_LOCK = 0x6C62636F7079
"""The advisory lock of whoever copies a PostgreSQL database, which servers see and refuse writes by."""

_PREFIX = "liveblog_closed_"
_FUNCTION = "liveblog_closed"
_OPERATIONS = ("INSERT", "UPDATE", "DELETE")
_IS_LOCKED = text(
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND (classid::bigint << 32) + objid::bigint = :key AND objsubid = 1)"
)


def close_tables(connection: Connection, state: Closed) -> None:
    """Let every table refuse every write from the end of this transaction on."""
    names, sentence = _list_tables(), _quoted_text(SENTENCES[state])
    prepare = connection.dialect.identifier_preparer
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                f"CREATE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$"
                " BEGIN RAISE EXCEPTION USING ERRCODE = '25006', MESSAGE = TG_ARGV[0]; END $$"
            )
        )
    for name in names:
        for statement in _triggers_of(connection.dialect.name, prepare, name, state=state, sentence=sentence):
            connection.exec_driver_sql(statement)


def reopen_tables(connection: Connection) -> Closed | None:
    """Let every table take writes again; return as what they were closed."""
    found = read_closed(connection)
    if found is None:
        return None
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"DROP FUNCTION {_FUNCTION}() CASCADE"))
        return found
    named = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'liveblog\\_closed\\_%' ESCAPE '\\'"
    for name in connection.exec_driver_sql(named).scalars().all():
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    return found


def reopen_moved(connection: Connection) -> bool:
    """Take back a database that has moved; return whether it was closed. Raises DatabaseUnusable for half a copy."""
    if read_closed(connection) == "unfinished":
        raise DatabaseUnusable(SENTENCES["unfinished"])
    return reopen_tables(connection) is not None


def read_closed(connection: Connection) -> Closed | None:
    """Return as what the database is closed; None for one that is open, or has no tables yet."""
    if connection.dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass('stories') AND NOT tgisinternal"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'stories'"
    for name in connection.exec_driver_sql(query).scalars().all():
        if name.startswith(_PREFIX):
            return "moved" if name.startswith(f"{_PREFIX}moved") else "unfinished"
    return None


def is_being_copied(connection: Connection) -> bool:
    """Return whether a command copies this database now; of a SQLite file its server is told."""
    if connection.dialect.name != "postgresql":
        return False
    return bool(connection.execute(_IS_LOCKED, {"key": COPY_LOCK}).scalar_one())


def watch_closing(database: Database) -> None:
    """Tell the gate of the database's health whether the database is closed, or copied now."""
    with database.snapshot() as tx:
        closed = read_closed(tx.connection)
        copied = closed is None and is_being_copied(tx.connection)
    database.health.gate.record("moved" if closed is not None else "copied" if copied else None)


def close_by_writer(database: Database) -> None:
    """Close the database for good, in the process that has its only writer, behind its closed gate."""
    with database.health.gate.passing(), database.transaction() as tx:
        close_tables(tx.connection, "moved")
    database.health.gate.record("moved")


def reopen_by_writer(database: Database) -> bool:
    """Take a moved database back, in the process that has its only writer; return whether it was closed."""
    with database.health.gate.passing(), database.transaction() as tx:
        was_closed = reopen_moved(tx.connection)
    database.health.gate.record(None)
    return was_closed


def hold_writing(gate: WriteGate, database: Database, key: str, *, seconds: float) -> bool:
    """Close the gate for a while and wait for the write that is under way; return False if another command has it."""
    if not gate.hold(key, seconds=seconds):
        return False
    try:
        with gate.passing(), database.transaction():  # which begins once no other is under way
            return True
    except BaseException:
        gate.release(key)
        raise


def _list_tables() -> list[str]:
    return [*schema.metadata.tables, *schema.derived.tables, "alembic_version"]


def _triggers_of(dialect: str, prepare: IdentifierPreparer, name: str, *, state: Closed, sentence: str) -> list[str]:
    table = prepare.quote_identifier(name)
    if dialect == "postgresql":
        return [
            f"CREATE TRIGGER {_PREFIX}{state} BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}({sentence})"
        ]
    return [
        f'CREATE TRIGGER "{_PREFIX}{state}_{name}_{operation.lower()}" BEFORE {operation} ON {table}'
        f" BEGIN SELECT RAISE(ABORT, {sentence}); END"
        for operation in _OPERATIONS
    ]


def _quoted_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
