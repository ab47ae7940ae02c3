"""An index of the comments whose writers have objected: the moderators' queue counts them each time.

Revision ID: 0013
Revises: 0012
Create Date: 2026-11-28 22:20:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SOME = sa.text("appealed_at IS NOT NULL")


def upgrade() -> None:
    """Make the index of objections, which has no row for a comment without one."""
    op.create_index(
        op.f("ix_comments_appealed_at"), "comments", ["appealed_at"], sqlite_where=_SOME, postgresql_where=_SOME
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index(op.f("ix_comments_appealed_at"), table_name="comments")
