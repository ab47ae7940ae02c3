"""The writing side of the readers' tables. Only app/newsroom/publication/publication.py calls this."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from app.domain.clock import Micros
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.prepared import PreparedQuery, PreparedWrite
from app.storage.database.transactions import WriteTransaction
from app.wire.encoding import EncodedEntry, EventLine, StoryCounts

_stories = schema.public_stories
_entries = schema.public_entries
_labels = schema.public_labels
_events = schema.events

# Built once: building a statement takes SQLAlchemy eight times as long as running it.
_OF_STORY = _stories.c.story_id == bindparam("of_story")
_OF_ENTRY = (_entries.c.story_id == bindparam("of_story"), _entries.c.id == bindparam("of_entry"))
_SITE_FROZEN = select(schema.control.c.frozen).scalar_subquery().label("site_frozen")
_SELECT_STORY = PreparedQuery(select(_stories, _SITE_FROZEN).where(_OF_STORY))
_INSERT_STORY = insert(_stories)
_UPDATE_STORY = PreparedWrite(update(_stories).where(_OF_STORY))
_RENAME_STORY = update(_stories).where(_OF_STORY)
_SELECT_REVISION = select(_entries.c.revision, _entries.c.visible).where(*_OF_ENTRY)
_INSERT_ENTRY = PreparedWrite(insert(_entries))
_UPDATE_ENTRY = update(_entries).where(*_OF_ENTRY)
_SELECT_NEWEST = select(func.max(_entries.c.published_at)).where(
    _entries.c.story_id == bindparam("of_story"), _entries.c.visible.is_(True)
)
_INSERT_LABEL = insert(_labels)
_DELETE_LABELS = delete(_labels).where(
    _labels.c.story_id == bindparam("of_story"), _labels.c.entry_id == bindparam("of_entry")
)
_INSERT_EVENT = PreparedWrite(insert(_events))
_KEEP_SLUG = {
    "postgresql": postgres_insert(schema.public_slugs).on_conflict_do_nothing(),
    "sqlite": sqlite_insert(schema.public_slugs).on_conflict_do_nothing(),
}

_NO_CONTENT = dict.fromkeys(
    ("sort_key", "published_at", "kind", "key_event", "importance", "fields", "body_html", "blocks", "body_text")
)


@dataclass(slots=True)
class PublicStoryRow:
    """A public story's head in its own log, and its encoded fields; `publish_changes` moves the head on."""

    story: StoryId
    slug: str
    head: Cursor
    head_time: Micros
    last_seq: int
    counts: StoryCounts
    public_since: Micros
    fields: bytes
    status: str
    site: str | None = None
    """Its site; None as long as it has never been another's than the settings' site."""
    site_frozen: bool = False
    """Whether the whole site was frozen when the story was locked; not a column of the story."""


@dataclass(frozen=True, slots=True)
class PublicEntryRow:
    """A visible entry: the columns that lists are ordered and filtered by, and its encoded parts."""

    id: EntryId
    revision: int
    last_seq: int
    sort_key: str
    published_at: Micros
    kind: str
    key_event: bool
    importance: str
    labels: frozenset[str]
    encoded: EncodedEntry


def read_public_story_row(tx: WriteTransaction, story: StoryId) -> PublicStoryRow | None:
    """Return the story's public row, or None. The caller has locked its newsroom row."""
    row = _SELECT_STORY.one_or_none(tx, {"of_story": story})
    if row is None:
        return None
    return PublicStoryRow(
        story=StoryId(row.story_id),
        slug=row.slug,
        head=Cursor(row.epoch, row.head_seq, row.head_check),
        head_time=Micros(row.head_time),
        last_seq=row.last_seq,
        counts=StoryCounts(row.entry_count, row.last_entry_at),
        public_since=Micros(row.public_since),
        fields=row.fields,
        status=row.status,
        site=row.site,
        site_frozen=bool(row.site_frozen),
    )


def insert_public_story(tx: WriteTransaction, row: PublicStoryRow) -> None:
    """Insert the public row of a story that is published for the first time."""
    tx.connection.execute(_INSERT_STORY, {"story_id": row.story, "slug": row.slug, **_story_values(row)})


def update_public_story(tx: WriteTransaction, row: PublicStoryRow, *, is_renamed: bool) -> None:
    """Update the story's public row, and the slug if it has another: SQLite writes an index also of the same value."""
    _UPDATE_STORY.run(tx, {"of_story": row.story, **_story_values(row)})
    if is_renamed:
        tx.connection.execute(_RENAME_STORY, {"of_story": row.story, "slug": row.slug})


def _story_values(row: PublicStoryRow) -> dict[str, Any]:
    return {
        "epoch": row.head.epoch,
        "head_seq": row.head.seq,
        "head_check": row.head.check,
        "head_time": row.head_time,
        "last_seq": row.last_seq,
        "entry_count": row.counts.entry_count,
        "last_entry_at": row.counts.last_entry_at,
        "public_since": row.public_since,
        "fields": row.fields,
        "encoder": schema.ENCODER,
        "status": row.status,
        "site": row.site,
    }


