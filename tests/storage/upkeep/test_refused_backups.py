"""Files that are no sound backup: foreign, cut off, damaged, altered; each is refused before anything is written."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from app.storage.upkeep.archive import BackupFailed, verify_archive
from app.storage.upkeep.table_rows import encode_row
from tests.storage.rows import ENTRIES
from tests.storage.upkeep.archives import contents_of, epoch_of, restore_backup


def test_a_file_that_is_not_there_cannot_be_restored(empty_sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="cannot be read"):
        restore_backup(empty_sqlite_url, tmp_path / "none.backup")


@pytest.mark.parametrize("contents", [b"", b"hello", b"SQLite format 2\0" + b"\0" * 4096, b"\xff" * 5_000])
def test_a_foreign_file_is_refused(empty_sqlite_url: str, tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(contents)
    with pytest.raises(BackupFailed, match="no backup"):
        restore_backup(empty_sqlite_url, file)


def test_another_sqlite_file_is_refused(empty_sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(BackupFailed, match="is a database, but no backup"):
        restore_backup(empty_sqlite_url, file)


@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(archive: Path, empty_sqlite_url: str, part: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BackupFailed, match="damaged"):
        restore_backup(empty_sqlite_url, archive, replace=True)
    assert epoch_of(empty_sqlite_url) == "OldEpoch"


def test_a_backup_with_bytes_overwritten_is_refused(archive: Path, empty_sqlite_url: str) -> None:
    with archive.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(8192))
    with pytest.raises(BackupFailed, match="damaged"):
        restore_backup(empty_sqlite_url, archive, replace=True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("DELETE FROM events WHERE seq = 3", "does not fit its head"),
        ("UPDATE public_stories SET head_seq = 5", "does not fit its head"),
        ("UPDATE public_stories SET head_check = 'other'", "does not fit its head"),
        ("UPDATE public_stories SET entry_count = 2", "does not fit its head"),
        ("DELETE FROM stories", "refer to rows that are not there"),
        ("UPDATE alembic_version SET version_num = '9999'", "does not know"),
        ("DELETE FROM alembic_version", "does not know"),
    ],
)
def test_a_backup_whose_parts_do_not_fit_is_refused(
    archive: Path, empty_sqlite_url: str, change: str, says: str
) -> None:
    with sqlite3.connect(archive) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(BackupFailed, match=says):
        restore_backup(empty_sqlite_url, archive, replace=True)


ALTERED = [
    "UPDATE public_entries SET body_html = CAST('<p>Nobody won.</p>' AS BLOB) WHERE rowid = 1",
    "UPDATE entry_versions SET action = 'retract' WHERE rowid = 1",
    "UPDATE people SET name = 'Mallory'",
    "UPDATE audit SET action = 'nothing'",
    "UPDATE tokens SET revoked_at = 17",
    "DELETE FROM audit",
    "INSERT INTO days_between (a) VALUES (1)",
    "DROP TABLE archive_checksum",
    "UPDATE archive_checksum SET sha256 = 'another'",
    "INSERT INTO archive_checksum SELECT * FROM archive_checksum",
]


@pytest.mark.parametrize("change", ALTERED)
def test_a_backup_in_which_anything_was_altered_is_refused_before_anything_is_written(
    archive: Path, filled_url: str, change: str
) -> None:
    with sqlite3.connect(archive) as connection:
        if "days_between" in change:
            connection.execute("CREATE TABLE days_between (a INTEGER)")
        assert connection.execute(change).rowcount != 0, "the change changes nothing: the test proves nothing"
    connection.close()
    before = contents_of(filled_url)
    with pytest.raises(BackupFailed, match="has been altered since it was made"):
        restore_backup(filled_url, archive, replace=True)
    assert contents_of(filled_url) == before
    assert epoch_of(filled_url) == "OldEpoch"


def test_a_byte_of_a_text_that_was_changed_in_the_file_is_noticed(archive: Path, empty_sqlite_url: str) -> None:
    whole = archive.read_bytes()
    word = b"paragraph"
    assert word in whole
    archive.write_bytes(whole.replace(word, word.swapcase()))
    with pytest.raises(BackupFailed, match=r"altered|damaged"):
        restore_backup(empty_sqlite_url, archive, replace=True)


def test_the_kinds_and_ends_of_values_are_a_part_of_the_checksum() -> None:
    rows = [("ab", "c"), ("a", "bc"), (b"ab", "c"), ("1", "c"), (1, "c"), (1.0, "c"), (None, "c"), ("", "c")]
    assert len({encode_row(row) for row in rows}) == len(rows)


def test_a_backup_from_before_there_were_checksums_restores_and_says_that_it_has_none(
    archive: Path, empty_sqlite_url: str
) -> None:
    with sqlite3.connect(archive) as connection:
        connection.execute("DROP TABLE archive_checksum")
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert not verify_archive(archive).has_checksum
    restore_backup(empty_sqlite_url, archive, replace=True)
    assert len(contents_of(empty_sqlite_url)["entries"]) == len(ENTRIES)
