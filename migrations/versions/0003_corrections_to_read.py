"""Corrections to read: the public log of corrections, line by line.

Revision ID: 0003
Revises: 0002
Create Date: 2026-11-24 09:40:00.000000
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    corrections = op.create_table(
        "public_corrections",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("item", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id", "entry_id"],
            ["public_entries.story_id", "public_entries.id"],
            name=op.f("fk_public_corrections_story_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("story_id", "entry_id", "number", name=op.f("pk_public_corrections")),
    )
    op.create_index(
        op.f("ix_public_corrections_story_id_at_entry_id_number"),
        "public_corrections",
        ["story_id", "at", "entry_id", "number"],
    )
    entries = sa.table("public_entries", sa.column("story_id"), sa.column("id"), sa.column("fields"))
    shown = sa.select(entries).where(entries.c.fields.is_not(None))
    for row in op.get_bind().execute(shown).all():
        lines = _lines(row.story_id, row.id, json.loads(row.fields))
        if lines:
            op.bulk_insert(corrections, lines)


def downgrade() -> None:
    op.drop_table("public_corrections")


def _lines(story: str, entry: str, fields: dict[str, Any]) -> list[dict[str, object]]:
    return [
        {
            "story_id": story,
            "entry_id": entry,
            "number": number,
            "at": (datetime.fromisoformat(line["at"]) - EPOCH) // timedelta(microseconds=1),
            "item": json.dumps(
                {"entry": entry, "headline": fields["headline"], **line}, ensure_ascii=False, separators=(",", ":")
            ).encode(),
        }
        for number, line in enumerate(fields["corrections"])
    ]
