"""Backup and restore, on both databases and between them, and everything that can be wrong with a file."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, insert, select
from sqlalchemy.engine import make_url

from app.domain.identifiers import SystemRandomSource
from app.storage import schema
from app.storage.archive import CopyFailed, verify_archive
from app.storage.copy import back_up, restore
from app.storage.migrating import migrate
from app.storage.opening import open_database
from app.storage.search import find_documents
from app.storage.sqlite import StoreLocked

STORY = "6f1c2a34-5b6d-4e7f-8a9b-0c1d2e3f4a5b"
ENTRIES = ("0b0e7a52-3c0f-4a45-9d7b-111111111111", "0b0e7a52-3c0f-4a45-9d7b-222222222222")
TEXT = "“Late,” she said — 19:07, ½ done · مرحبا · 🙂"


def _rows() -> dict[str, list[dict[str, Any]]]:
    """At least one row for each table, with every kind of value: text, bytes, JSON, nothing, yes and no."""
    blocks = [{"id": "b1", "type": "paragraph", "html": f"<p>{TEXT}</p>"}]
    content = {"kind": "update", "headline": None, "blocks": blocks, "text": TEXT, "authors": [], "tags": []}
    entry = {
        "story_id": STORY, "status": "published", "version": 2, "content": content, "created_at": 1_760_000_000_000_001,
        "status_at": 1_760_000_000_000_002, "created_by": None, "created_by_token": "admin",
        "creation_fingerprint": "f", "revision": 1, "public_version": 2, "working": None, "external_id": None,
        "external_version": None, "edited_by_hand": False, "published_at": 1_760_000_000_000_002, "updated_at": None,
        "sort_key": "00", "corrections": [],
    }  # fmt: skip
    event = {
        "story_id": STORY, "revision": 1, "changed": None, "material": None, "cause": None, "time": 1,
        "entry_count": 1, "last_entry_at": None,
    }  # fmt: skip
    public = {"story_id": STORY, "revision": 1, "sort_key": "00", "encoder": 1}
    nothing = dict.fromkeys(("published_at", "kind", "key_event", "importance", "fields", "body_html", "blocks"))
    return {
        "stories": [
            {"id": STORY, "slug": "flood", "status": "live", "version": 1, "fields": {"title": TEXT}, "settings": {},
             "created_at": 1},
        ],
        "people": [
            {"id": "p1", "name": "Ada Lind", "email": None, "role": "editor", "byline": None, "created_at": 1},
        ],
        "former_slugs": [{"slug": "high-water", "story_id": STORY}],
        "story_versions": [
            {"story_id": STORY, "version": 1, "at": 1, "person_id": None, "token_id": "admin", "action": "create",
             "slug": "flood", "status": "live", "fields": {"title": TEXT}, "settings": {}, "pinned": [],
             "key_points": []},
        ],
        "memberships": [{"story_id": STORY, "person_id": "p1", "role": "editor"}],
        "invites": [
            {"id": "i1", "person_id": "p1", "secret_sha256": "b" * 64, "created_at": 1, "expires_at": 2,
             "used_at": None},
        ],
        "tickets": [{"secret_sha256": "c" * 64, "token_id": "t1", "expires_at": 2}],
        "control": [{"id": 1, "frozen": True, "signing_key": "key"}],
        "entries": [
            {**entry, "id": ENTRIES[0]},
            {**entry, "id": ENTRIES[1], "external_id": "x", "external_version": 2**53, "edited_by_hand": True,
             "working": {"status": "draft", "material": True, "content": content}},
        ],
        "entry_versions": [
            {"story_id": STORY, "entry_id": ENTRIES[0], "version": 1, "at": 1, "person_id": None, "token_id": "admin",
             "action": "create", "status": "draft", "content": content, "working": None, "note": None,
             "particulars": {"sort_key": "00", "corrections": []}},
        ],
        "tokens": [
            {"id": "t1", "label": "Desk", "person_id": "p1", "role": None, "scopes": [], "secret_sha256": "a" * 64,
             "created_at": 1, "expires_at": None, "revoked_at": None},
        ],
        "audit": [
            {"id": 7, "at": 1, "person_id": None, "token_id": "admin", "action": "create", "object_kind": "story",
             "object_id": STORY, "story_id": STORY, "before": None, "after": {"title": TEXT}, "request_id": None},
        ],
        "replies": [
            {"scope": "admin", "key": "k", "fingerprint": "f", "status": 201, "headers": {"etag": "v1"},
             "body": b'{"id":1}', "story_id": STORY, "at": 1},
            {"scope": "admin", "key": "blank", "fingerprint": "f", "status": None, "headers": {}, "body": None,
             "story_id": None, "at": 1},
        ],
        "reply_entries": [{"scope": "admin", "key": "k", "entry_id": ENTRIES[0], "story_id": STORY}],
        "public_stories": [
            {"story_id": STORY, "slug": "flood", "epoch": "OldEpoch", "head_seq": 4, "head_check": "c4", "head_time": 1,
             "last_seq": 1, "entry_count": 1, "last_entry_at": None, "public_since": 1,
             "fields": json.dumps({"title": TEXT}, ensure_ascii=False).encode(), "encoder": 1},
        ],
        "public_slugs": [{"slug": "high-water", "story_id": STORY}],
        "public_entries": [
            {**public, "id": ENTRIES[0], "visible": True, "last_seq": 2, "published_at": 2, "kind": "update",
             "key_event": False, "importance": "normal", "fields": TEXT.encode(), "body_html": b"<p>",
             "blocks": b"[]", "body_text": TEXT.encode()},
            {**public, "id": ENTRIES[1], "visible": False, "last_seq": 4, **nothing, "body_text": None},
        ],
        "public_corrections": [
            {"story_id": STORY, "entry_id": ENTRIES[0], "number": 0, "at": 1, "item": TEXT.encode()},
        ],
        "public_labels": [{"story_id": STORY, "entry_id": ENTRIES[0], "label": "tag:river"}],
        "events": [
            {**event, "seq": 1, "check": "c1", "type": "story.updated", "entry_id": None},
            {**event, "seq": 2, "check": "c2", "type": "entry.published", "entry_id": ENTRIES[0]},
            {**event, "seq": 3, "check": "c3", "type": "entry.published", "entry_id": ENTRIES[1], "changed": ["body"],
             "material": True},
            {**event, "seq": 4, "check": "c4", "type": "entry.removed", "entry_id": ENTRIES[1], "cause": "removed"},
        ],
    }  # fmt: skip


def _engine(url: str) -> Engine:
    return create_engine(url)


def _fill(connection: Connection) -> None:
    for table in schema.metadata.sorted_tables:
        for row in _rows()[table.name]:
            connection.execute(insert(table).values(**row))


def _contents(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table; epochs apart, which are new after a restore."""
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
    """How many JSON columns hold SQL's NULL, which is not JSON's null."""
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


