"""The indexes of what few entries have, a due time or an id elsewhere: each read that needs one uses it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, insert

from app.domain.clock import Micros
from app.domain.identifiers import StoryId
from app.storage.database import schema
from app.storage.database.transactions import Database, ReadTransaction
from app.storage.imports.states import list_entries_by_external_id
from app.storage.newsroom.due import list_due_stories, read_next_due
from app.storage.newsroom.entries import read_entry_by_external_id
from tests.storage.rows import STORY, rows_by_table

DUE, ELSEWHERE = "ix_entries_due_at", "ix_entries_story_id_external_id"
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN ", "postgresql": "EXPLAIN "}


@pytest.mark.parametrize(
    ("read", "index"),
    [
        (lambda tx: list_due_stories(tx, Micros(1)), DUE),
        (lambda tx: read_next_due(tx, Micros(1)), DUE),
        (lambda tx: read_entry_by_external_id(tx, StoryId(STORY), "id elsewhere"), ELSEWHERE),
        (lambda tx: list_entries_by_external_id(tx, StoryId(STORY), ["one", "two"]), ELSEWHERE),
    ],
)
def test_a_read_of_what_few_entries_have_uses_its_index(
    database: Database, read: Callable[[ReadTransaction], object], index: str
) -> None:
    asked: list[tuple[str, tuple[object, ...]]] = []
    with database.transaction() as tx:
        fill(tx, entries=4_000)
        event.listen(tx.connection.engine, "before_cursor_execute", lambda *given: asked.append((given[2], given[3])))
        read(tx)
        explain = EXPLAIN[tx.connection.dialect.name]
        plans = [
            "\n".join(str(row) for row in tx.connection.exec_driver_sql(explain + sql, values))
            for sql, values in list(asked)
        ]
    assert any(f"INDEX {index} " in plan or f"Index Scan using {index} " in plan for plan in plans), plans
    assert not any("SCAN entries" in plan or "Seq Scan on entries" in plan for plan in plans), plans


def fill(tx: ReadTransaction, *, entries: int) -> None:
    """Write a story of many entries, a hundredth of which have what is sparse, and let the planner count them.

    What PostgreSQL plans for a table that nobody has counted, or that is known to be empty, is chance: which of the
    two it is depends on whether autovacuum has passed.
    """
    rows = rows_by_table()
    entry = {**rows["entries"][0], "external_id": None, "due_at": None}
    tx.connection.execute(insert(schema.stories), rows["stories"])
    tx.connection.execute(
        insert(schema.entries),
        [
            {**entry, "id": str(each), "status_at": each}
            if each % 100
            else {**entry, "id": str(each), "status_at": each, "external_id": f"x{each}", "due_at": 1_000 + each}
            for each in range(entries)
        ],
    )
    for table in ("stories", "entries"):
        tx.connection.exec_driver_sql(f"ANALYZE {table}")
