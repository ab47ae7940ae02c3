"""Uploaded pictures, video and sound: what they are, where they are used, and which of them are public.

Revision ID: 0011
Revises: 0010
Create Date: 2026-11-28 18:10:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

STORED = (("public_stories", "fields"), *(("public_entries", part) for part in ("fields", "body_html", "blocks")))
"""The columns that name media by a mark, which the release before does not know and would send as it is."""

WITHOUT_MARKS = {
    "postgresql": "UPDATE {table} SET {column} = convert_to(replace(convert_from({column}, 'UTF8'),"
    " chr(26) || 'media:', 'https://media.invalid/'), 'UTF8') WHERE position('\\x1a'::bytea in {column}) > 0",
    "sqlite": "UPDATE {table} SET {column} = CAST(replace(CAST({column} AS TEXT), char(26) || 'media:',"
    " 'https://media.invalid/') AS BLOB) WHERE instr({column}, x'1a') > 0",
}


def upgrade() -> None:
    op.create_table(
        "media",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("animated", sa.Boolean(), nullable=False),
        sa.Column("duration_ms", sa.BigInteger()),
        sa.Column("placeholder", sa.Text()),
        sa.Column("renditions", sa.JSON(), nullable=False),
        sa.Column("alt", sa.Text(), nullable=False),
        sa.Column("caption", sa.Text(), nullable=False),
        sa.Column("credit", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("focal", sa.JSON(none_as_null=True)),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", KEY),
        sa.Column("created_by_token", KEY, nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_media"),
        sa.UniqueConstraint("name", name="uq_media_name"),
    )
    op.create_index("ix_media_created_at_id", "media", ["created_at", "id"])
    op.create_table(
        "media_uses",
        sa.Column("name", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("person_id", KEY, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("name", "story_id", "entry_id", "person_id", name="pk_media_uses"),
        sa.ForeignKeyConstraint(["name"], ["media.name"], name="fk_media_uses_name_media"),
    )
    op.create_index("ix_media_uses_story_id_entry_id", "media_uses", ["story_id", "entry_id"])
    op.create_table(
        "public_media",
        sa.Column("name", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.PrimaryKeyConstraint("name", "story_id", "entry_id", name="pk_public_media"),
        sa.ForeignKeyConstraint(
            ["story_id"], ["public_stories.story_id"], name="fk_public_media_story_id_public_stories"
        ),
    )
    op.create_index("ix_public_media_story_id_entry_id", "public_media", ["story_id", "entry_id"])


def downgrade() -> None:
    # The pictures are gone with their tables; what showed them stays readable.
    without_marks = WITHOUT_MARKS[op.get_bind().dialect.name]
    for table, column in STORED:
        op.execute(without_marks.format(table=table, column=column))
    for table in ("public_media", "media_uses", "media"):
        op.drop_table(table)
