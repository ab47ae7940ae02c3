"""Backup and restore: every table, row by row, between a database of either kind and an archive.

One path for both databases, so that an archive is also the way from SQLite to PostgreSQL and back. Values are copied
as they are stored: JSON as text, encoded parts as bytes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from alembic import command
from alembic.util import CommandError
from sqlalchemy import (
    JSON,
    BindParameter,
    Cast,
    Connection,
    MetaData,
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
    update,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from app.domain.clock import Micros
from app.domain.cursor import EPOCH_LENGTH
from app.domain.identifiers import RandomSource
from app.storage.database import schema
from app.storage.database.failures import describe_failure, require_usable_file
from app.storage.database.sqlite import open_reader
from app.storage.newsroom.stored_replies import delete_addresses_in_replies
from app.storage.upkeep.archive import (
    BackupFailed,
    Contents,
    is_known_revision,
    is_newest_revision,
    new_archive,
    open_archive,
    read_revision,
    upgrade_archive,
    verify_archive,
)
from app.storage.upkeep.migrations import (
    WrongSchema,
    alembic_config,
    migration_connection,
    open_postgres,
    open_sqlite,
    read_known_revision,
)
from app.storage.upkeep.scratch_files import (
    BACKUP_PREFIX,
    RESTORE_PREFIX,
    new_scratch_file,
    remove_restore_leftovers,
)
from app.storage.upkeep.search_index import empty_search_index, fill_search_index

BATCH_ROWS = 1_000

Progress = Callable[[str, int, int], None]
"""Called after each batch with the table, the number of rows copied and the number of rows there are."""


def back_up(url: str, target: Path, *, progress: Progress) -> Contents:
    """Copy the database `url`, as it is at one moment, to the new file `target`, and verify the copy.

    A server may go on writing meanwhile. `target` appears whole, on disk and readable by its owner alone, or not at
    all. Raises BackupFailed.
    """
    if target.exists():
        raise BackupFailed(f"{target} exists already: name a new file.")
    with _partial_file(target) as partial:
        with _snapshot(url) as source:
            revision = _require_revision(source)
            with new_archive(partial, revision) as archive:
                _copy_tables(source, archive, _reflect(archive), progress)
        contents = verify_archive(partial)
        _put_in_place(partial, target)
    return contents


@dataclass(frozen=True, slots=True)
class AddressesKept:
    """The times since when addresses of those who commented are kept: older ones are not restored."""

    emails_since: Micros
    networks_since: Micros


def restore(
    url: str, source: Path, *, replace: bool, random: RandomSource, progress: Progress, kept: AddressesKept
) -> Contents:
    """Replace the contents of the database `url` by the archive `source`, all or nothing, with new epochs.

    What had to be forgotten since the backup was made is not brought back: addresses older than `kept`.

    Every story gets a new epoch, so that readers' cursors are answered with a reset. One transaction does it all: of
    one that was killed nothing is left. Raises BackupFailed, also for a database with contents unless `replace`, or
    StoreLocked while a server has the SQLite file open.
    """
    contents = verify_archive(source)
    with (
        _current_archive(source, contents) as current,
        _failing_with_a_sentence("restored"),
        migration_connection(url) as target,
        open_archive(current) as archive,
    ):
        _refuse_company(target)
        read_known_revision(target)
        command.upgrade(alembic_config(target), "head")
        _empty(target, replace=replace)
        _copy_tables(archive, target, schema.metadata, progress)
        _forget_addresses(target, kept)
        fill_search_index(target)
        _begin_new_epochs(target, random)
        # The nodes here agree on a token of their own: that of where it was backed up may be on no machine here.
        target.execute(update(schema.control).values(admin_token_sha256=None))
        _continue_numbers(target)
    return contents


@contextmanager
def _current_archive(source: Path, contents: Contents) -> Generator[Path]:
    """Yield the archive at this release's schema: itself, or a copy for as long as the block lasts."""
    remove_restore_leftovers()
    if is_newest_revision(contents.revision):
        yield source
        return
    folder = Path(tempfile.gettempdir())
    with _failing_with_a_sentence("restored"), new_scratch_file(folder, RESTORE_PREFIX) as working:
        shutil.copyfile(source, working)
        upgrade_archive(working)
        verify_archive(working)
        yield working


@contextmanager
def _partial_file(target: Path) -> Generator[Path]:
    if not os.access(target.parent, os.W_OK | os.X_OK):
        reason = "it cannot be written to" if target.parent.is_dir() else "there is no such folder"
        raise BackupFailed(f"Nothing can be written to {target.parent}: {reason}.")
    with _failing_with_a_sentence("backed up"), new_scratch_file(target.parent, BACKUP_PREFIX) as partial:
        yield partial


