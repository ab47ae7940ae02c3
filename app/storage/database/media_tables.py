"""The newsroom's tables of uploads."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Index, Integer, Table, Text

from app.storage.database.table_parts import KEY, metadata

media = Table(
    "media",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("name", KEY, nullable=False, unique=True),
    Column("version", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("width", Integer),
    Column("height", Integer),
    Column("animated", Boolean, nullable=False),
    Column("duration_ms", BigInteger),
    Column("placeholder", Text),
    Column("renditions", JSON, nullable=False),
    Column("alt", Text, nullable=False),
    Column("caption", Text, nullable=False),
    Column("credit", Text, nullable=False),
    Column("rights", Text, nullable=False),
    Column("focal", JSON(none_as_null=True)),
    Column("words", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("created_by", KEY),
    Column("created_by_token", KEY, nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Index(None, "created_at", "id"),
)
"""Uploads. `name` is the random part of their files' addresses; `sha256` is of what was sent, which is not kept;
`words` are those that the search finds it by."""

media_uses = Table(
    "media_uses",
    metadata,
    Column("name", KEY, ForeignKey("media.name"), primary_key=True),
    Column("story_id", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Column("person_id", KEY, primary_key=True),
    Column("is_current", Boolean, nullable=False),
    Index(None, "story_id", "entry_id"),
)
"""Where a media is used: in an entry, a story (`entry_id` empty) or by a person (`story_id` empty too). A row that is
not current is of an earlier version, which may be restored."""
