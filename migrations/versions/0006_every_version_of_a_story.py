"""Every version of a story is kept, and of an entry's versions more than the content, so that both can be reverted.

Revision ID: 0006
Revises: 0005
Create Date: 2026-11-24 12:50:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "story_versions",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", KEY),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("pinned", sa.JSON(), nullable=False),
        sa.Column("key_points", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_story_versions_story_id")),
        sa.PrimaryKeyConstraint("story_id", "version", name=op.f("pk_story_versions")),
    )
    # What each story says today is the first version that can be gone back to; nobody's in particular made it.
    op.execute(
        "INSERT INTO story_versions (story_id, version, at, token_id, action, slug, status, fields, settings, pinned,"
        " key_points) SELECT id, version, created_at, 'migration', 'keep', slug, status, fields, settings, pinned,"
        " key_points FROM stories"
    )
    op.add_column("entry_versions", sa.Column("particulars", sa.JSON(none_as_null=True)))


def downgrade() -> None:
    op.drop_column("entry_versions", "particulars")
    op.drop_table("story_versions")
