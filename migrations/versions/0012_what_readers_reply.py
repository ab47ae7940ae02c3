"""What readers write under a story or an entry: comments, notices about them, blocks, and what of it is public.

Revision ID: 0012
Revises: 0011
Create Date: 2026-11-28 18:00:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

TABLES = (
    "public_comment_counts",
    "public_comment_totals",
    "public_comments",
    "comment_words",
    "comment_blocks",
    "comment_reports",
    "comments",
)

WITHOUT_THE_SETTING = {
    "postgresql": "(settings::jsonb - 'comments')::json",
    "sqlite": "json_remove(settings, '$.comments')",
}
"""A story's settings without the one that the release before does not know."""


def upgrade() -> None:
    _make_newsroom_tables()
    _make_public_tables()


def downgrade() -> None:
    without = WITHOUT_THE_SETTING[op.get_bind().dialect.name]
    for table in ("stories", "story_versions"):
        op.execute(f"UPDATE {table} SET settings = {without}")  # noqa: S608 - our own tables' names
    for table in TABLES:
        op.drop_table(table)


def _make_newsroom_tables() -> None:
    op.create_table(
        "comments",
        sa.Column("id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY),
        sa.Column("parent_id", KEY),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text()),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("address", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("client_key", KEY),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("flags", sa.JSON(), nullable=False),
        sa.Column("by_newsroom", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("reason", sa.Text()),
        sa.Column("note", sa.Text()),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decided_by", KEY),
        sa.Column("decided_by_token", KEY),
        sa.Column("appeal", sa.Text()),
        sa.Column("appealed_at", sa.BigInteger()),
        sa.Column("made_entry", KEY),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
    )
    _index("comments", "status", "created_at", "id")
    _index("comments", "story_id", "status", "created_at")
    _index("comments", "story_id", "client_key", unique=True)
    _index("comments", "parent_id")
    op.create_table(
        "comment_reports",
        sa.Column("id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("comment_id", KEY, nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text()),
        sa.Column("email", sa.Text()),
        sa.Column("address", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("outcome", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_reports")),
    )
    _index("comment_reports", "closed_at", "created_at")
    _index("comment_reports", "comment_id")
    op.create_table(
        "comment_blocks",
        sa.Column("id", KEY, nullable=False),
        sa.Column("network", sa.Text(), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment_blocks")),
    )
    _index("comment_blocks", "expires_at")
    op.create_table(
        "comment_words",
        sa.Column("word", KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_comment_words")),
    )


def _make_public_tables() -> None:
    op.create_table(
        "public_comments",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("entry_id", KEY),
        sa.Column("parent_id", KEY),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", "id", name=op.f("pk_public_comments")),
    )
    _index("public_comments", "story_id", "parent_id", "at", "id")
    _index("public_comments", "story_id", "entry_id", "parent_id", "at")
    op.create_table(
        "public_comment_totals",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("elsewhere", sa.Integer()),
        sa.Column("shown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("shown_at", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("is_stale", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_public_comment_totals")),
    )
    _index("public_comment_totals", "is_stale")
    op.create_table(
        "public_comment_counts",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("approved", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("story_id", "entry_id", name=op.f("pk_public_comment_counts")),
    )
    _index("public_comment_counts", "story_id", "version")


def _index(table: str, *columns: str, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns), unique=unique)
