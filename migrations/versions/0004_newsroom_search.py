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

ON_SQLITE = (
    "CREATE TABLE search_state (id INTEGER PRIMARY KEY CHECK (id = 1), indexed_to INTEGER NOT NULL)",
    "INSERT INTO search_state (id, indexed_to) VALUES (1, 0)",
    "CREATE VIRTUAL TABLE search_index USING fts5(words, content='search_documents', content_rowid='number',"
    " tokenize='ascii', detail=none, columnsize=0)",
    "CREATE TRIGGER search_documents_batch AFTER INSERT ON search_documents"
    " WHEN new.number >= (SELECT indexed_to FROM search_state) + 64 BEGIN"
    " INSERT INTO search_index (rowid, words) SELECT number, words FROM search_documents"
    " WHERE number > (SELECT indexed_to FROM search_state);"
    " UPDATE search_state SET indexed_to = new.number; END",
    "CREATE TRIGGER search_documents_again AFTER INSERT ON search_documents"
    " WHEN new.number <= (SELECT indexed_to FROM search_state) BEGIN"
    " INSERT INTO search_index (rowid, words) VALUES (new.number, new.words); END",
    "CREATE TRIGGER search_documents_delete AFTER DELETE ON search_documents"
    " WHEN old.number <= (SELECT indexed_to FROM search_state) BEGIN"
    " INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words); END",
    "CREATE TRIGGER search_documents_update AFTER UPDATE ON search_documents"
    " WHEN old.number <= (SELECT indexed_to FROM search_state) BEGIN"
    " INSERT INTO search_index (search_index, rowid, words) VALUES ('delete', old.number, old.words);"
    " INSERT INTO search_index (rowid, words) VALUES (new.number, new.words); END",
)
"""The index is written for 64 new rows at once, which costs each of them a fraction; up to then they are looked through
one by one (app/storage/newsroom/search.py). A number that is used again is indexed at once. The words come cut and
folded, with blanks between: `ascii` takes every other sign for part of a word."""


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
        for statement in ON_SQLITE:
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
        op.drop_table("search_state")
