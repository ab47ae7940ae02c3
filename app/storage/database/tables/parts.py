"""The parts of all tables: their metadata, the kind of column that identifiers are kept in, a word in several."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, Text, text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

KEY = Text().with_variant(Text(collation="C"), "postgresql")
"""Identifiers and order keys: compared byte by byte on every database, whatever its locale."""

IMPORTING = "importing"
"""The status, in the readers' tables, of a story of which a part is there: no reader can know of it."""


def sparse_index(*columns: str, unique: bool = False) -> Index:
    """Make an index of the rows whose last column here is set: where few have it, most writes need not touch it."""
    is_set = text(f"{columns[-1]} IS NOT NULL")
    return Index(None, *columns, unique=unique, sqlite_where=is_set, postgresql_where=is_set)
