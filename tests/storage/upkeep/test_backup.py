"""Backup and restore, on both databases and between them, beside servers, and where nothing can be written."""

from __future__ import annotations

import hashlib
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, insert, update
from sqlalchemy.engine import make_url

from app.domain.clock import Micros
from app.domain.identifiers import SystemRandomSource
from app.storage.database import schema
from app.storage.database.opening import open_database
from app.storage.database.sqlite import StoreLocked
from app.storage.newsroom.search import list_matches
from app.storage.upkeep.archive import BackupFailed, verify_archive
from app.storage.upkeep.backup import AddressesKept, back_up, restore
from tests.storage.rows import ENTRIES, rows_by_table
from tests.storage.upkeep.archives import (
    ALL_KEPT,
    contents_of,
    count_nulls,
    epoch_of,
    make_backup,
    make_filled,
    restore_backup,
)


def test_addresses_that_are_too_old_by_now_are_not_restored(empty_url: str, archive: Path) -> None:
    restore_backup(empty_url, archive, kept=AddressesKept(emails_since=Micros(2), networks_since=Micros(2)))
    restored = str(contents_of(empty_url))
    assert "ann@mail.example" not in restored
    assert "192.0.2.7" not in restored
    assert "192.0.2.0/24" in restored  # a block is no comment's address, and ends by itself


def test_a_backup_holds_every_row_and_nulls_stay_nulls(filled_url: str, tmp_path: Path) -> None:
    target = make_backup(filled_url, tmp_path / "the.backup")
    assert contents_of(f"sqlite:///{target}") == contents_of(filled_url)
    assert count_nulls(f"sqlite:///{target}") == 1
    assert all(rows for rows in contents_of(filled_url).values()), "a table without rows proves nothing"