def _silent(_table: str, _done: int, _total: int) -> None:
    """No progress shown."""


def _backup(url: str, target: Path) -> Path:
    back_up(url, target, progress=_silent)
    return target


def _restore(url: str, source: Path, *, replace: bool = False) -> None:
    restore(url, source, replace=replace, random=SystemRandomSource(), progress=_silent)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'first' / 'liveblog.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where nothing is yet, not even tables."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'data' / 'liveblog.db'}"


@pytest.fixture
def filled_url(empty_url: str) -> str:
    """A database at this release's schema with a row for everything."""
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
            found = find_documents(tx, ["late", "don"], stories=None, statuses=None, below=None, limit=9)
        database.close()
        assert [hit.entry for hit in found] == [ENTRIES[1], ENTRIES[0], None]


def test_numbers_go_on_after_a_restore(empty_url: str, archive: Path) -> None:
    _restore(empty_url, archive)
    engine = _engine(empty_url)
    row = {name: value for name, value in _rows()["audit"][0].items() if name != "id"}
    with engine.begin() as connection:
        number = connection.execute(insert(schema.audit).values(**row).returning(schema.audit.c.id)).scalar_one()
    engine.dispose()
    assert number == 8


def test_a_database_with_contents_is_replaced_only_when_told_so(filled_url: str, archive: Path) -> None:
    before = _epoch(filled_url)
    with pytest.raises(CopyFailed, match="--yes"):
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

    with pytest.raises(CopyFailed, match="the disk is full"):
        restore(filled_url, archive, replace=True, random=SystemRandomSource(), progress=fail_at_the_events)
    assert _contents(filled_url) == before
    assert _epoch(filled_url) == "OldEpoch"


