"""The indexes of what few entries have, a due time or an id elsewhere: each read that needs one uses it on SQLite."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import event

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.storage.database.sqlite import SqliteDatabase
from app.storage.database.transactions import ReadTransaction
from app.storage.imports.states import list_entries_by_external_id
from app.storage.newsroom.due import list_due_stories, read_next_due
from app.storage.newsroom.entries import read_entry_by_external_id

STORY = StoryId("a story")
DUE, ELSEWHERE = "ix_entries_due_at", "ix_entries_story_id_external_id"


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda tx: list_due_stories(tx, Micros(1)), DUE),
        (lambda tx: read_next_due(tx, Micros(1)), DUE),
        (lambda tx: read_entry_by_external_id(tx, STORY, "id elsewhere"), ELSEWHERE),
        (lambda tx: list_entries_by_external_id(tx, STORY, ["one", "two"]), ELSEWHERE),
    ],
)
def test_a_read_of_what_few_entries_have_uses_its_index(
    migrated_sqlite: Path, tmp_path: Path, read: Callable[[ReadTransaction], object], index: str
) -> None:
    path = tmp_path / "liveblog.db"
    shutil.copyfile(migrated_sqlite, path)
    database = SqliteDatabase(path)
    asked: list[tuple[str, tuple[object, ...]]] = []
    try:
        with database.transaction() as tx:
            engine = tx.connection.engine
            event.listen(engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
            read(tx)
            plans = [
                " ".join(str(row) for row in tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))
                for sql, values in list(asked)
            ]
    finally:
        database.close()
    assert any(f"SEARCH entries USING INDEX {index}" in plan for plan in plans), plans
    assert not any("SCAN entries" in plan for plan in plans), plans
