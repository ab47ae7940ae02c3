"""Indexes that find a person's memberships and a period of the audit log without reading all of them.

Revision ID: 0005
Revises: 0004
Create Date: 2026-11-24 10:25:00.000000
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_memberships_person_id"), "memberships", ["person_id"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_audit_at"), "audit")
    op.drop_index(op.f("ix_memberships_person_id"), "memberships")
