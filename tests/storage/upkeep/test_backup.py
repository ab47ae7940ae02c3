"""Backup and restore, on both databases and between them, and everything that can be wrong with a file."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, select, update
from sqlalchemy.engine import make_url

from app.domain.clock import Micros
from app.domain.identifiers import SystemRandomSource
from app.storage.database import schema
from app.storage.database.opening import open_database
from app.storage.database.sqlite import StoreLocked
from app.storage.newsroom.search import list_matches
from app.storage.upkeep.archive import BackupFailed, encode_row, verify_archive
from app.storage.upkeep.backup import AddressesKept, back_up, restore
from app.storage.upkeep.migrations import migrate
from app.storage.upkeep.scratch_files import (
    RESTORE_PREFIX,
    new_scratch_file,
    remove_leftovers,
    remove_restore_leftovers,
)
from tests.processes import ROOT
from tests.storage.rows import ENTRIES, rows_by_table


def _engine(url: str) -> Engine:
    return create_engine(url)


def _fill(connection: Connection) -> None:
    for table in schema.metadata.sorted_tables:
        for row in rows_by_table()[table.name]:
            connection.execute(insert(table).values(**row))


def _contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, without epochs, which are new after a restore."""
    engine = _engine(url)
    with engine.connect() as connection:
        found = {
            table.name: sorted(
                (tuple(row) for row in connection.execute(select(*[c for c in table.c if c.name != "epoch"]))), key=repr
            )
            for table in schema.metadata.sorted_tables
        }
    engine.dispose()
    return found


def _nulls(url: str) -> int:
    """Count the JSON columns with SQL's NULL, which is not JSON's null."""
    engine = _engine(url)
    with engine.connect() as connection:
        query = select(schema.entries.c.id).where(schema.entries.c.working.is_(None))
        found = len(connection.execute(query).all())
    engine.dispose()
    return found


def _epoch(url: str) -> str:
    engine = _engine(url)
    with engine.connect() as connection:
        epoch: str = connection.execute(select(schema.public_stories.c.epoch)).scalar_one()
    engine.dispose()
    return epoch


ALL_KEPT = AddressesKept(emails_since=Micros(0), networks_since=Micros(0))


def _silent(_table: str, _done: int, _total: int) -> None:
    """Show no progress."""


def _backup(url: str, target: Path) -> Path:
    back_up(url, target, progress=_silent)
    return target


def _restore(url: str, source: Path, *, replace: bool = False, kept: AddressesKept = ALL_KEPT) -> None:
    restore(url, source, replace=replace, random=SystemRandomSource(), progress=_silent, kept=kept)


def test_addresses_that_are_too_old_by_now_are_not_restored(empty_url: str, archive: Path) -> None:
    _restore(empty_url, archive, kept=AddressesKept(emails_since=Micros(2), networks_since=Micros(2)))
    restored = str(_contents(empty_url))
    assert "ann@mail.example" not in restored
    assert "192.0.2.7" not in restored
    assert "192.0.2.0/24" in restored  # a block is no comment's address, and ends by itself


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'first' / 'liveblog.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database without tables."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'data' / 'liveblog.db'}"


@pytest.fixture
def filled_url(empty_url: str) -> str:
    """A database at this release's schema with rows in every table."""
    return _filled(empty_url)


def _filled(url: str) -> str:
    migrate(url)
    engine = _engine(url)
    with engine.begin() as connection:
        _fill(connection)
    engine.dispose()
    return url


@pytest.fixture
def archive(sqlite_url: str, tmp_path: Path) -> Path:
    """A sound backup."""
    return _backup(_filled(sqlite_url), tmp_path / "sound.backup")


def test_a_backup_holds_every_row_and_nulls_stay_nulls(filled_url: str, tmp_path: Path) -> None:
    target = _backup(filled_url, tmp_path / "the.backup")
    assert _contents(f"sqlite:///{target}") == _contents(filled_url)
    assert _nulls(f"sqlite:///{target}") == 1
    assert all(rows for rows in _contents(filled_url).values()), "a table without rows proves nothing"


