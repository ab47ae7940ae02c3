"""Deleting a story leaves nothing of it in any table, whatever tables there are."""

from __future__ import annotations

from sqlalchemy import func, insert, select

from app.domain.identifiers import StoryId
from app.storage.database import schema
from app.storage.database.transactions import Database
from app.storage.newsroom.stories import delete_story
from tests.storage.rows import STORY, rows_by_table

KEPT = {"audit"}
"""Tables that keep what was done, whatever became of what it was done to."""


def test_a_deleted_story_is_in_no_table(database: Database) -> None:
    with database.transaction() as tx:
        for table in schema.metadata.sorted_tables:
            for row in rows_by_table()[table.name]:
                tx.connection.execute(insert(table).values(**row))
        delete_story(tx, StoryId(STORY))
        left = {
            table.name
            for table in schema.metadata.sorted_tables
            if "story_id" in table.c
            and tx.connection.execute(
                select(func.count()).select_from(table).where(table.c.story_id == STORY)
            ).scalar_one()
        }
    assert left == KEPT
