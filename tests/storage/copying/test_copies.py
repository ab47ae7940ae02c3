"""Copies between databases of both kinds: everything as it was, and one of the two at most takes writes."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.domain.identifiers import SystemRandomSource
from app.storage.copying.database_copy import NOT_COPIED, Copied, copy_database
from app.storage.copying.sources import ClosedSource, DatabaseNotCopied, close_postgres, close_sqlite, reopen_postgres
from app.storage.copying.sources import reopen_sqlite as reopen_file
from app.storage.database import schema
from app.storage.database.health import DatabaseUnusable
from app.storage.database.opening import open_database
from app.storage.newsroom.search import list_matches
from app.storage.upkeep.archive import BackupFailed
from app.storage.upkeep.backup import restore
from app.storage.upkeep.closing import SENTENCES, read_closed
from app.storage.upkeep.migrations import migrate, require_open
from app.storage.upkeep.search_index import fill_search_index
from tests.postgres import PostgresServer
from tests.storage.rows import ENTRIES, rows_by_table
from tests.storage.upkeep.archives import ALL_KEPT, make_backup, make_filled, silent


@pytest.fixture(params=["sqlite to postgres", "postgres to sqlite"])
def urls(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, postgres_url: str, tmp_path: Path
) -> tuple[str, str]:
    """A database with rows in every table, and the address of another of the other kind, without tables."""
    file = f"sqlite:///{tmp_path / 'data' / 'liveblog.db'}"
    pair = (file, postgres_url) if request.param.startswith("sqlite") else (postgres_url, file)
    make_filled(pair[0])
    with connected(pair[0]) as connection:
        fill_search_index(connection)
    return pair


def closing(url: str) -> AbstractContextManager[ClosedSource]:
    """Close a database as the command does; nobody else uses it."""
    return close_sqlite(url) if url.startswith("sqlite") else close_postgres(url)


def copy(source: str, target: str, *, replace: bool = False, rehearse: bool = False, progress: Any = silent) -> Copied:
    with closing(source) as closed:
        return copy_database(closed, target, replace=replace, rehearse=rehearse, progress=progress)


def reopen(url: str) -> bool:
    return reopen_file(url) if url.startswith("sqlite") else reopen_postgres(url)


@contextmanager
def connected(url: str) -> Generator[Connection]:
    """A connection whose transaction is committed at the end."""
    with create_engine(url, poolclass=NullPool).begin() as connection:
        yield connection


def everything_in(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table that the database really has, but for what each has of its own."""
    with connected(url) as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith("search_index")]
        assert set(schema.metadata.tables) <= set(names)
        return {
            name: sorted((tuple(row) for row in connection.execute(_all_of(name))), key=repr)
            for name in names
            if name not in NOT_COPIED
        }


def _all_of(name: str) -> Any:
    table = schema.metadata.tables.get(name)
    return text(f'SELECT * FROM "{name}"') if table is None else select(table)  # noqa: S608 - a name of the database's own


def closed_as(url: str) -> str | None:
    with connected(url) as connection:
        return read_closed(connection)


def test_a_copy_has_every_row_of_every_table_there_is_epochs_numbers_and_keys_included(urls: tuple[str, str]) -> None:
    source, target = urls
    before = everything_in(source)
    assert all(before.values()), "a table without rows proves nothing: give it rows in tests/storage/rows.py"
    told: list[tuple[str, int, int]] = []
    copied = copy(source, target, progress=lambda *step: told.append(step))
    assert everything_in(target) == before
    assert copied == Copied(sum(map(len, before.values())), len(before))
    assert {("events", 4, 4), ("events verified", 4, 4)} <= set(told)


def test_a_copy_can_be_written_to_and_searched_and_its_source_refuses_every_table(urls: tuple[str, str]) -> None:
    source, target = urls
    copy(source, target)
    assert (closed_as(source), closed_as(target)) == ("moved", None)
    for table in [*schema.metadata.sorted_tables, *schema.derived.sorted_tables]:
        with pytest.raises(DBAPIError, match="has been copied to another"), connected(source) as connection:
            connection.execute(table.delete())
        with pytest.raises(DBAPIError, match="has been copied to another"), connected(source) as connection:
            connection.execute(insert(table).from_select(table.c.keys(), select(table)))
    with pytest.raises(DatabaseUnusable, match="copied to another"):
        _open_as_a_server_does(source)
    _open_as_a_server_does(target)
    row = {name: value for name, value in rows_by_table()["audit"][0].items() if name != "id"}
    with connected(target) as connection:
        number = connection.execute(insert(schema.audit).values(**row).returning(schema.audit.c.id)).scalar_one()
    assert number == 8, "numbers go on where they were"
    database = open_database(target)
    with database.snapshot() as tx:
        found = list_matches(tx, ["late", "don"], stories=None, statuses=None, below=None, limit=9)
    database.close()
    assert {hit.entry for hit in found} == {*ENTRIES, None}


def _open_as_a_server_does(url: str) -> None:
    database = open_database(url)
    try:
        require_open(database)
    finally:
        database.close()


def test_it_goes_there_and_back_again(urls: tuple[str, str]) -> None:
    here, there = urls
    before = everything_in(here)
    copy(here, there)
    with pytest.raises(DatabaseNotCopied, match="--yes"):
        copy(there, here)
    assert (closed_as(here), closed_as(there)) == ("moved", None), "who was refused has changed nothing"
    copy(there, here, replace=True)
    assert (closed_as(here), closed_as(there)) == (None, "moved")
    assert everything_in(here) == before


