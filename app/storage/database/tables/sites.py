"""The newsroom's table of sites: the brands that the server publishes for, beside the one of its settings."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Column, Integer, Table, Text

from app.storage.database.tables.parts import KEY, metadata

sites = Table(
    "sites",
    metadata,
    Column("slug", KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("logo", Text),
    Column("hosts", JSON, nullable=False),
    Column("theme", Text),
    Column("language", Text),
    Column("consent", JSON, nullable=False),
    Column("frame_ancestors", JSON(none_as_null=True)),
    Column("cors_origins", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)
