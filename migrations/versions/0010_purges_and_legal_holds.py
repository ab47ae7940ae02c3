"""Purges, counted for the site, with their time at each story and entry; legal holds of stories and entries.

Revision ID: 0010
Revises: 0009
Create Date: 2026-11-28 18:05:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = ("stories", "entries")


def upgrade() -> None:
    # In place: columns with a default or none are added without a rebuild, on both databases.
    for table in TABLES:
        op.add_column(table, sa.Column("legal_hold", sa.Boolean(), server_default=sa.false(), nullable=False))
        op.add_column(table, sa.Column("purged_at", sa.BigInteger()))
    op.add_column("control", sa.Column("purges", sa.Integer(), server_default=sa.text("0"), nullable=False))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "purged_at")
        op.drop_column(table, "legal_hold")
    op.drop_column("control", "purges")
