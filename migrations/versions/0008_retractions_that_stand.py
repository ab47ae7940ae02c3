"""A retraction stands until the entry is reinstated, also while readers do not see the entry.

Revision ID: 0008
Revises: 0007
Create Date: 2026-11-24 16:40:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STANDING = """
UPDATE entries SET retraction_stands = true
WHERE status = 'retracted' OR (status <> 'published' AND 'retracted' = (
    SELECT entry_versions.status FROM entry_versions
    WHERE entry_versions.story_id = entries.story_id AND entry_versions.entry_id = entries.id
        AND entry_versions.action IN ('retract', 'reinstate', 'revert')
        AND entry_versions.status IN ('published', 'retracted')
    ORDER BY entry_versions.version DESC LIMIT 1))
"""
"""What is retracted, and what was retracted last and has left since."""


def upgrade() -> None:
    # In place: no table is rebuilt, so that no row is ever without what it refers to.
    op.add_column("entries", sa.Column("retraction_stands", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(STANDING)


def downgrade() -> None:
    op.drop_column("entries", "retraction_stands")