def test_progress_is_told_to_the_end(filled_url: str, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    back_up(filled_url, tmp_path / "the.backup", progress=lambda *step: told.append(step))
    assert ("events", 4, 4) in told
    assert {table for table, _, _ in told} == set(_rows())


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
    with engine.connect(), pytest.raises(CopyFailed, match="stop every server first"):
        _restore(postgres_url, archive)
    engine.dispose()


def test_a_database_that_is_not_there_cannot_be_backed_up(tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="no database"):
        _backup(f"sqlite:///{tmp_path / 'none.db'}", tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_database_cannot_be_backed_up(postgres_url: str, tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="nothing to back up"):
        _backup(postgres_url, tmp_path / "the.backup")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_never_overwritten(archive: Path, sqlite_url: str) -> None:
    before = hashlib.sha256(archive.read_bytes()).digest()
    with pytest.raises(CopyFailed, match="exists already"):
        _backup(sqlite_url, archive)
    assert hashlib.sha256(archive.read_bytes()).digest() == before


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_a_place_that_cannot_be_written_to_is_one_sentence(sqlite_url: str, tmp_path: Path, folder: str) -> None:
    _filled(sqlite_url)
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(CopyFailed, match="Nothing can be written to"):
        _backup(sqlite_url, tmp_path / folder / "the.backup")


def test_a_file_that_is_not_there_cannot_be_restored(sqlite_url: str, tmp_path: Path) -> None:
    with pytest.raises(CopyFailed, match="cannot be read"):
        _restore(sqlite_url, tmp_path / "none.backup")


@pytest.mark.parametrize("contents", [b"", b"hello", b"SQLite format 2\0" + b"\0" * 4096, b"\xff" * 5_000])
def test_a_foreign_file_is_refused(sqlite_url: str, tmp_path: Path, contents: bytes) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(contents)
    with pytest.raises(CopyFailed, match="no backup"):
        _restore(sqlite_url, file)


def test_another_sqlite_file_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE cats (name TEXT)")
    connection.close()
    with pytest.raises(CopyFailed, match="is a database, but no backup"):
        _restore(sqlite_url, file)


@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(archive: Path, sqlite_url: str, part: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(CopyFailed, match="damaged"):
        _restore(sqlite_url, archive, replace=True)
    assert _epoch(sqlite_url) == "OldEpoch"


def test_a_backup_with_bytes_overwritten_is_refused(archive: Path, sqlite_url: str) -> None:
    with archive.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(8192))
    with pytest.raises(CopyFailed, match="damaged"):
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
    with pytest.raises(CopyFailed, match=says):
        _restore(sqlite_url, archive, replace=True)


def test_a_database_of_a_newer_release_is_left_alone(filled_url: str, archive: Path, tmp_path: Path) -> None:
    engine = _engine(filled_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    with pytest.raises(CopyFailed, match="newer one"):
        _backup(filled_url, tmp_path / "the.backup")
    with pytest.raises(CopyFailed, match="another release"):
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
