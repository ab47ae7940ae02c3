"""The whole editorial life: times, pins and key points, memberships, invites, and the control of the site.

Revision ID: 0002
Revises: 0001
Create Date: 2026-11-24 09:15:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _added() -> dict[str, list[sa.Column[object]]]:
    """Return the columns that can be added in place: no table is rebuilt, so that no row ever lacks its parent row."""
    return {
        "stories": [
            sa.Column("pinned", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("key_points", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("frozen", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("ends_at", sa.BigInteger()),
            sa.Column("due_at", sa.BigInteger()),
        ],
        "entries": [
            sa.Column("publish_at", sa.BigInteger()),
            sa.Column("held", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("expires_at", sa.BigInteger()),
            sa.Column("due_at", sa.BigInteger()),
            sa.Column("pin_wanted", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "people": [
            sa.Column("avatar", sa.Text()),
            sa.Column("url", sa.Text()),
            sa.Column("disabled_at", sa.BigInteger()),
        ],
        "tokens": [
            sa.Column("kind", sa.Text(), nullable=False, server_default="token"),
            sa.Column("stories", sa.JSON(none_as_null=True)),
            sa.Column("shorthand", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("last_used_at", sa.BigInteger()),
        ],
        "public_stories": [sa.Column("status", sa.Text(), nullable=False, server_default="live")],
    }


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index(op.f("ix_stories_due_at"), "stories", ["due_at"])
    op.create_index(op.f("ix_entries_due_at"), "entries", ["due_at"])
    op.create_table(
        "former_slugs",
        sa.Column("slug", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_former_slugs_story_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_former_slugs")),
    )
    op.create_table(
        "public_slugs",
        sa.Column("slug", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["public_stories.story_id"], name=op.f("fk_public_slugs_story_id")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_public_slugs")),
    )
    op.create_table(
        "memberships",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_memberships_story_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_memberships_person_id")),
        sa.PrimaryKeyConstraint("story_id", "person_id", name=op.f("pk_memberships")),
    )
    op.create_table(
        "invites",
        sa.Column("id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger()),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_invites_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invites")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_invites_secret_sha256")),
    )
    op.create_table(
        "tickets",
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("secret_sha256", name=op.f("pk_tickets")),
    )
    op.create_table(
        "control",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("frozen", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("revocations", sa.BigInteger(), nullable=False, server_default="0"),
        sa.Column("signing_key", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control")),
    )


def downgrade() -> None:
    for table in ("control", "tickets", "invites", "memberships", "public_slugs", "former_slugs"):
        op.drop_table(table)
    op.drop_index(op.f("ix_entries_due_at"), "entries")
    op.drop_index(op.f("ix_stories_due_at"), "stories")
    for table, columns in _added().items():
        for column in columns:
            op.drop_column(table, column.name)
