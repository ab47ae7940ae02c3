"""Backup and restore: every table, row by row, between a database of either kind and an archive.

One path for both databases, so that an archive is also the way from SQLite to PostgreSQL and back. Values are copied
as they are stored: JSON as text, encoded parts as bytes.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.util import CommandError
from sqlalchemy import (
    Connection,
    MetaData,
    select,
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
from app.storage.database.transactions import ReadTransaction
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
from app.storage.upkeep.closing import SENTENCES, read_closed
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
    put_in_place,
    remove_restore_leftovers,
)
from app.storage.upkeep.search_index import fill_search_index
from app.storage.upkeep.table_rows import (
    BATCH_ROWS,
    Progress,
    continue_numbers,
    copy_rows,
    count_other_connections,
    empty_tables,
    find_filled_tables,
)

SILENCE_SECONDS = 300.0
"""Time in which PostgreSQL must say something while it is copied: one that is frozen is not waited for any longer."""


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
                copy_rows(source, archive, _reflect(archive), progress)
        contents = verify_archive(partial)
        try:
            put_in_place(partial, target)
        except FileExistsError:
            raise BackupFailed(f"{target} exists already: name a new file.") from None
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
        if (closed := read_closed(target)) is not None:
            raise BackupFailed(SENTENCES[closed])
        command.upgrade(alembic_config(target), "head")
        _empty(target, replace=replace)
        copy_rows(archive, target, schema.metadata, progress)
        _forget_addresses(target, kept)
        fill_search_index(target)
        _begin_new_epochs(target, random)
        # The nodes here agree on a token of their own: that of where it was backed up may be on no machine here. And
        # what they tell each other is neither signed nor heard as that of where it was backed up, which may go on.
        own = dict.fromkeys(("admin_token_sha256", "broker_channel", "broker_key", "broker_key_before"))
        target.execute(update(schema.control).values(**own))
        continue_numbers(target)
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
    engine = open_postgres(url, silence_seconds=SILENCE_SECONDS, isolation_level="REPEATABLE READ")
    with engine.connect().execution_options(postgresql_readonly=True) as connection, connection.begin():
        yield connection


@contextmanager
def open_snapshot(url: str) -> Generator[ReadTransaction]:
    """Open one consistent, read-only view of a database of this release, with or without a running server.

    Raises BackupFailed, for a database of another release too.
    """
    with _snapshot(url) as connection:
        if not is_newest_revision(_require_revision(connection)):
            raise BackupFailed("The database is of another release: `liveblog migrate` first.")
        yield ReadTransaction(connection)


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


def _refuse_company(target: Connection) -> None:
    """Refuse a PostgreSQL database that others use; the lock of a SQLite file shows a running server."""
    if others := count_other_connections(target):
        raise BackupFailed(f"{others} other connections use this database: stop every server first.")


def _empty(target: Connection, *, replace: bool) -> None:
    if not replace and find_filled_tables(target):
        raise BackupFailed("The database is not empty: --yes replaces everything in it with the backup.")
    empty_tables(target)


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