def test_a_copy_that_fails_half_way_leaves_a_source_that_takes_writes_and_an_empty_target(
    urls: tuple[str, str],
) -> None:
    source, target = urls
    before = everything_in(source)
    for where in ("events", "events verified"):

        def fail(table: str, _done: int, _total: int, *, where: str = where) -> None:
            if table == where:
                raise OSError("the disk is full")

        with pytest.raises(OSError, match="the disk is full"):
            copy(source, target, progress=fail)
        assert closed_as(source) is None
        assert everything_in(source) == before
    assert closed_as(target) == "unfinished", "it was whole, and not verified yet"
    with pytest.raises(DatabaseUnusable, match="not finished"):
        _open_as_a_server_does(target)
    with pytest.raises(DatabaseUnusable, match="not finished"):
        reopen(target)
    with pytest.raises(DatabaseNotCopied, match="not finished"):
        copy(target, source)
    copy(source, target)
    assert everything_in(target) == before
    assert (closed_as(source), closed_as(target)) == ("moved", None)


def test_what_was_killed_between_closing_the_one_and_opening_the_other_is_finished_by_running_it_again(
    urls: tuple[str, str],
) -> None:
    source, target = urls
    before = everything_in(source)

    class Killed(BaseException):
        """The end of the process."""

    def close_and_die(closed: ClosedSource) -> None:
        type(closed).close_for_good(closed)
        raise Killed

    with pytest.raises(Killed), closing(source) as closed:
        copy_database(_Dying(closed, close_and_die), target, replace=False, rehearse=False, progress=silent)
    assert (closed_as(source), closed_as(target)) == ("moved", "unfinished")
    copy(source, target)
    assert (closed_as(source), closed_as(target)) == ("moved", None)
    assert everything_in(target) == before
    with pytest.raises(DatabaseNotCopied, match="moved already"):
        copy(source, target, replace=True)


class _Dying:
    """A source whose process ends right after it was closed for good."""

    def __init__(self, source: ClosedSource, close: Callable[[ClosedSource], None]) -> None:
        self.connection = source.connection
        self.was_moved = source.was_moved
        self.require_closed = source.require_closed
        self.close_for_good = lambda: close(source)


def test_a_rehearsal_changes_nothing_here_and_its_copy_cannot_be_served_and_is_replaced(urls: tuple[str, str]) -> None:
    source, target = urls
    copy(source, target, rehearse=True)
    assert (closed_as(source), closed_as(target)) == (None, "unfinished")
    with connected(source) as connection:
        connection.execute(schema.comment_words.insert().values(word="later", created_at=2))
    copy(source, target)
    assert everything_in(target) == everything_in(source)


def test_a_database_that_has_moved_can_be_taken_back(urls: tuple[str, str]) -> None:
    source, target = urls
    copy(source, target)
    assert reopen(source)
    assert not reopen(source)
    assert closed_as(source) is None
    _open_as_a_server_does(source)


def test_what_would_be_lost_is_refused(urls: tuple[str, str]) -> None:
    source, target = urls
    with connected(source) as connection:
        connection.execute(text("CREATE TABLE newsletter (id INTEGER PRIMARY KEY)"))
    with pytest.raises(DatabaseNotCopied, match="would be lost: newsletter"):
        copy(source, target)
    assert closed_as(source) is None


def test_a_copy_that_is_not_what_was_copied_is_noticed(urls: tuple[str, str]) -> None:
    source, target = urls
    migrate(target)
    with connected(target) as connection:
        for statement in _ALTERING["sqlite" if target.startswith("sqlite") else "postgres"]:
            connection.execute(text(statement))
    with pytest.raises(DatabaseNotCopied, match=r"comment_words is not what was copied \(1 of 1 rows"):
        copy(source, target)
    assert (closed_as(source), closed_as(target)) == (None, "unfinished")


_ALTERING = {
    "sqlite": [
        "CREATE TRIGGER altering AFTER INSERT ON comment_words"
        " BEGIN UPDATE comment_words SET created_at = 99 WHERE word = NEW.word; END"
    ],
    "postgres": [
        "CREATE FUNCTION altering() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN NEW.created_at = 99; RETURN NEW; END $$",
        "CREATE TRIGGER altering BEFORE INSERT ON comment_words FOR EACH ROW EXECUTE FUNCTION altering()",
    ],
}
"""What somebody else has put into the database that is copied to: it changes what is written."""


def test_a_database_of_another_release_or_with_others_in_it_is_no_place_to_copy_to(
    postgres_url: str, tmp_path: Path
) -> None:
    source = make_filled(f"sqlite:///{tmp_path / 'data' / 'liveblog.db'}")
    with connected(postgres_url), pytest.raises(DatabaseNotCopied, match="1 other connections"):
        copy(source, postgres_url)
    with connected(source) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0006'"))
    with pytest.raises(DatabaseNotCopied, match="liveblog migrate"):
        copy(source, postgres_url)


def test_nothing_is_restored_over_a_database_that_has_moved(urls: tuple[str, str], tmp_path: Path) -> None:
    source, target = urls
    copy(source, target)
    archive = make_backup(target, tmp_path / "the.backup")
    with pytest.raises(BackupFailed, match="copied to another"):
        restore(source, archive, replace=True, random=SystemRandomSource(), progress=silent, kept=ALL_KEPT)
    assert SENTENCES["moved"].startswith("This database has been copied")
