"""The copy itself: every row of every table, read back and compared, before one of the two databases is closed.

At each moment one of them at most takes writes. The target is closed from its first commit until its source is: whoever
is killed in between leaves a source that goes on, or two that wait for the same command to be run again.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url

from app.storage.copying.sources import ClosedSource, DatabaseNotCopied
from app.storage.database import schema
from app.storage.database.sqlite import open_reader
from app.storage.upkeep.archive import ArchivedFile, is_newest_revision, list_files_of_uploads, read_revision
from app.storage.upkeep.backup import SILENCE_SECONDS, open_snapshot
from app.storage.upkeep.closing import close_tables, read_closed, reopen_tables
from app.storage.upkeep.migrations import (
    alembic_config,
    migration_connection,
    open_postgres,
    open_sqlite,
    read_known_revision,
)
from app.storage.upkeep.search_index import fill_search_index
from app.storage.upkeep.table_rows import (
    Progress,
    Tally,
    continue_numbers,
    copy_rows,
    count_other_connections,
    empty_tables,
    find_filled_tables,
    tally_rows,
)

NOT_COPIED = frozenset({"alembic_version", "search_state", *schema.derived.tables})
"""What each database has of its own: its schema's number, and what is derived from other tables, made anew."""
_INDEX = "search_index"
"""SQLite's virtual table of the search, with those that it is kept in: `search_index_…`."""


@dataclass(frozen=True, slots=True)
class Copied:
    """The numbers of rows and tables, which both databases have."""

    rows: int
    tables: int


def copy_database(
    source: ClosedSource, target_url: str, *, replace: bool, rehearse: bool, progress: Progress
) -> Copied:
    """Copy a closed database to `target_url`, verify the copy, and let it take the place of its source.

    With `rehearse` the source is not closed for good, and the copy stays closed. With `replace` a target that has rows
    of its own loses them. Raises DatabaseNotCopied, and then the source takes writes as before.
    """
    _require_current(source.connection)
    _require_known_tables(source.connection)

    def go_on(table: str, done: int, total: int) -> None:
        source.require_closed()
        progress(table, done, total)

    with migration_connection(target_url) as target:
        _prepare_target(target, replace=replace, is_moved=source.was_moved)
        read = copy_rows(source.connection, target, schema.metadata, go_on)
        fill_search_index(target)
        continue_numbers(target)
        close_tables(target, "unfinished")
        source.require_closed()
    with _reading(target_url) as target:
        _compare(target, read, lambda name, *done: go_on(f"{name} verified", *done))
    if not rehearse:
        source.close_for_good()
        with migration_connection(target_url) as target:
            reopen_tables(target)
    return Copied(sum(tally.rows for tally in read.values()), len(read))


def list_media_files(url: str) -> list[ArchivedFile]:
    """List the files of all uploads that a database knows now. Raises BackupFailed."""
    with open_snapshot(url) as tx:
        return list_files_of_uploads(tx.connection)


def _require_current(source: Connection) -> None:
    revision = read_revision(source)
    if revision is None:
        raise DatabaseNotCopied("The database is empty: there is nothing to copy yet.")
    if not is_newest_revision(revision):
        raise DatabaseNotCopied(f"The database is at schema {revision}, of another release: `liveblog migrate` first.")


def _require_known_tables(source: Connection) -> None:
    """Refuse a database with a table that would not be copied."""
    known = {*schema.metadata.tables, *NOT_COPIED}
    others = sorted(name for name in inspect(source).get_table_names() if name not in known and not _is_index(name))
    if others:
        raise DatabaseNotCopied(
            f"The database has tables that are not of this release, and would be lost: {', '.join(others)}. Move them"
            " to another schema or database first."
        )


def _is_index(name: str) -> bool:
    return name == _INDEX or name.startswith(f"{_INDEX}_")


def _prepare_target(target: Connection, *, replace: bool, is_moved: bool) -> None:
    """Let the target be empty, of our schema, and nobody else's until the end of the transaction."""
    if others := count_other_connections(target):
        raise DatabaseNotCopied(f"{others} other connections use the database that is copied to: stop them first.")
    read_known_revision(target)
    closed = read_closed(target)
    if is_moved and closed != "unfinished":
        raise DatabaseNotCopied(
            "This database has moved already, and the other one may have gone on since: serve that one, or take this"
            " one back with `liveblog copy --reopen`."
        )
    reopen_tables(target)
    command.upgrade(alembic_config(target), "head")
    if closed != "unfinished" and not replace and find_filled_tables(target):
        raise DatabaseNotCopied("The database that is copied to is not empty: --yes replaces everything in it.")
    if target.dialect.name == "postgresql":
        prepare = target.dialect.identifier_preparer
        tables = ", ".join(prepare.format_table(table) for table in schema.metadata.sorted_tables)
        target.execute(text(f"LOCK TABLE {tables} IN SHARE ROW EXCLUSIVE MODE"))
    empty_tables(target)


def _compare(target: Connection, read: dict[str, Tally], progress: Progress) -> None:
    _require_known_tables(target)
    found = tally_rows(target, schema.metadata, progress)
    for name, tally in read.items():
        if found[name] != tally:
            raise DatabaseNotCopied(
                f"The copy of the table {name} is not what was copied ({found[name].rows:,} of {tally.rows:,} rows, or"
                " other contents): check the disk of the database that was copied to, and copy again."
            )


@contextmanager
def _reading(url: str) -> Generator[Connection]:
    """Open a new connection, so that what is compared is what was committed."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or "")
        with open_sqlite(lambda: open_reader(path)).connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
        return
    with open_postgres(url, silence_seconds=SILENCE_SECONDS).connect() as connection, connection.begin():
        yield connection
