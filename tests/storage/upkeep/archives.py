"""Filled databases, backups of them, and what is in either."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, insert, select

from app.domain.clock import Micros
from app.domain.identifiers import SystemRandomSource
from app.storage.database import schema
from app.storage.upkeep.backup import AddressesKept, back_up, restore
from app.storage.upkeep.migrations import migrate
from tests.storage.rows import rows_by_table


def fill(connection: Connection) -> None:
    """Insert rows with every kind of value into every table."""
    for table in schema.metadata.sorted_tables:
        for row in rows_by_table()[table.name]:
            connection.execute(insert(table).values(**row))


def contents_of(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, without epochs, which are new after a restore."""
    engine = create_engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(*[c for c in table.c if c.name != "epoch"]))), key=repr
            )
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found


def count_nulls(url: str) -> int:
    """Count the JSON columns with SQL's NULL, which is not JSON's null."""
    engine = create_engine(url)
    with engine.connect() as connection:
        query = select(schema.entries.c.id).where(schema.entries.c.working.is_(None))
        found = len(connection.execute(query).all())
    engine.dispose()
    return found


def epoch_of(url: str) -> str:
    engine = create_engine(url)
    with engine.connect() as connection:
        epoch: str = connection.execute(select(schema.public_stories.c.epoch)).scalar_one()
    engine.dispose()
    return epoch


ALL_KEPT = AddressesKept(emails_since=Micros(0), networks_since=Micros(0))


def silent(_table: str, _done: int, _total: int) -> None:
    """Show no progress."""


def make_backup(url: str, target: Path) -> Path:
    """Back the database up, and return the file."""
    back_up(url, target, progress=silent)
    return target


def restore_backup(url: str, source: Path, *, replace: bool = False, kept: AddressesKept = ALL_KEPT) -> None:
    restore(url, source, replace=replace, random=SystemRandomSource(), progress=silent, kept=kept)


def make_filled(url: str) -> str:
    """Migrate the database, fill it, and return its address."""
    migrate(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        fill(connection)
    engine.dispose()
    return url
