"""The first schema.

Revision ID: 0001
Revises:
Create Date: 2026-11-24 06:01:58.600870
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("object_kind", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("story_id", KEY, nullable=True),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "people",
        sa.Column("id", KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("byline", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "public_stories",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_check", sa.Text(), nullable=False),
        sa.Column("head_time", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("last_entry_at", sa.BigInteger(), nullable=True),
        sa.Column("public_since", sa.BigInteger(), nullable=False),
        sa.Column("fields", sa.LargeBinary(), nullable=False),
        sa.Column("encoder", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("story_id", name=op.f("pk_public_stories")),
        sa.UniqueConstraint("slug", name=op.f("uq_public_stories_slug")),
    )
    op.create_table(
        "replies",
        sa.Column("scope", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", sa.JSON(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("story_id", KEY, nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_replies")),
    )
    op.create_index("ix_replies_at", "replies", ["at"], unique=False)
    op.create_table(
        "stories",
        sa.Column("id", KEY, nullable=False),
        sa.Column("slug", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stories")),
        sa.UniqueConstraint("slug", name=op.f("uq_stories_slug")),
    )
    op.create_table(
        "entries",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("status_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", KEY, nullable=True),
        sa.Column("created_by_token", sa.Text(), nullable=False),
        sa.Column("creation_fingerprint", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("public_version", sa.Integer(), nullable=False),
        sa.Column("working", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("external_id", KEY, nullable=True),
        sa.Column("external_version", sa.BigInteger(), nullable=True),
        sa.Column("edited_by_hand", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.BigInteger(), nullable=True),
        sa.Column("sort_key", KEY, nullable=True),
        sa.Column("corrections", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], name=op.f("fk_entries_story_id")),
        sa.PrimaryKeyConstraint("story_id", "id", name=op.f("pk_entries")),
    )
    op.create_index("ix_entries_story_id_external_id", "entries", ["story_id", "external_id"], unique=True)
    op.create_index("ix_entries_story_id_status_at", "entries", ["story_id", "status_at"], unique=False)
    op.create_table(
        "events",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("entry_id", KEY, nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("changed", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("material", sa.Boolean(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("check", KEY, nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("last_entry_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["story_id"], ["public_stories.story_id"], name=op.f("fk_events_story_id")),
        sa.PrimaryKeyConstraint("story_id", "seq", name=op.f("pk_events")),
    )
    op.create_table(
        "public_entries",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("id", KEY, nullable=False),
        sa.Column("visible", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("sort_key", KEY, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("key_event", sa.Boolean(), nullable=True),
        sa.Column("importance", sa.Text(), nullable=True),
        sa.Column("fields", sa.LargeBinary(), nullable=True),
        sa.Column("body_html", sa.LargeBinary(), nullable=True),
        sa.Column("blocks", sa.LargeBinary(), nullable=True),
        sa.Column("body_text", sa.LargeBinary(), nullable=True),
        sa.Column("encoder", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["public_stories.story_id"], name=op.f("fk_public_entries_story_id")),
        sa.PrimaryKeyConstraint("story_id", "id", name=op.f("pk_public_entries")),
    )
    op.create_index("ix_public_entries_story_id_last_seq", "public_entries", ["story_id", "last_seq"], unique=False)
    op.create_index(
        "ix_public_entries_story_id_sort_key_id", "public_entries", ["story_id", "sort_key", "id"], unique=False
    )
    op.create_table(
        "reply_entries",
        sa.Column("scope", KEY, nullable=False),
        sa.Column("key", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["scope", "key"],
            ["replies.scope", "replies.key"],
            name=op.f("fk_reply_entries_scope_key"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scope", "key", "entry_id", name=op.f("pk_reply_entries")),
    )
    op.create_index("ix_reply_entries_story_id_entry_id", "reply_entries", ["story_id", "entry_id"], unique=False)
    op.create_table(
        "tokens",
        sa.Column("id", KEY, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tokens")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_tokens_secret_sha256")),
    )
    op.create_table(
        "entry_versions",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("person_id", KEY, nullable=True),
        sa.Column("token_id", KEY, nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("working", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["story_id", "entry_id"],
            ["entries.story_id", "entries.id"],
            name=op.f("fk_entry_versions_story_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("story_id", "entry_id", "version", name=op.f("pk_entry_versions")),
    )
    op.create_table(
        "public_labels",
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("label", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.ForeignKeyConstraint(
            ["story_id", "entry_id"],
            ["public_entries.story_id", "public_entries.id"],
            name=op.f("fk_public_labels_story_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("story_id", "label", "entry_id", name=op.f("pk_public_labels")),
    )
    op.create_index("ix_public_labels_story_id_entry_id", "public_labels", ["story_id", "entry_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_public_labels_story_id_entry_id", "public_labels")
    op.drop_table("public_labels")
    op.drop_table("entry_versions")
    op.drop_table("tokens")
    op.drop_index("ix_reply_entries_story_id_entry_id", "reply_entries")
    op.drop_table("reply_entries")
    op.drop_index("ix_public_entries_story_id_sort_key_id", "public_entries")
    op.drop_index("ix_public_entries_story_id_last_seq", "public_entries")
    op.drop_table("public_entries")
    op.drop_table("events")
    op.drop_index("ix_entries_story_id_status_at", "entries")
    op.drop_index("ix_entries_story_id_external_id", "entries")
    op.drop_table("entries")
    op.drop_table("stories")
    op.drop_index("ix_replies_at", "replies")
    op.drop_table("replies")
    op.drop_table("public_stories")
    op.drop_table("people")
    op.drop_table("audit")
