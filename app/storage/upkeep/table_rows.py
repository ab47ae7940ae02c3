"""All rows of all tables, between databases of either kind, and digests of them.

Values are copied as they are stored: JSON as text, encoded parts as bytes. So a digest of the same rows is the same
on both databases, in whatever order they are read.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Generator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import (
    JSON,
    BindParameter,
    Cast,
    Connection,
    MetaData,
    Table,
    Text,
    TypeCoerce,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    text,
    type_coerce,
)

from app.storage.database import schema
from app.storage.upkeep.search_index import empty_search_index

BATCH_ROWS = 1_000

Progress = Callable[[str, int, int], None]
"""Called after each batch with the table, the number of rows copied and the number of rows there are."""


@dataclass(slots=True)
class Tally:
    """The number of rows of a table, and the sum of their SHA-256: no order of the rows changes it."""

    rows: int = 0
    sum: int = 0

    def add(self, row: tuple[Any, ...]) -> None:
        """Count a row."""
        self.rows += 1
        self.sum = (self.sum + int.from_bytes(sha256(encode_row(row)).digest())) % 2**256


def copy_rows(source: Connection, target: Connection, tables: MetaData, progress: Progress) -> dict[str, Tally]:
    """Copy every row of every table; return what was read of each, to compare with what the target then has."""
    tallies = {}
    for table in tables.sorted_tables:
        write = insert(table).values({column.name: _written(column, target) for column in table.columns})
        tally = tallies[table.name] = Tally()
        for rows in _read_batches(source, table, tally, progress):
            target.execute(write, rows)
    return tallies


def tally_rows(source: Connection, tables: MetaData, progress: Progress) -> dict[str, Tally]:
    """Read every row of every table, and count them as `copy_rows` does."""
    tallies = {}
    for table in tables.sorted_tables:
        tally = tallies[table.name] = Tally()
        for _ in _read_batches(source, table, tally, progress):
            pass
    return tallies


def find_filled_tables(connection: Connection) -> list[str]:
    """Return the names of the tables that have rows."""
    return [
        table.name
        for table in schema.metadata.sorted_tables
        if connection.execute(select(table.primary_key.columns.values()[0]).limit(1)).first() is not None
    ]


def empty_tables(target: Connection) -> None:
    """Delete every row of every table, and the search index."""
    for table in reversed(schema.metadata.sorted_tables):
        target.execute(delete(table))
    empty_search_index(target)


def continue_numbers(target: Connection) -> None:
    """Advance each sequence: its numbers were copied, not drawn, and PostgreSQL would begin again at 1."""
    if target.dialect.name != "postgresql":
        return
    for table in schema.metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        newest = f'SELECT setval(:sequence, coalesce(max("{column.name}"), 0) + 1, false) FROM "{table.name}"'  # noqa: S608 - ours
        sequence = select(func.pg_get_serial_sequence(table.name, column.name))
        if (name := target.execute(sequence).scalar_one()) is not None:
            target.execute(text(newest), {"sequence": name})


def count_other_connections(target: Connection) -> int:
    """Count the other clients of a PostgreSQL database; the lock of a SQLite file shows a running server."""
    if target.dialect.name != "postgresql":
        return 0
    others: int = target.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    ).scalar_one()
    return others


def encode_row(row: tuple[Any, ...]) -> bytes:
    """Encode a row for a digest: no two rows that differ, in a value, its type or where it ends, alike."""
    parts: list[bytes] = []
    for value in row:
        kind, found = _KINDS[type(value)]
        encoded = found(value)
        parts.append(b"%b%d:" % (kind, len(encoded)))
        parts.append(encoded)
    parts.append(b"\n")
    return b"".join(parts)


_KINDS: dict[type, tuple[bytes, Callable[[Any], bytes]]] = {
    type(None): (b"n", lambda _: b""),
    bool: (b"i", lambda value: b"%d" % value),
    int: (b"i", lambda value: b"%d" % value),
    float: (b"f", lambda value: struct.pack(">d", value)),
    str: (b"s", lambda value: str(value).encode("utf-8", "surrogatepass")),
    bytes: (b"b", lambda value: bytes(value)),
}


def _read_batches(
    source: Connection, table: Table, tally: Tally, progress: Progress
) -> Generator[list[dict[str, Any]]]:
    total: int = source.execute(select(func.count()).select_from(table)).scalar_one()
    names = [column.name for column in table.columns]
    read = select(*(_read(column, source).label(column.name) for column in table.columns))
    with source.execute(read.execution_options(stream_results=True)) as rows:
        for batch in rows.partitions(BATCH_ROWS):
            for row in batch:
                tally.add(tuple(row))
            yield [dict(zip(names, row, strict=True)) for row in batch]
            progress(table.name, tally.rows, total)


def _read(column: Any, source: Connection) -> Any:
    if not isinstance(column.type, JSON):
        return column
    as_text: Cast[str] | TypeCoerce[str]
    as_text = cast(column, Text) if source.dialect.name == "postgresql" else type_coerce(column, Text)
    return as_text


def _written(column: Any, target: Connection) -> BindParameter[Any] | Cast[Any]:
    if not isinstance(column.type, JSON):
        return bindparam(column.name, type_=column.type)
    value = bindparam(column.name, type_=Text())
    return cast(value, JSON) if target.dialect.name == "postgresql" else value
