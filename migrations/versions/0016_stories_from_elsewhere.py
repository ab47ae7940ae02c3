"""Stories that are brought from elsewhere: how far each is, and the old addresses of their entries.

A process of the release before goes on beside it, but knows nothing of a story that is not complete: import once all
nodes run this release. Going back takes away old addresses, and what is known of imports; a story that is not complete
stays a draft, and is no more in the readers' tables.

Revision ID: 0016
Revises: 0015
Create Date: 2026-11-29 05:00:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

READERS_ROWS = ("events", "public_labels", "public_media", "public_corrections", "public_entries", "public_slugs")


def upgrade() -> None:
    op.add_column("stories", sa.Column("importing", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "imports",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("source", KEY, nullable=False),
        sa.Column("external_id", KEY, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("public_since", sa.BigInteger(), nullable=False),
        sa.Column("shown_to_at", sa.BigInteger()),
        sa.Column("shown_to_id", KEY),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_imports_story_id")),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_imports")),
        sa.UniqueConstraint("source", "external_id", name=op.f("uq_imports_source_external_id")),
    )
    _aliases("entry_aliases", of="entries")
    _aliases("public_aliases", of="public_entries")


def downgrade() -> None:
    unfinished = "(SELECT id FROM stories WHERE importing)"
    op.drop_table("public_aliases")
    op.drop_table("entry_aliases")
    for table in (*READERS_ROWS, "public_stories"):
        op.execute(f"DELETE FROM {table} WHERE story_id IN {unfinished}")  # noqa: S608 - our own tables' names
    op.drop_table("imports")
    op.drop_column("stories", "importing")


def _aliases(table: str, *, of: str) -> None:
    op.create_table(
        table,
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("alias", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id", "entry_id"], [f"{of}.story_id", f"{of}.id"], name=op.f(f"fk_{table}_story_id_entry_id")
        ),
        sa.PrimaryKeyConstraint("story_id", "alias", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_story_id_entry_id"), table, ["story_id", "entry_id"])
