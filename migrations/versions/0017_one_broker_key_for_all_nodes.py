"""The key with which the nodes of one database sign what they send each other, and the name of their channel.

A process of the release before goes on beside it: what it sends by NOTIFY is a number, which nobody signs.

Revision ID: 0017
Revises: 0016
Create Date: 2026-11-29 09:20:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

COLUMNS = ("broker_channel", "broker_key", "broker_key_before", "broker_key_before_until")


def upgrade() -> None:
    for name in COLUMNS[:-1]:
        op.add_column("control", sa.Column(name, sa.Text()))
    op.add_column("control", sa.Column(COLUMNS[-1], sa.BigInteger()))


def downgrade() -> None:
    for name in reversed(COLUMNS):
        op.drop_column("control", name)
