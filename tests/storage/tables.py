"""The readers' and the newsroom's tables, for tests that search the tables of one side."""

from __future__ import annotations

from app.storage.database import schema

READERS_TABLES = (
    schema.public_stories,
    schema.public_slugs,
    schema.public_entries,
    schema.public_aliases,
    schema.public_labels,
    schema.public_media,
    schema.public_corrections,
    schema.events,
    schema.public_comments,
    schema.public_comment_totals,
    schema.public_comment_counts,
)
NEWSROOM_TABLES = tuple(table for table in schema.metadata.sorted_tables if table not in READERS_TABLES)
