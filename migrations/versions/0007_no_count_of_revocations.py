"""Drops the count of revocations, which nothing used: rights are looked up in each call and each read.

Revision ID: 0007
Revises: 0006
Create Date: 2026-11-24 13:30:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In place: no table is rebuilt, and nothing refers to this one.
    op.drop_column("control", "revocations")


def downgrade() -> None:
    op.add_column("control", sa.Column("revocations", sa.BigInteger(), nullable=False, server_default="0"))
