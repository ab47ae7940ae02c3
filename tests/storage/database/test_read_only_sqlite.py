"""Processes that read a SQLite file beside the one that writes can do nothing to it, whatever becomes of either."""

from __future__ import annotations

import hashlib
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from app.storage.database.health import DatabaseUnusable
from app.storage.database.opening import open_for_reading
from app.storage.database.sqlite import ReadOnlySqlite, open_reader
from tests.figures import Figures

ROOT = Path(__file__).parents[3]

_WRITER = """
import sys
from pathlib import Path
from sqlalchemy import text
from app.storage.database.sqlite import SqliteDatabase
database = SqliteDatabase(Path(sys.argv[1]))
last = int(sys.argv[2])
number = last
while True:
    number += 1
    with database.transaction() as tx:
        tx.connection.execute(text("INSERT INTO pairs VALUES (:n, :n)"), {"n": number})
        tx.connection.execute(text("UPDATE pairs SET twin = :n"), {"n": number})
        tx.connection.execute(text("DELETE FROM pairs WHERE n < :n"), {"n": number - 40})
    print(number, flush=True)
    if number % 7 == 0:
        database.checkpoint()
    if number % 50 == 0:
        database.scrub()
"""
"""Commits pairs of numbers of which all twins are equal, and empties the log all the time."""

_READER = """
import sys
from pathlib import Path
from sqlalchemy import text
from app.storage.database.sqlite import ReadOnlySqlite
database = ReadOnlySqlite(Path(sys.argv[1]), readers=2)
seen = 0
while True:
    with database.snapshot() as tx:
        first = tx.connection.execute(text("SELECT max(twin), min(twin), max(n) FROM pairs")).one()
        again = tx.connection.execute(text("SELECT max(twin), min(twin), max(n) FROM pairs")).one()
    assert first == again, (first, again)
    assert first[0] == first[1] == first[2] >= seen, (first, seen)
    seen = first[2]
    print(seen, flush=True)
"""
"""Reads them, each time twice in one snapshot: never half of a commit, never less than before."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return _make(tmp_path)


def _make(folder: Path) -> Path:
    path = folder / "liveblog.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE pairs (n INTEGER PRIMARY KEY, twin INTEGER)")
        connection.execute("INSERT INTO pairs VALUES (0, 0)")
        connection.commit()
    return path


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a writer leaves that is killed before it has emptied its log."""
    path = _make(tmp_path_factory.mktemp("killed"))
    writer = _Process(
        _WRITER.replace("number % 7", "number % 1000").replace("number % 50", "number % 1000"), str(path), "0"
    )
    writer.until(30)
    writer.kill()
    return path


@pytest.fixture
def left(left_behind: Path, tmp_path: Path) -> Path:
    """A copy of that, whose log has no index yet."""
    for ending in ("", "-wal"):
        shutil.copyfile(f"{left_behind}{ending}", tmp_path / f"left.db{ending}")
    return tmp_path / "left.db"


class _Process:
    """A process that says one number after the other."""

    def __init__(self, program: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL
        )
        self.last = -1

    def until(self, number: int) -> None:
        assert self.process.stdout is not None
        while self.last < number:
            line = self.process.stdout.readline()
            assert line, f"it ended with {self.process.wait()}"
            self.last = int(line)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()


def _digest(path: Path) -> dict[str, str]:
    return {each.name: hashlib.sha256(each.read_bytes()).hexdigest() for each in (path, Path(f"{path}-wal"))}


def test_the_last_process_to_close_a_log_that_a_killed_writer_left_leaves_file_and_log_as_they_are(left: Path) -> None:
    before = _digest(left)
    for _ in range(2):  # the first has to make the log's index anew
        database = ReadOnlySqlite(left, readers=3)
        with database.snapshot() as one, database.snapshot() as other:
            for tx in (one, other):
                assert tx.connection.execute(text("SELECT max(n) FROM pairs")).scalar_one() >= 30
        database.checkpoint()
        assert database.scrub()
        database.close()
        assert _digest(left) == before


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO pairs VALUES (7, 7)",
        "CREATE TABLE more (x)",
        "BEGIN IMMEDIATE",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 9",
        "VACUUM",
    ],
)
def test_no_statement_of_a_connection_that_reads_changes_anything(left: Path, statement: str) -> None:
    before = _digest(left)
    connection = open_reader(left)
    try:
        answer = connection.execute(statement).fetchone()
    except sqlite3.OperationalError:
        answer = None
    connection.close()
    assert answer is None or answer[0] in {1, "wal"}, "busy, or as it was"
    assert _digest(left) == before


def test_a_process_that_reads_has_no_transaction_to_write_in(path: Path) -> None:
    database = open_for_reading(f"sqlite:///{path}")
    with pytest.raises(RuntimeError, match="forwards"):
        database.transaction()
    database.close()


def test_a_file_that_is_not_there_is_not_made_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="the process that writes makes it"):
        open_for_reading(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(ValueError, match="SQLite"):
        open_for_reading("postgresql://nobody@127.0.0.1/none")
    assert list(tmp_path.iterdir()) == []


def test_readers_beside_a_writer_that_empties_its_log_see_whole_commits_whoever_is_killed(
    path: Path, figures: Figures
) -> None:
    readers = [_Process(_READER, str(path)) for _ in range(2)]
    last = 0
    try:
        for life in range(figures.choose(quick=1, suite=4, prove=40)):
            writer = _Process(_WRITER, str(path), str(last))
            writer.until(last + 120)
            for reader in readers:
                reader.until(last + 1)
            if life % 2:
                readers[0].kill()
                readers[0] = _Process(_READER, str(path))
            else:
                readers[1].process.send_signal(signal.SIGSTOP)
                writer.until(writer.last + 60)
                readers[1].process.send_signal(signal.SIGCONT)
            writer.process.kill()
            writer.process.communicate()
            last = _read_last(path)
    finally:
        for each in readers:
            each.kill()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def _read_last(path: Path) -> int:
    database = ReadOnlySqlite(path, readers=1)
    with database.snapshot() as tx:
        last: int = tx.connection.execute(text("SELECT max(n) FROM pairs")).scalar_one()
    database.close()
    return last
