"""Archives: the file of a backup, a SQLite database with our tables, complete and verified, that belongs to no server.

An archive has the schema of the database it was made from, of either kind, and no free pages: removed text is not in
it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, or_, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from app.storage.database import schema
from app.storage.upkeep.migrations import MIGRATIONS, alembic_config

APPLICATION_ID = 0x4C426B75
"""SQLite's header field for the kind of file (`LBku`); it distinguishes a backup from any other SQLite file."""

_HEADER = b"SQLite format 3\0"


class BackupFailed(Exception):
    """A backup or restore that cannot be made; the message is a sentence with the reason and the remedy."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The contents of a backup in numbers, for a person to recognise it."""

    revision: str
    stories: int
    entries: int
    events: int
    people: int


def is_known_revision(revision: str) -> bool:
    """Return whether this release knows the migration that a database is at."""
    return any(step.revision == revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def read_revision(connection: Connection) -> str | None:
    """Return the newest migration of a database; None if it has none of our tables."""
    return MigrationContext.configure(connection).get_current_revision()


@contextmanager
def new_archive(path: Path, revision: str) -> Generator[Connection]:
    """Create an empty archive at schema `revision`, in the transaction that fills it. Leaving the block commits.

    Nothing is synced: until the caller has synced and renamed the file, there is no backup.
    """
    with _connection(path, mode="rw", foreign_keys=False) as connection:
        connection.exec_driver_sql("PRAGMA journal_mode = MEMORY")
        connection.exec_driver_sql("PRAGMA synchronous = OFF")
        connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.exec_driver_sql("BEGIN")
        command.upgrade(alembic_config(connection), revision)
        yield connection
        connection.exec_driver_sql("COMMIT")


@contextmanager
def open_archive(path: Path) -> Generator[Connection]:
    """Open an archive for reading. Raises BackupFailed for any other file, before anything in it is trusted."""
    try:
        with path.open("rb") as file:
            header = file.read(len(_HEADER))
    except OSError as error:
        raise BackupFailed(f"{path} cannot be read: {error.strerror}.") from error
    if header != _HEADER:
        raise BackupFailed(f"{path} is no backup: name a file that `liveblog backup` has made.")
    try:
        with _connection(path, mode="ro", foreign_keys=True) as connection:
            if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != APPLICATION_ID:
                raise BackupFailed(f"{path} is a database, but no backup: name a file that `liveblog backup` has made.")
            yield connection
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise BackupFailed(f"{path} is damaged, or was cut off: {error.args[0]}. Use another backup.") from error


def upgrade_archive(path: Path) -> None:
    """Migrate a copy of an older archive to this release's schema."""
    with _connection(path, mode="rw", foreign_keys=False) as connection:
        connection.exec_driver_sql("BEGIN")
        command.upgrade(alembic_config(connection), "head")
        connection.exec_driver_sql("COMMIT")


def verify_archive(path: Path) -> Contents:
    """Verify every page of an archive and the invariants between its tables. Raises BackupFailed."""
    with open_archive(path) as connection:
        _check_pages(connection, path)
        revision = read_revision(connection)
        if revision is None or not is_known_revision(revision):
            raise BackupFailed(
                f"{path} has schema {revision or 'none'}, which this release does not know: use the one that made it."
            )
        _check_logs(connection, path)
        return Contents(
            revision=revision,
            **{
                name: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for name, table in (
                    ("stories", schema.stories),
                    ("entries", schema.entries),
                    ("events", schema.events),
                    ("people", schema.people),
                )
            },
        )


def _check_pages(connection: Connection, path: Path) -> None:
    found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
    if found != "ok":
        raise BackupFailed(f"{path} is damaged ({found}). Use another backup.")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
        raise BackupFailed(f"{path} is damaged: rows in it refer to rows that are not there. Use another backup.")


def _check_logs(connection: Connection, path: Path) -> None:
    """Check that each story's events are 1 … head without a gap, end with the head's check, and its count is right."""
    story, event, entry = schema.public_stories.c, schema.events.c, schema.public_entries.c
    own = event.story_id == story.story_id
    count = select(func.count()).where(own).scalar_subquery()
    newest = select(func.max(event.seq)).where(own).scalar_subquery()
    check = select(event.check).where(own, event.seq == story.head_seq).scalar_subquery()
    visible = select(func.count()).where(entry.story_id == story.story_id, entry.visible.is_(True)).scalar_subquery()
    wrong = or_(
        count != story.head_seq,
        newest.is_distinct_from(story.head_seq),
        check.is_distinct_from(story.head_check),
        visible != story.entry_count,
    )
    found = connection.execute(select(story.story_id).where(wrong)).scalars().first()
    if found is not None:
        raise BackupFailed(
            f"{path} is inconsistent: the log of story {found} does not fit its head. Use another backup."
        )


@contextmanager
def _connection(path: Path, *, mode: str, foreign_keys: bool) -> Generator[Connection]:
    def connect() -> sqlite3.Connection:
        raw = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode={mode}", uri=True, isolation_level=None)
        raw.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")
        return raw

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        yield connection
