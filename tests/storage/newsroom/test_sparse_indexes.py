"""The indexes of what few entries have, a due time or an id elsewhere: each read that needs one can use it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.storage.database.transactions import Database, ReadTransaction
from app.storage.imports.states import list_entries_by_external_id
from app.storage.newsroom.due import list_due_stories, read_next_due
from app.storage.newsroom.entries import read_entry_by_external_id

STORY = StoryId("a story")
DUE, ELSEWHERE = "ix_entries_due_at", "ix_entries_story_id_external_id"
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}
ONLY_INDEXES = ("SET LOCAL enable_seqscan = off", "SET LOCAL enable_bitmapscan = off")
"""An empty table is read through, else, on PostgreSQL; with these it is still read through where no index fits."""


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda tx: list_due_stories(tx, Micros(1)), DUE),
        (lambda tx: read_next_due(tx, Micros(1)), DUE),
        (lambda tx: read_entry_by_external_id(tx, STORY, "id elsewhere"), ELSEWHERE),
        (lambda tx: list_entries_by_external_id(tx, STORY, ["one", "two"]), ELSEWHERE),
    ],
)
def test_a_read_of_what_few_entries_have_can_use_its_index(
    database: Database, read: Callable[[ReadTransaction], object], index: str
) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with database.transaction() as tx:
        if tx.connection.dialect.name == "postgresql":
            for setting in ONLY_INDEXES:
                tx.connection.exec_driver_sql(setting)
        event.listen(tx.connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        read(tx)
        explain = EXPLAIN[tx.connection.dialect.name]
        plans = [
            "\n".join(str(row) for row in tx.connection.exec_driver_sql(explain + sql, values))
            for sql, values in list(asked)
        ]
    assert any(f"INDEX {index} " in plan or f"Index Scan using {index} " in plan for plan in plans), plans
    assert not any("SCAN entries" in plan or "Seq Scan on entries" in plan for plan in plans), plans
