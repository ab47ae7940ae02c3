"""Sites: several brands on one server, their count of changes, the site of each public story, and roles in some alone.

The site of a story is one of its settings, which need no column. All is added: a process of the release before goes on
reading beside it.

Revision ID: 0014
Revises: 0013
Create Date: 2026-11-28 22:00:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

WITHOUT_THE_SITE = {
    "postgresql": "(settings::jsonb - 'site')::json",
    "sqlite": "json_remove(settings, '$.site')",
}
"""A story's settings without the one that the release before does not know."""


def upgrade() -> None:
    op.create_table(
        "sites",
        sa.Column("slug", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("logo", sa.Text()),
        sa.Column("hosts", sa.JSON(), nullable=False),
        sa.Column("theme", sa.Text()),
        sa.Column("language", sa.Text()),
        sa.Column("consent", sa.JSON(), nullable=False),
        sa.Column("frame_ancestors", sa.JSON()),
        sa.Column("cors_origins", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_sites")),
    )
    op.add_column("control", sa.Column("sites_version", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("public_stories", sa.Column("site", KEY))
    for table in ("people", "tokens"):
        op.add_column(table, sa.Column("sites", sa.JSON()))


def downgrade() -> None:
    # Who had a role in some sites alone would have one in all: they are let in again by a person who has looked.
    op.execute("UPDATE people SET disabled_at = created_at WHERE sites IS NOT NULL AND disabled_at IS NULL")
    op.execute("UPDATE tokens SET revoked_at = created_at WHERE sites IS NOT NULL AND revoked_at IS NULL")
    without = WITHOUT_THE_SITE[op.get_bind().dialect.name]
    for table in ("stories", "story_versions"):
        op.execute(f"UPDATE {table} SET settings = {without}")  # noqa: S608 - our own tables' names
    for table in ("people", "tokens"):
        op.drop_column(table, "sites")
    op.drop_column("public_stories", "site")
    op.drop_column("control", "sites_version")
    op.drop_table("sites")