def test_a_backup_is_readable_by_its_owner_alone_and_leaves_nothing_else_behind(
    filled_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    target = _backup(filled_url, folder / "the.backup")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(folder.iterdir()) == [target]


def test_a_restored_database_holds_the_same_under_new_epochs(empty_url: str, archive: Path) -> None:
    _restore(empty_url, archive)
    assert _contents(empty_url) == _contents(f"sqlite:///{archive}")
    assert _nulls(empty_url) == 1
    assert _epoch(empty_url) != _epoch(f"sqlite:///{archive}")
    assert len(_epoch(empty_url)) == 8


def test_a_restored_database_has_no_admin_token_so_that_its_nodes_agree_on_one_they_have(
    filled_url: str, tmp_path: Path
) -> None:
    engine = _engine(filled_url)
    with engine.begin() as connection:
        connection.execute(update(schema.control).values(admin_token_sha256="ab" * 32))
    engine.dispose()
    archive = _backup(filled_url, tmp_path / "with-a-token.backup")
    _restore(filled_url, archive, replace=True)
    (row,) = _contents(filled_url)["control"]
    assert "ab" * 32 not in str(row)
    assert "key" in str(row)


def test_a_backup_of_a_restored_database_holds_the_same_again(empty_url: str, archive: Path, tmp_path: Path) -> None:
    _restore(empty_url, archive)
    again = _backup(empty_url, tmp_path / "again.backup")
    assert _contents(f"sqlite:///{again}") == _contents(f"sqlite:///{archive}")


def test_what_was_restored_can_be_searched_though_no_backup_has_an_index(empty_url: str, archive: Path) -> None:
    with sqlite3.connect(archive) as connection:
        assert connection.execute("SELECT count(*) FROM search_documents").fetchall() == [(0,)]
    connection.close()
    for replace in (False, True):
        _restore(empty_url, archive, replace=replace)
        database = open_database(empty_url)
        with database.snapshot() as tx:
            found = list_matches(tx, ["late", "don"], stories=None, statuses=None, below=None, limit=9)
        database.close()
        assert [hit.entry for hit in found] == [ENTRIES[1], ENTRIES[0], None]


def test_numbers_go_on_after_a_restore(empty_url: str, archive: Path) -> None:
    _restore(empty_url, archive)
    engine = _engine(empty_url)
    row = {name: value for name, value in rows_by_table()["audit"][0].items() if name != "id"}
    with engine.begin() as connection:
        number = connection.execute(insert(schema.audit).values(**row).returning(schema.audit.c.id)).scalar_one()
    engine.dispose()
    assert number == 8


def test_a_database_with_contents_is_replaced_only_when_told_so(filled_url: str, archive: Path) -> None:
    before = _epoch(filled_url)
    with pytest.raises(BackupFailed, match="--yes"):
        _restore(filled_url, archive)
    assert _epoch(filled_url) == before
    _restore(filled_url, archive, replace=True)
    assert _contents(filled_url) == _contents(f"sqlite:///{archive}")
    assert _epoch(filled_url) not in {before, "OldEpoch"}


def test_a_restore_that_fails_half_way_leaves_what_was_there(filled_url: str, archive: Path) -> None:
    before = _contents(filled_url)

    def fail_at_the_events(table: str, _done: int, _total: int) -> None:
        if table == "events":
            raise OSError("the disk is full")

    with pytest.raises(BackupFailed, match="the disk is full"):
        restore(
            filled_url, archive, replace=True, random=SystemRandomSource(), progress=fail_at_the_events, kept=ALL_KEPT
        )
    assert _contents(filled_url) == before
    assert _epoch(filled_url) == "OldEpoch"


def test_progress_is_told_to_the_end(filled_url: str, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    back_up(filled_url, tmp_path / "the.backup", progress=lambda *step: told.append(step))
    assert ("events", 4, 4) in told
    assert {table for table, _, _ in told} == set(rows_by_table())


def test_a_backup_is_made_while_a_server_writes_and_shows_one_moment(sqlite_url: str, tmp_path: Path) -> None:
    database = open_database(_filled(sqlite_url))
    try:

        def write_meanwhile(_table: str, _done: int, _total: int) -> None:
            with database.transaction() as tx:
                tx.connection.execute(schema.reply_entries.delete())
                tx.connection.execute(schema.replies.delete())
                tx.connection.execute(schema.audit.delete())

        back_up(sqlite_url, tmp_path / "the.backup", progress=write_meanwhile)
    finally:
        database.close()
    assert len(_contents(f"sqlite:///{tmp_path / 'the.backup'}")["audit"]) == 1
    assert _contents(sqlite_url)["audit"] == []


def test_a_restore_is_refused_while_a_server_runs_on_sqlite(sqlite_url: str, archive: Path) -> None:
    database = open_database(sqlite_url)
    try:
        with pytest.raises(StoreLocked):
            _restore(sqlite_url, archive, replace=True)
    finally:
        database.close()


def test_a_restore_is_refused_while_others_are_connected_to_postgres(postgres_url: str, archive: Path) -> None:
    engine = _engine(postgres_url)
    with engine.connect(), pytest.raises(BackupFailed, match="stop every server first"):
        _restore(postgres_url, archive)
    engine.dispose()


def test_a_database_that_is_not_there_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="no database"):
        _backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_cannot_be_backed_up(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="nothing to back up"):
        _backup(postgres_url, tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_overwritten(archive: Path, sqlite_url: str) -> None:
    before = hashlib.sha256(archive.read_bytes()).digest()
    with pytest.raises(BackupFailed, match="exists already"):
        _backup(sqlite_url, archive)
    assert hashlib.sha256(archive.read_bytes()).digest() == before


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(sqlite_url: str, tmp_path: Path, folder: str) -> None:
    _filled(sqlite_url)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BackupFailed, match="Nothing can be written to"):
        _backup(sqlite_url, tmp_path / folder / "the.backup")


def test_a_file_that_is_not_there_cannot_be_restored(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match="cannot be read"):
        _restore(sqlite_url, tmp_path / "none.backup")


@pytest.mark.parametrize("contents", [b"", b"hello", b"SQLite format 2\0" + b"\0" * 4096, b"\xff" * 5_000])
def test_a_foreign_file_is_refused(sqlite_url: str, tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(contents)
    with pytest.raises(BackupFailed, match="no backup"):
        _restore(sqlite_url, file)


def test_another_sqlite_file_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(BackupFailed, match="is a database, but no backup"):
        _restore(sqlite_url, file)


@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(archive: Path, sqlite_url: str, part: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(BackupFailed, match="damaged"):
        _restore(sqlite_url, archive, replace=True)
    assert _epoch(sqlite_url) == "OldEpoch"


def test_a_backup_with_bytes_overwritten_is_refused(archive: Path, sqlite_url: str) -> None:
    with archive.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(8192))
    with pytest.raises(BackupFailed, match="damaged"):
        _restore(sqlite_url, archive, replace=True)


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
def test_a_backup_whose_parts_do_not_fit_is_refused(archive: Path, sqlite_url: str, change: str, says: str) -> None:
    with sqlite3.connect(archive) as connection:
        connection.execute(change)
    connection.close()
    with pytest.raises(BackupFailed, match=says):
        _restore(sqlite_url, archive, replace=True)


def test_a_database_of_a_newer_release_is_left_alone(filled_url: str, archive: Path, tmp_path: Path) -> None:
    engine = _engine(filled_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(BackupFailed, match="newer one"):
        _backup(filled_url, tmp_path / "the.backup")
    with pytest.raises(BackupFailed, match="another release"):
        _restore(filled_url, archive, replace=True)
    assert _epoch(filled_url) == "OldEpoch"


def test_a_backup_tells_what_it_holds(archive: Path) -> None:
    contents = verify_archive(archive)
    assert (contents.stories, contents.entries, contents.events, contents.people) == (1, 2, 4, 1)


def test_no_removed_text_is_left_in_free_pages(sqlite_url: str, tmp_path: Path) -> None:
    _filled(sqlite_url)
    path = make_url(sqlite_url).database
    assert path is not None
    with sqlite3.connect(path) as connection:  # without secure_delete, as a file from elsewhere may have been
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE leftover (text TEXT)")
        connection.execute("INSERT INTO leftover VALUES (?)", ("withdrawn sentence " * 2000,))
        connection.execute("DROP TABLE leftover")
    connection.close()
    target = _backup(sqlite_url, tmp_path / "the.backup")
    assert b"withdrawn sentence" not in target.read_bytes()


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
    before = _contents(filled_url)
    with pytest.raises(BackupFailed, match="has been altered since it was made"):
        _restore(filled_url, archive, replace=True)
    assert _contents(filled_url) == before
    assert _epoch(filled_url) == "OldEpoch"


def test_a_byte_of_a_text_that_was_changed_in_the_file_is_noticed(archive: Path, sqlite_url: str) -> None:
    whole = archive.read_bytes()
    word = b"paragraph"
    assert word in whole
    archive.write_bytes(whole.replace(word, word.swapcase()))
    with pytest.raises(BackupFailed, match=r"altered|damaged"):
        _restore(sqlite_url, archive, replace=True)


def test_the_kinds_and_ends_of_values_are_a_part_of_the_checksum() -> None:
    rows = [("ab", "c"), ("a", "bc"), (b"ab", "c"), ("1", "c"), (1, "c"), (1.0, "c"), (None, "c"), ("", "c")]
    assert len({encode_row(row) for row in rows}) == len(rows)


def test_a_backup_from_before_there_were_checksums_restores_and_says_that_it_has_none(
    archive: Path, sqlite_url: str
) -> None:
    with sqlite3.connect(archive) as connection:
        connection.execute("DROP TABLE archive_checksum")
        connection.execute("PRAGMA user_version = 0")
    connection.close()
    assert not verify_archive(archive).has_checksum
    _restore(sqlite_url, archive, replace=True)
    assert len(_contents(sqlite_url)["entries"]) == len(ENTRIES)


KILLED = """
import os, signal, sys
from pathlib import Path
from app.domain.identifiers import SystemRandomSource
from app.storage.upkeep.backup import AddressesKept, back_up, restore
def kill(table, done, total):
    if table == "events":
        os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[1] == "restore":
    everything = AddressesKept(0, 0)
    source, random = Path(sys.argv[3]), SystemRandomSource()
    restore(sys.argv[2], source, replace=True, random=random, progress=kill, kept=everything)
else:
    back_up(sys.argv[2], Path(sys.argv[3]), progress=kill)
"""


def _run_until_killed(what: str, url: str, file: Path, scratch: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(scratch)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, what, url, file], env=environment, cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL


def test_a_restore_that_is_killed_leaves_the_database_as_it_was_and_no_file_for_good(
    filled_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = f"sqlite:///{tmp_path / 'older' / 'liveblog.db'}"
    _filled(older)
    migrate(older, revision="0007")
    old = tmp_path / "old.backup"
    _backup(older, old)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    before = _contents(filled_url)
    _run_until_killed("restore", filled_url, old, scratch)
    assert [path.name.startswith("liveblog-restore-") for path in scratch.iterdir()] == [True], "nothing to clean up"
    open_database(filled_url).close()
    assert _contents(filled_url) == before
    assert _epoch(filled_url) == "OldEpoch"

    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    assert remove_restore_leftovers() == 1
    assert list(scratch.iterdir()) == []


def test_a_backup_that_is_killed_leaves_no_file_for_good(filled_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    _run_until_killed("back up", filled_url, folder / "monday.backup", tmp_path)
    assert len(list(folder.iterdir())) == 1
    _backup(filled_url, folder / "tuesday.backup")
    assert [path.name for path in folder.iterdir()] == ["tuesday.backup"]


def test_a_file_that_another_process_works_on_is_no_leftover(tmp_path: Path) -> None:
    with new_scratch_file(tmp_path, RESTORE_PREFIX) as working:
        assert remove_leftovers(tmp_path, RESTORE_PREFIX) == 0
        assert working.exists()
    assert list(tmp_path.iterdir()) == []