@contextmanager
def _failing_with_a_sentence(done: str) -> Generator[None]:
    try:
        yield
    except WrongSchema as error:
        raise BackupFailed(f"This is a database of another release. {error}") from error
    except CommandError as error:
        raise BackupFailed(f"The database is of another release than this one ({error}).") from error
    except (DBAPIError, OSError, sqlite3.Error) as error:
        reason = getattr(error, "orig", None) or error
        if isinstance(reason, OSError):
            raise BackupFailed(f"The database could not be {done}: {reason.strerror or reason}.") from error
        if isinstance(reason, sqlite3.OperationalError):  # of the database or of the other file
            raise BackupFailed(f"The database could not be {done}: {reason}.") from error
        raise BackupFailed(describe_failure(error) or f"The database could not be {done}: {reason}.") from error


@contextmanager
def _snapshot(url: str) -> Generator[Connection]:
    """Open one consistent, read-only view, with or without a running server."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        if not path.exists():
            raise BackupFailed(f"There is no database at {path}: check LIVEBLOG_DATA_DIR and LIVEBLOG_DATABASE_URL.")
        require_usable_file(path, read_only=True)
        with open_sqlite(lambda: open_reader(path)).connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
        return
    engine = open_postgres(url, isolation_level="REPEATABLE READ")
    with engine.connect().execution_options(postgresql_readonly=True) as connection, connection.begin():
        yield connection


def _require_revision(source: Connection) -> str:
    revision = read_revision(source)
    if revision is None:
        raise BackupFailed("The database is empty: there is nothing to back up yet.")
    if not is_known_revision(revision):
        raise BackupFailed(f"The database has schema {revision}, which this release does not know: use the newer one.")
    return revision


def _reflect(archive: Connection) -> MetaData:
    """Reflect the tables of the archive's schema, which may be older than this release's."""
    found = MetaData()
    found.reflect(archive, only=lambda name, _: not name.startswith("search_"))  # rebuilt, never copied
    found.remove(found.tables["alembic_version"])
    return found


def _copy_tables(source: Connection, target: Connection, tables: MetaData, progress: Progress) -> None:
    for table in tables.sorted_tables:
        total: int = source.execute(select(func.count()).select_from(table)).scalar_one()
        write = insert(table).values({column.name: _written(column, target) for column in table.columns})
        read = select(*(_read(column, source).label(column.name) for column in table.columns))
        rows = source.execution_options(stream_results=True).execute(read)
        done = 0
        for batch in rows.mappings().partitions(BATCH_ROWS):
            target.execute(write, [dict(row) for row in batch])
            done += len(batch)
            progress(table.name, done, total)


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


def _refuse_company(target: Connection) -> None:
    """Refuse a PostgreSQL database with other connections: it has no lock of ours that shows a running server."""
    if target.dialect.name != "postgresql":
        return
    others = target.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
    ).scalar_one()
    if others:
        raise BackupFailed(f"{others} other connections use this database: stop every server first.")


def _empty(target: Connection, *, replace: bool) -> None:
    held = [
        table.name
        for table in schema.metadata.sorted_tables
        if target.execute(select(table.primary_key.columns.values()[0]).limit(1)).first() is not None
    ]
    if held and not replace:
        raise BackupFailed("The database is not empty: --yes replaces everything in it with the backup.")
    for table in reversed(schema.metadata.sorted_tables):
        target.execute(delete(table))
    empty_search_index(target)


def _begin_new_epochs(target: Connection, random: RandomSource) -> None:
    stories = schema.public_stories
    for story in target.execute(select(stories.c.story_id)).scalars().all():
        epoch = random.base62("epoch", story, EPOCH_LENGTH)
        target.execute(update(stories).where(stories.c.story_id == story).values(epoch=epoch))


def _forget_addresses(target: Connection, kept: AddressesKept) -> None:
    since: tuple[tuple[Literal["email", "address"], Micros], ...]
    since = (("email", kept.emails_since), ("address", kept.networks_since))
    for kind, kept_since in since:
        table = schema.comments
        forgotten = select(table.c.id).where(table.c.created_at < kept_since, table.c[kind].is_not(None))
        ids = target.execute(forgotten).scalars().all()
        for first in range(0, len(ids), BATCH_ROWS):
            delete_addresses_in_replies(target, ids[first : first + BATCH_ROWS], kind=kind)
        for each in (schema.comments, schema.comment_reports):
            target.execute(update(each).where(each.c.created_at < kept_since).values({kind: None}))


def _continue_numbers(target: Connection) -> None:
    """Advance the audit's sequence: its numbers were copied, not drawn, and PostgreSQL would begin again at 1."""
    if target.dialect.name == "postgresql":
        target.execute(
            text("SELECT setval(pg_get_serial_sequence('audit', 'id'), coalesce(max(id), 0) + 1, false) FROM audit")
        )


def _put_in_place(partial: Path, target: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    # A link, since it never replaces a file that has appeared meanwhile.
    try:
        os.link(partial, target)
    except FileExistsError:
        raise BackupFailed(f"{target} exists already: name a new file.") from None
    except OSError:  # a file system without links
        partial.rename(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems cannot sync a folder
            os.fsync(folder)
    finally:
        os.close(folder)
