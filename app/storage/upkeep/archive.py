"""Archives: the file of a backup, a SQLite database with our tables, complete and verified, that belongs to no server.

An archive has the schema of the database it was made from, of either kind, and no free pages: removed text is not in
it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, or_, select
from sqlalchemy.exc import DatabaseError

from app.storage.database import schema
from app.storage.database.sqlite import driver_of
from app.storage.upkeep.migrations import MIGRATIONS, alembic_config, open_sqlite
from app.storage.upkeep.table_rows import encode_row

APPLICATION_ID = 0x4C426B75
"""SQLite's header field for the kind of file (`LBku`); it distinguishes a backup from any other SQLite file."""

FORMAT = 1
"""SQLite's `user_version` of archives that hold a checksum of their rows; 0 in those made before there was one."""

_CHECKSUM = "archive_checksum"
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
    has_checksum: bool
    """False for an archive made before there were checksums: whether its text was altered cannot be told."""


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of an upload that a backup names, which is not in the archive itself."""

    name: str
    file: str
    size: int


def list_archived_files(path: Path) -> list[ArchivedFile]:
    """List the files of all uploads of an archive; none of one from before there were uploads. Raises BackupFailed."""
    with open_archive(path) as connection:
        found = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = 'media'").first()
        if found is None:
            return []
        return list_files_of_uploads(connection)


def list_files_of_uploads(connection: Connection) -> list[ArchivedFile]:
    """List the files of all uploads of a database of this release, or of an archive that knows uploads."""
    query = select(schema.media.c.name, schema.media.c.renditions).order_by(schema.media.c.name)
    rows = connection.execute(query).all()
    return [ArchivedFile(row.name, each["file"], each["size"]) for row in rows for each in row.renditions]


def is_known_revision(revision: str) -> bool:
    """Return whether this release knows the migration that a database is at."""
    return any(step.revision == revision for step in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def is_newest_revision(revision: str) -> bool:
    """Return whether a migration is the newest that this release knows."""
    return revision == ScriptDirectory(str(MIGRATIONS)).get_current_head()


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
        connection.exec_driver_sql("CREATE TABLE archive_checksum (sha256 TEXT NOT NULL)")
        connection.exec_driver_sql("INSERT INTO archive_checksum VALUES (?)", (_compute_checksum(connection),))
        connection.exec_driver_sql(f"PRAGMA user_version = {FORMAT}")
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
        connection.exec_driver_sql("PRAGMA journal_mode = MEMORY")  # of a copy: no file beside it that could be left
        connection.exec_driver_sql("BEGIN")
        # It was verified before, and would not fit what a migration makes of the rows.
        connection.exec_driver_sql("DROP TABLE IF EXISTS archive_checksum")
        connection.exec_driver_sql("PRAGMA user_version = 0")
        command.upgrade(alembic_config(connection), "head")
        connection.exec_driver_sql("COMMIT")


def verify_archive(path: Path) -> Contents:
    """Verify every page of an archive, its checksum, and the invariants between its tables. Raises BackupFailed."""
    with open_archive(path) as connection:
        _check_pages(connection, path)
        revision = read_revision(connection)
        if revision is None or not is_known_revision(revision):
            raise BackupFailed(
                f"{path} has schema {revision or 'none'}, which this release does not know: use the one that made it."
            )
        _check_logs(connection, path)
        has_checksum = _check_rows(connection, path)
        return Contents(
            revision=revision,
            has_checksum=has_checksum,
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


def _check_rows(connection: Connection, path: Path) -> bool:
    """Check that no row was altered since the archive was made; return whether it holds a checksum to tell by."""
    if connection.exec_driver_sql("PRAGMA user_version").scalar_one() < FORMAT:
        return False
    tables = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE name = ?", (_CHECKSUM,)).all()
    kept = connection.exec_driver_sql("SELECT sha256 FROM archive_checksum").scalars().all() if tables else []
    if kept != [_compute_checksum(connection)]:
        raise BackupFailed(
            f"{path} has been altered since it was made: its rows do not fit its checksum. Use another backup."
        )
    return True


def _compute_checksum(connection: Connection) -> str:
    """Compute the SHA-256 of the schema and of every row, each value with its type and length.

    It notices damage and edits, not a forger: whoever can write the file can compute it anew.
    """
    driver = driver_of(connection)
    digest = sha256()
    tables = driver.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    for name, definition in tables:
        if name in {_CHECKSUM, "sqlite_sequence"} or str(name).startswith("search_"):
            continue  # the search index is rebuilt, never copied
        columns = driver.execute(f'PRAGMA table_info("{name}")').fetchall()
        key = [f'"{row[1]}"' for row in sorted(columns, key=lambda row: row[5]) if row[5]]
        digest.update(encode_row((name, definition)))
        wanted = ", ".join(f'"{row[1]}"' for row in columns)
        rows = f'SELECT {wanted} FROM "{name}" ORDER BY {", ".join(key) or "rowid"}'  # noqa: S608 - names of our tables
        for row in driver.execute(rows):
            digest.update(encode_row(row))
    return digest.hexdigest()


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

    with open_sqlite(connect).connect() as connection:
        yield connection