def read_public_revision(tx: WriteTransaction, story: StoryId, entry: EntryId) -> tuple[int, bool] | None:
    """Return an entry's public revision and whether it is visible; None if it has never been public."""
    row = tx.connection.execute(_SELECT_REVISION, {"of_story": story, "of_entry": entry}).one_or_none()
    return None if row is None else (row.revision, row.visible)


def upsert_public_entry(tx: WriteTransaction, story: StoryId, row: PublicEntryRow, *, is_new: bool) -> None:
    """Insert (`is_new`) or update a visible entry with its labels."""
    values: dict[str, Any] = {
        "visible": True,
        "revision": row.revision,
        "last_seq": row.last_seq,
        "sort_key": row.sort_key,
        "published_at": row.published_at,
        "kind": row.kind,
        "key_event": row.key_event,
        "importance": row.importance,
        "fields": row.encoded.fields,
        "body_html": row.encoded.body_html,
        "blocks": row.encoded.blocks,
        "body_text": row.encoded.body_text,
        "encoder": schema.ENCODER,
    }
    if is_new:
        _INSERT_ENTRY.run(tx, {"story_id": story, "id": row.id, **values})
    else:
        tx.connection.execute(_UPDATE_ENTRY, {"of_story": story, "of_entry": row.id, **values})
        _delete_labels(tx, story, row.id)
    _insert_labels(tx, story, row.id, row.labels)


def update_public_entry_removed(
    tx: WriteTransaction, story: StoryId, entry: EntryId, *, revision: int, seq: int
) -> None:
    """Turn an entry into a tombstone: it keeps its revision and its last event's number, and no content."""
    values = {"visible": False, "revision": revision, "last_seq": seq, **_NO_CONTENT}
    tx.connection.execute(_UPDATE_ENTRY, {"of_story": story, "of_entry": entry, **values})
    _delete_labels(tx, story, entry)


def insert_public_tombstone(tx: WriteTransaction, story: StoryId, entry: EntryId, *, revision: int, seq: int) -> None:
    """Insert the tombstone of an entry that was public elsewhere, and withdrawn there."""
    values = {"visible": False, "revision": revision, "last_seq": seq, "encoder": schema.ENCODER, **_NO_CONTENT}
    _INSERT_ENTRY.run(tx, {"story_id": story, "id": entry, **values})


def insert_public_slug(tx: WriteTransaction, story: StoryId, slug: str) -> None:
    """Store a former slug, so that it still leads readers to the story; it may be stored already."""
    tx.connection.execute(_KEEP_SLUG[tx.connection.dialect.name], {"slug": slug, "story_id": story})


def update_public_entries_removed(tx: WriteTransaction, story: StoryId) -> None:
    """Turn all entries of a story into tombstones without content."""
    tx.connection.execute(update(_entries).where(_entries.c.story_id == story).values(visible=False, **_NO_CONTENT))
    for table in (_labels, schema.public_corrections):
        tx.connection.execute(delete(table).where(table.c.story_id == story))


def list_entries_known_to_readers(tx: WriteTransaction, story: StoryId) -> list[EntryId]:
    """List the entries whose newest event is no removal; of a withdrawn story readers see none of them."""
    newest = and_(_events.c.story_id == _entries.c.story_id, _events.c.seq == _entries.c.last_seq)
    query = (
        select(_entries.c.id)
        .select_from(_entries.join(_events, newest))
        .where(_entries.c.story_id == story, _events.c.type != "entry.removed")
        .order_by(_entries.c.last_seq)
    )
    return [EntryId(entry) for entry in tx.connection.execute(query).scalars()]


def read_newest_published_at(tx: WriteTransaction, story: StoryId) -> Micros | None:
    """Return when the newest visible entry was published; None if there is none."""
    newest: int | None = tx.connection.execute(_SELECT_NEWEST, {"of_story": story}).scalar_one()
    return None if newest is None else Micros(newest)


def append_event(tx: WriteTransaction, line: EventLine, *, revision: int | None) -> None:
    """Append the event row, which gives a public change its number."""
    _INSERT_EVENT.run(
        tx,
        {
            "story_id": line.story,
            "seq": line.cursor.seq,
            "type": line.type,
            "entry_id": line.entry_id,
            "revision": revision,
            "changed": None if line.changed is None else list(line.changed),
            "material": line.material,
            "cause": line.cause,
            "time": line.time,
            "check": line.cursor.check,
            "entry_count": line.counts.entry_count,
            "last_entry_at": line.counts.last_entry_at,
        },
    )


def _insert_labels(tx: WriteTransaction, story: StoryId, entry: EntryId, labels: Iterable[str]) -> None:
    rows = [{"story_id": story, "entry_id": entry, "label": label} for label in sorted(labels)]
    if rows:
        tx.connection.execute(_INSERT_LABEL, rows)


def _delete_labels(tx: WriteTransaction, story: StoryId, entry: EntryId) -> None:
    tx.connection.execute(_DELETE_LABELS, {"of_story": story, "of_entry": entry})
