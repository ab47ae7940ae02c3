"""One admin token for all nodes of one database; stories that allow own bylines alone.

Revision ID: 0009
Revises: 0008
Create Date: 2026-11-28 14:50:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

WITHOUT_THE_SETTING = {
    "postgresql": "(settings::jsonb - 'own_bylines')::json",
    "sqlite": "json_remove(settings, '$.own_bylines')",
}
"""A story's settings without the one that the release before does not know, and cannot read past."""


def upgrade() -> None:
    # In place: no table is rebuilt, and nothing refers to this one. The setting is a member of the settings' JSON.
    op.add_column("control", sa.Column("admin_token_sha256", sa.Text()))


def downgrade() -> None:
    without = WITHOUT_THE_SETTING[op.get_bind().dialect.name]
    for table in ("stories", "story_versions"):
        op.execute(f"UPDATE {table} SET settings = {without}")  # noqa: S608 - our own tables' names
    op.drop_column("control", "admin_token_sha256")
