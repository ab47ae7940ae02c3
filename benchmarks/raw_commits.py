"""The bare cost of an entry's rows on SQLite and the disk, without a program around them: the floor of every POST."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from app.storage.upkeep.migrations import migrate

WRITTEN_TABLES = ("entries", "entry_versions", "audit", "public_entries", "public_labels", "events", "search_documents")
SETTINGS = ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 4000")
"""As the server's writer has them."""

Rows = list[list[tuple[str, tuple[Any, ...]]]]


def read_rows(database: Path, limit: int) -> Rows:
    """Return, by entry of a server's database, the statements that write its rows again."""
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        ids = [each for (each,) in connection.execute("SELECT id FROM entries ORDER BY created_at LIMIT ?", (limit,))]
        return [_statements(connection, entry) for entry in ids]
    finally:
        connection.close()


def commit_seconds(folder: Path, rows: Rows, *, pause_seconds: float = 0.0) -> list[float]:
    """Measure each entry's transaction on a new database in `folder`, with its rows, its head and the fsync.

    The tables are those of the server, with their indexes and triggers. A core and a disk that have just rested are
    slower: pause as long between two as what is compared with it does.
    """
    migrate(f"sqlite:///{folder.absolute() / 'raw.db'}")
    connection = sqlite3.connect(folder / "raw.db", isolation_level=None)
    try:
        for setting in SETTINGS:
            connection.execute(f"PRAGMA {setting}")
        connection.execute("CREATE TABLE head (seq INTEGER)")
        connection.execute("INSERT INTO head VALUES (0)")
        return [_commit(connection, each, pause_seconds) for each in rows]
    finally:
        connection.close()


def _commit(
    connection: sqlite3.Connection, statements: list[tuple[str, tuple[Any, ...]]], pause_seconds: float
) -> float:
    time.sleep(pause_seconds)
    started = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in statements:
        connection.execute(statement, values)
    connection.execute("UPDATE head SET seq = seq + 1")
    connection.execute("COMMIT")
    return time.perf_counter() - started


def _statements(connection: sqlite3.Connection, entry: str) -> list[tuple[str, tuple[Any, ...]]]:
    statements = []
    for table in WRITTEN_TABLES:
        column = {"entries": "id", "public_entries": "id", "audit": "object_id"}.get(table, "entry_id")
        for row in connection.execute(f"SELECT * FROM {table} WHERE {column} = ?", (entry,)):  # noqa: S608 - our names
            places = ", ".join("?" * len(row))
            statements.append((f"INSERT INTO {table} VALUES ({places})", row))  # noqa: S608 - as above
    return statements
