"""The tables of what was brought from elsewhere: imports, and the old addresses of entries."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, ForeignKeyConstraint, Index, Table, Text, UniqueConstraint

from app.storage.database.tables.parts import KEY, metadata

imports = Table(
    "imports",
    metadata,
    Column("story_id", KEY, ForeignKey("stories.id"), primary_key=True),
    Column("source", KEY, nullable=False),
    Column("external_id", KEY, nullable=False),
    Column("state", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("public_since", BigInteger, nullable=False),
    Column("shown_to_at", BigInteger),
    Column("shown_to_id", KEY),
    UniqueConstraint("source", "external_id"),
)
"""The stories that were brought from elsewhere: `external_id` is what `source` calls one. `state` says how far it is,
`status` what the story is once it is complete; the last entry that was put into the readers' tables is `shown_to_…`."""

entry_aliases = Table(
    "entry_aliases",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("alias", KEY, primary_key=True),
    Column("entry_id", KEY, nullable=False),
    ForeignKeyConstraint(["story_id", "entry_id"], ["entries.story_id", "entries.id"]),
    Index(None, "story_id", "entry_id"),
)
"""The anchors and queries under which entries were known where they come from, as they stood in addresses."""

public_aliases = Table(
    "public_aliases",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("alias", KEY, primary_key=True),
    Column("entry_id", KEY, nullable=False),
    ForeignKeyConstraint(["story_id", "entry_id"], ["public_entries.story_id", "public_entries.id"]),
    Index(None, "story_id", "entry_id"),
)
"""Those of entries that are or were public."""
