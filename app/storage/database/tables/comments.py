"""The tables of comments: the newsroom's have all of them, the readers' the approved ones and their numbers."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Index, Integer, LargeBinary, Table, Text, false

from app.storage.database.tables.parts import KEY, metadata, sparse_index

comments = Table(
    "comments",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("story_id", KEY, nullable=False),
    Column("entry_id", KEY),
    Column("parent_id", KEY),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("text", Text, nullable=False),
    Column("address", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("client_key", KEY),
    Column("fingerprint", Text),
    Column("flags", JSON, nullable=False),
    Column("by_newsroom", Boolean, nullable=False, server_default=false()),
    Column("reason", Text),
    Column("note", Text),
    Column("decided_at", BigInteger),
    Column("decided_by", KEY),
    Column("decided_by_token", KEY),
    Column("appeal", Text),
    Column("appealed_at", BigInteger),
    Column("made_entry", KEY),
    Index(None, "status", "created_at", "id"),
    Index(None, "story_id", "status", "created_at"),
    Index(None, "story_id", "client_key", unique=True),
    Index(None, "parent_id"),
    sparse_index("appealed_at"),
)
"""What readers wrote under a story or an entry, whatever was decided about it.

No foreign key: PostgreSQL would check it by locking the story's row, which every editor's write waits for."""

comment_reports = Table(
    "comment_reports",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("story_id", KEY, nullable=False),
    Column("comment_id", KEY, nullable=False),
    Column("category", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("name", Text),
    Column("email", Text),
    Column("address", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("closed_at", BigInteger),
    Column("outcome", Text),
    Index(None, "closed_at", "created_at"),
    Index(None, "comment_id"),
)
"""Notices of illegal or hurtful comments, with what became of each."""

comment_blocks = Table(
    "comment_blocks",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("network", Text, nullable=False),
    Column("note", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Index(None, "expires_at"),
)
"""Networks from which no comment is taken until a time; a single address is a network of one."""

comment_words = Table(
    "comment_words",
    metadata,
    Column("word", KEY, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)
"""Words that mark the comments in which they are."""

public_comments = Table(
    "public_comments",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("entry_id", KEY),
    Column("parent_id", KEY),
    Column("at", BigInteger, nullable=False),
    Column("item", LargeBinary, nullable=False),
    Index(None, "story_id", "parent_id", "at", "id"),
    Index(None, "story_id", "entry_id", "parent_id", "at"),
)
"""The approved comments, each as the JSON that readers get."""

public_comment_totals = Table(
    "public_comment_totals",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("approved", Integer, nullable=False, server_default="0"),
    Column("elsewhere", Integer),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("shown_at", BigInteger, nullable=False, server_default="0"),
    Column("is_stale", Boolean, nullable=False, server_default=false()),
    Index(None, "is_stale"),
)
"""How many comments each story has: as of now, and as readers are told, which changes once in ten seconds at most.

`elsewhere` is the number of an external system, which stands in the place of ours."""

public_comment_counts = Table(
    "public_comment_counts",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Column("approved", Integer, nullable=False),
    Column("shown", Integer, nullable=False, server_default="0"),
    Column("version", Integer, nullable=False, server_default="0"),
    Index(None, "story_id", "version"),
)
"""The same for each entry; `version` is the story's in which the shown number was last another."""