def test_a_backup_is_readable_by_its_owner_alone_and_leaves_nothing_else_behind(
    filled_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    target = make_backup(filled_url, folder / "the.backup")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [target]


def test_a_restored_database_holds_the_same_under_new_epochs(empty_url: str, archive: Path) -> None:
    restore_backup(empty_url, archive)
    assert contents_of(empty_url) == contents_of(f"sqlite:///{archive}")
    assert count_nulls(empty_url) == 1
    assert epoch_of(empty_url) != epoch_of(f"sqlite:///{archive}")
    assert len(epoch_of(empty_url)) == 8


def test_a_restored_database_has_no_admin_token_and_no_broker_key_so_that_its_nodes_make_their_own(
    filled_url: str, tmp_path: Path
) -> None:
    engine = create_engine(filled_url)
    with engine.begin() as connection:
        secrets = {"broker_channel": "secret one", "broker_key": "secret two", "broker_key_before": "secret three"}
        connection.execute(update(schema.control).values(admin_token_sha256="ab" * 32, **secrets))
    engine.dispose()
    archive = make_backup(filled_url, tmp_path / "with-a-token.backup")
    restore_backup(filled_url, archive, replace=True)
    (row,) = contents_of(filled_url)["control"]
    assert "ab" * 32 not in str(row)
    assert "secret" not in str(row)
    assert "key" in str(row)


def test_a_backup_of_a_restored_database_holds_the_same_again(empty_url: str, archive: Path, tmp_path: Path) -> None:
    restore_backup(empty_url, archive)
    again = make_backup(empty_url, tmp_path / "again.backup")
    assert contents_of(f"sqlite:///{again}") == contents_of(f"sqlite:///{archive}")


def test_what_was_restored_can_be_searched_though_no_backup_has_an_index(empty_url: str, archive: Path) -> None:
    with sqlite3.connect(archive) as connection:
        assert connection.execute("SELECT count(*) FROM search_documents").fetchall() == [(0,)]
    connection.close()
    for replace in (False, True):
        restore_backup(empty_url, archive, replace=replace)
        database = open_database(empty_url)
        with database.snapshot() as tx:
            found = list_matches(tx, ["late", "don"], stories=None, statuses=None, below=None, limit=9)
        database.close()
        assert [hit.entry for hit in found] == [ENTRIES[1], ENTRIES[0], None]


def test_numbers_go_on_after_a_restore(empty_url: str, archive: Path) -> None:
    restore_backup(empty_url, archive)
    engine = create_engine(empty_url)
    row = {name: value for name, value in rows_by_table()["audit"][0].items() if name != "id"}
    with engine.begin() as connection:
        number = connection.execute(insert(schema.audit).values(**row).returning(schema.audit.c.id)).scalar_one()
    engine.dispose()
    assert number == 8


def test_a_database_with_contents_is_replaced_only_when_told_so(filled_url: str, archive: Path) -> None:
    before = epoch_of(filled_url)
    with pytest.raises(BackupFailed, match="--yes"):
        restore_backup(filled_url, archive)
    assert epoch_of(filled_url) == before
    restore_backup(filled_url, archive, replace=True)
    assert contents_of(filled_url) == contents_of(f"sqlite:///{archive}")
    assert epoch_of(filled_url) not in {before, "OldEpoch"}


def test_a_restore_that_fails_half_way_leaves_what_was_there(filled_url: str, archive: Path) -> None:
    before = contents_of(filled_url)

    def fail_at_the_events(table: str, _done: int, _total: int) -> None:
        if table == "events":
            raise OSError("the disk is full")

    with pytest.raises(BackupFailed, match="the disk is full"):
        restore(
            filled_url, archive, replace=True, random=SystemRandomSource(), progress=fail_at_the_events, kept=ALL_KEPT
        )
    assert contents_of(filled_url) == before
    assert epoch_of(filled_url) == "OldEpoch"


def test_progress_is_told_to_the_end(filled_url: str, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    back_up(filled_url, tmp_path / "the.backup", progress=lambda *step: told.append(step))
    assert ("events", 4, 4) in told
    assert {table for table, _, _ in told} == set(rows_by_table())


def test_a_backup_is_made_while_a_server_writes_and_shows_one_moment(empty_sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(make_filled(empty_sqlite_url))
    try:

        def write_meanwhile(_table: str, _done: int, _total: int) -> None:
            with database.transaction() as tx:
                tx.connection.execute(schema.reply_entries.delete())
                tx.connection.execute(schema.replies.delete())
                tx.connection.execute(schema.audit.delete())

        back_up(empty_sqlite_url, tmp_path / "the.backup", progress=write_meanwhile)
    finally:
        database.close()
    assert len(contents_of(f"sqlite:///{tmp_path / 'the.backup'}")["audit"]) == 1
    assert contents_of(empty_sqlite_url)["audit"] == []


def test_a_restore_is_refused_while_a_server_runs_on_sqlite(empty_sqlite_url: str, archive: Path) -> None:
    database = open_database(empty_sqlite_url)
    try:
        with pytest.raises(StoreLocked):
            restore_backup(empty_sqlite_url, archive, replace=True)
    finally:
        database.close()


def test_a_restore_is_refused_while_others_are_connected_to_postgres(postgres_url: str, archive: Path) -> None:
    engine = create_engine(postgres_url)
    with engine.connect(), pytest.raises(BackupFailed, match="stop every server first"):
        restore_backup(postgres_url, archive)
    engine.dispose()


def test_a_database_that_is_not_there_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="no database"):
        make_backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_cannot_be_backed_up(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="nothing to back up"):
        make_backup(postgres_url, tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_overwritten(archive: Path, empty_sqlite_url: str) -> None:
    before = hashlib.sha256(archive.read_bytes()).digest()
    with pytest.raises(BackupFailed, match="exists already"):
        make_backup(empty_sqlite_url, archive)
    assert hashlib.sha256(archive.read_bytes()).digest() == before


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(empty_sqlite_url: str, tmp_path: Path, folder: str) -> None:
    make_filled(empty_sqlite_url)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupFailed, match="Nothing can be written to"):
        make_backup(empty_sqlite_url, tmp_path / folder / "the.backup")


def test_a_database_of_a_newer_release_is_left_alone(filled_url: str, archive: Path, tmp_path: Path) -> None:
    engine = create_engine(filled_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(BackupFailed, match="newer one"):
        make_backup(filled_url, tmp_path / "the.backup")
    with pytest.raises(BackupFailed, match="another release"):
        restore_backup(filled_url, archive, replace=True)
    assert epoch_of(filled_url) == "OldEpoch"


def test_a_backup_tells_what_it_holds(archive: Path) -> None:
    contents = verify_archive(archive)
    assert (contents.stories, contents.entries, contents.events, contents.people) == (1, 2, 4, 1)


def test_no_removed_text_is_left_in_free_pages(empty_sqlite_url: str, tmp_path: Path) -> None:
    make_filled(empty_sqlite_url)
    path = make_url(empty_sqlite_url).database
    assert path is not None
    with sqlite3.connect(path) as connection:  # without secure_delete, as a file from elsewhere may have been
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE leftover (text TEXT)")
        connection.execute("INSERT INTO leftover VALUES (?)", ("withdrawn sentence " * 2000,))
        connection.execute("DROP TABLE leftover")
    connection.close()
    target = make_backup(empty_sqlite_url, tmp_path / "the.backup")
    assert b"withdrawn sentence" not in target.read_bytes()
