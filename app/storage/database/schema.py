"""The tables: the newsroom's hold everything, the readers' only what is public now.

Times are whole microseconds since 1970 UTC. Encoded JSON parts are bytes, kept exactly as they are sent.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from app.storage.database.tables.comments import (
    comment_blocks,
    comment_reports,
    comment_words,
    comments,
    public_comment_counts,
    public_comment_totals,
    public_comments,
)
from app.storage.database.tables.imports import entry_aliases, imports, public_aliases
from app.storage.database.tables.media import media, media_uses
from app.storage.database.tables.parts import KEY, metadata, sparse_index
from app.storage.database.tables.sites import sites

__all__ = [
    "comment_blocks",
    "comment_reports",
    "comment_words",
    "comments",
    "entry_aliases",
    "imports",
    "media",
    "media_uses",
    "metadata",
    "public_aliases",
    "public_comment_counts",
    "public_comment_totals",
    "public_comments",
    "sites",
]

ENCODER = 1
"""Version of the encoding in the readers' tables; raised when stored parts must be encoded again."""

stories = Table(
    "stories",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("slug", KEY, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("pinned", JSON, nullable=False, server_default="[]"),
    Column("key_points", JSON, nullable=False, server_default="[]"),
    Column("frozen", Boolean, nullable=False, server_default=false()),
    Column("ends_at", BigInteger),
    Column("due_at", BigInteger),
    Column("legal_hold", Boolean, nullable=False, server_default=false()),
    Column("purged_at", BigInteger),
    Column("importing", Boolean, nullable=False, server_default=false()),
    Index(None, "due_at"),
)

former_slugs = Table(
    "former_slugs",
    metadata,
    Column("slug", KEY, primary_key=True),
    Column("story_id", KEY, ForeignKey("stories.id"), nullable=False),
)
"""Every former slug of a story; it is never given to another story."""

story_versions = Table(
    "story_versions",
    metadata,
    Column("story_id", KEY, ForeignKey("stories.id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("person_id", KEY),
    Column("token_id", KEY, nullable=False),
    Column("action", Text, nullable=False),
    Column("slug", KEY, nullable=False),
    Column("status", Text, nullable=False),
    Column("fields", JSON, nullable=False),
    Column("settings", JSON, nullable=False),
    Column("pinned", JSON, nullable=False),
    Column("key_points", JSON, nullable=False),
)
"""The state of a story after each change by a person or token. Changes from before this table existed are one row."""

memberships = Table(
    "memberships",
    metadata,
    Column("story_id", KEY, ForeignKey("stories.id"), primary_key=True),
    Column("person_id", KEY, ForeignKey("people.id"), primary_key=True),
    Column("role", Text, nullable=False),
    Index(None, "person_id"),
)

entries = Table(
    "entries",
    metadata,
    Column("story_id", KEY, ForeignKey("stories.id"), primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("content", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("status_at", BigInteger, nullable=False),
    Column("created_by", KEY),
    Column("created_by_token", Text, nullable=False),
    Column("creation_fingerprint", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("public_version", Integer, nullable=False),
    Column("working", JSON(none_as_null=True)),
    Column("external_id", KEY),
    Column("external_version", BigInteger),
    Column("edited_by_hand", Boolean, nullable=False),
    Column("published_at", BigInteger),
    Column("updated_at", BigInteger),
    Column("sort_key", KEY),
    Column("corrections", JSON, nullable=False),
    Column("publish_at", BigInteger),
    Column("held", Boolean, nullable=False, server_default=false()),
    Column("expires_at", BigInteger),
    Column("due_at", BigInteger),
    Column("pin_wanted", Boolean, nullable=False, server_default=false()),
    Column("retraction_stands", Boolean, nullable=False, server_default=false()),
    Column("legal_hold", Boolean, nullable=False, server_default=false()),
    Column("purged_at", BigInteger),
    sparse_index("story_id", "external_id", unique=True),
    Index(None, "story_id", "status_at"),
    sparse_index("due_at"),
)

entry_versions = Table(
    "entry_versions",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("person_id", KEY),
    Column("token_id", KEY, nullable=False),
    Column("action", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("working", JSON(none_as_null=True)),
    Column("note", Text),
    Column("particulars", JSON(none_as_null=True)),
    ForeignKeyConstraint(["story_id", "entry_id"], ["entries.story_id", "entries.id"]),
)

people = Table(
    "people",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("role", Text, nullable=False),
    Column("byline", Text),
    Column("created_at", BigInteger, nullable=False),
    Column("avatar", Text),
    Column("url", Text),
    Column("disabled_at", BigInteger),
    Column("sites", JSON(none_as_null=True)),
)

invites = Table(
    "invites",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("person_id", KEY, ForeignKey("people.id"), nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", KEY, primary_key=True),
    Column("label", Text, nullable=False),
    Column("person_id", KEY, ForeignKey("people.id")),
    Column("role", Text),
    Column("scopes", JSON, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("created_at", BigInteger, nullable=False),
    Column("expires_at", BigInteger),
    Column("revoked_at", BigInteger),
    Column("kind", Text, nullable=False, server_default="token"),
    Column("stories", JSON(none_as_null=True)),
    Column("shorthand", Boolean, nullable=False, server_default=false()),
    Column("last_used_at", BigInteger),
    Column("sites", JSON(none_as_null=True)),
)

tickets = Table(
    "tickets",
    metadata,
    Column("secret_sha256", Text, primary_key=True),
    Column("token_id", KEY, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
)
"""One-use keys to the newsroom's stream, for pages that cannot put a token into a handshake."""

control = Table(
    "control",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("frozen", Boolean, nullable=False, server_default=false()),
    Column("signing_key", Text),
    Column("admin_token_sha256", Text),
    Column("purges", Integer, nullable=False, server_default=text("0")),
    Column("sites_version", Integer, nullable=False, server_default=text("0")),
    Column("broker_channel", Text),
    Column("broker_key", Text),
    Column("broker_key_before", Text),
    Column("broker_key_before_until", BigInteger),
)
"""At most one row for the whole site (id 1, made when first needed): whether it is frozen, the key of signed links,
the digest of the admin token of all nodes that share the database, how often text was purged and sites were changed,
by which each node notices that another has done so, and with what and where nodes sign what they tell each other."""

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("person_id", KEY),
    Column("token_id", KEY, nullable=False),
    Column("action", Text, nullable=False),
    Column("object_kind", Text, nullable=False),
    Column("object_id", Text, nullable=False),
    Column("story_id", KEY),
    Column("before", JSON(none_as_null=True)),
    Column("after", JSON(none_as_null=True)),
    Column("request_id", Text),
    Index(None, "at"),
)

replies = Table(
    "replies",
    metadata,
    Column("scope", KEY, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", Integer),
    Column("headers", JSON),
    Column("body", LargeBinary),
    Column("story_id", KEY),
    Column("at", BigInteger, nullable=False),
    Index(None, "at"),
)

reply_entries = Table(
    "reply_entries",
    metadata,
    Column("scope", KEY, primary_key=True),
    Column("key", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Column("story_id", KEY, nullable=False),
    ForeignKeyConstraint(["scope", "key"], ["replies.scope", "replies.key"], ondelete="CASCADE"),
    Index(None, "story_id", "entry_id"),
)

public_stories = Table(
    "public_stories",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("slug", KEY, nullable=False, unique=True),
    Column("epoch", Text, nullable=False),
    Column("head_seq", BigInteger, nullable=False),
    Column("head_check", Text, nullable=False),
    Column("head_time", BigInteger, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("last_entry_at", BigInteger),
    Column("public_since", BigInteger, nullable=False),
    Column("fields", LargeBinary, nullable=False),
    Column("encoder", Integer, nullable=False),
    Column("status", Text, nullable=False, server_default="live"),
    Column("site", KEY),
)

public_slugs = Table(
    "public_slugs",
    metadata,
    Column("slug", KEY, primary_key=True),
    Column("story_id", KEY, ForeignKey("public_stories.story_id"), nullable=False),
)
"""Former slugs under which readers have known a story: they redirect to it for ever."""

public_entries = Table(
    "public_entries",
    metadata,
    Column("story_id", KEY, ForeignKey("public_stories.story_id"), primary_key=True),
    Column("id", KEY, primary_key=True),
    Column("visible", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("last_seq", BigInteger, nullable=False),
    Column("sort_key", KEY),
    Column("published_at", BigInteger),
    Column("kind", Text),
    Column("key_event", Boolean),
    Column("importance", Text),
    Column("fields", LargeBinary),
    Column("body_html", LargeBinary),
    Column("blocks", LargeBinary),
    Column("body_text", LargeBinary),
    Column("encoder", Integer, nullable=False),
    Index(None, "story_id", "last_seq"),
    Index(None, "story_id", "sort_key", "id"),
)

public_labels = Table(
    "public_labels",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("label", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    ForeignKeyConstraint(["story_id", "entry_id"], ["public_entries.story_id", "public_entries.id"]),
    Index(None, "story_id", "entry_id"),
)
"""Labels that entries are filtered by, beside their columns: `tag:<slug>` and `author:<name or id>`."""

public_corrections = Table(
    "public_corrections",
    metadata,
    Column("story_id", KEY, primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("item", LargeBinary, nullable=False),
    ForeignKeyConstraint(["story_id", "entry_id"], ["public_entries.story_id", "public_entries.id"]),
    Index(None, "story_id", "at", "entry_id", "number"),
)
"""Each line of each visible entry's `corrections`, for the list of the whole story."""

public_media = Table(
    "public_media",
    metadata,
    Column("name", KEY, primary_key=True),
    Column("story_id", KEY, ForeignKey("public_stories.story_id"), primary_key=True),
    Column("entry_id", KEY, primary_key=True),
    Index(None, "story_id", "entry_id"),
)
"""The media that each visible entry shows, and (with an empty `entry_id`) each public story itself: a file is sent to
readers while its media's name is in a row here."""

events = Table(
    "events",
    metadata,
    Column("story_id", KEY, ForeignKey("public_stories.story_id"), primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("type", Text, nullable=False),
    Column("entry_id", KEY),
    Column("revision", Integer),
    Column("changed", JSON(none_as_null=True)),
    Column("material", Boolean),
    Column("cause", Text),
    Column("time", BigInteger, nullable=False),
    Column("check", KEY, nullable=False),
    Column("entry_count", Integer, nullable=False),
    Column("last_entry_at", BigInteger),
)

derived = MetaData(naming_convention=metadata.naming_convention)
"""Tables whose rows are derived from other tables: no backup has them, and a restore rebuilds them."""

search_documents = Table(
    "search_documents",
    derived,
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True),
    Column("story_id", KEY, nullable=False),
    Column("entry_id", KEY, nullable=False),
    Column("words", Text, nullable=False),
    UniqueConstraint("story_id", "entry_id"),
)
"""The words of each story (its `entry_id` is empty) and entry, folded, each once. PostgreSQL has a column `lexemes`
beside them and an index on it, SQLite a virtual table `search_index` that triggers keep; migration 0004 makes both."""
