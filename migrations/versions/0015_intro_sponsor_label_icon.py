"""Intros, authors, sponsors and what search engines are shown of a story; labels and icons of entries.

All of them are members of objects that are stored whole, so that no column is added: an entry without a label and an
icon is stored as it was, and a process of the release before goes on reading it. Going back takes them away, since that
release would refuse to read an entry that has them. What readers have keeps them until it is next published: members
that a reader does not know are left alone.

Revision ID: 0015
Revises: 0014
Create Date: 2026-11-29 01:00:00.000000
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

OF_ENTRIES = ("label", "icon")
OF_STORIES = ("intro", "authors", "sponsor", "seo")


def upgrade() -> None:
    """Add nothing: a label, an icon and the new members of a story are stored where there are any."""


def downgrade() -> None:
    for table in ("entries", "entry_versions"):
        _remove(table, "content", (), OF_ENTRIES)
        _remove(table, "working", ("content",), OF_ENTRIES)
    for table in ("stories", "story_versions"):
        _remove(table, "fields", (), OF_STORIES)


def _remove(table: str, column: str, within: Sequence[str], names: Sequence[str]) -> None:
    """Remove members of the JSON in a column, or of the object `within` it."""
    if op.get_bind().dialect.name == "sqlite":
        paths = ", ".join(f"'$.{'.'.join((*within, name))}'" for name in names)
        left = f"json_remove({column}, {paths})"
    else:
        left = f"{column}::jsonb"
        for name in names:
            left += f" #- '{{{','.join((*within, name))}}}'"
        left = f"({left})::json"
    # Others stay as they are, to the letter: those that were purged are known by it.
    concerned = " OR ".join(f"CAST({column} AS TEXT) LIKE '%\"{name}\"%'" for name in names)
    op.execute(f"UPDATE {table} SET {column} = {left} WHERE {concerned}")  # noqa: S608 - our own names
