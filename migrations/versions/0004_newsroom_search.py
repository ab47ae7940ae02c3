"""The newsroom's search: the words of stories and entries, and each database's own index of them.

Revision ID: 0004
Revises: 0003
Create Date: 2026-11-24 10:40:00.000000
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

KEY = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

FOLLOWING = (
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_documents', content_rowid='number',"
    " tokenize='ascii', detail=none, columnsize=0)",
    "CREATE TRIGGER search_documents_insert AFTER INSERT ON search_documents BEGIN"
    " INSERT INTO search_index (rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_documents_delete AFTER DELETE ON search_documents BEGIN"
    " INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_documents_update AFTER UPDATE ON search_documents BEGIN"
    " INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words);"
    " INSERT INTO search_index (rowid, words) VALUES (new.number, new.words); END",
)
"""The words come cut and folded, with blanks between: `ascii` takes every other sign for part of a word."""


def upgrade() -> None:
    op.create_table(
        "search_documents",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("story_id", KEY, nullable=False),
        sa.Column("entry_id", KEY, nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_documents")),
        sa.UniqueConstraint("story_id", "entry_id", name=op.f("uq_search_documents_story_id_entry_id")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for statement in FOLLOWING:
            op.execute(statement)
        return
    op.execute(
        "ALTER TABLE search_documents ADD COLUMN lexemes tsvector"
        " GENERATED ALWAYS AS (array_to_tsvector(string_to_array(words, ' '))) STORED"
    )
    op.execute("CREATE INDEX ix_search_documents_lexemes ON search_documents USING gin (lexemes)")


def downgrade() -> None:
    op.drop_table("search_documents")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("search_index")
