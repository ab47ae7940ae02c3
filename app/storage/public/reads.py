"""The reading side of the readers' tables. No query here sees a newsroom table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select

from app.domain.clock import Micros
from app.domain.cursor import Cursor
from app.domain.identifiers import EntryId, StoryId
from app.domain.sites import DEFAULT_SITE
from app.storage.database import schema
from app.storage.database.tables.parts import IMPORTING
from app.storage.database.transactions import ReadTransaction
from app.wire.announcement import StoryHead, closing_of
from app.wire.encoding import CommentTotals, EncodedEntry, EventLine, StoryCounts

_stories = schema.public_stories
_entries = schema.public_entries
_slugs = schema.public_slugs
_labels = schema.public_labels
_aliases = schema.public_aliases
_events = schema.events
_totals = schema.public_comment_totals
_SELECT_STORIES = (
    select(_stories, _totals.c.version.label("comments_version"), _totals.c.shown)
    .select_from(_stories.outerjoin(_totals, _totals.c.story_id == _stories.c.story_id))
    .where(_stories.c.status != IMPORTING)
)
"""Every read of a story begins with it: one that is being imported is not there, and nor are its entries."""

Order = Literal["newest", "oldest"]


class StoryListPosition(NamedTuple):
    """A story's position in the list of all stories: its rank, the time it became public, and its id."""

    rank: int
    since: Micros
    story: str


_RANKS = {"upcoming": 1, "ended": 2, "archived": 3}
"""Ranks in the list: live and paused stories (0) come first, then upcoming, ended and archived ones."""


@dataclass(frozen=True, slots=True)
class PublicStory:
    """A public story: its head, the number of the last event about the story itself, and its fields as stored JSON."""

    head: StoryHead
    last_seq: int
    public_since: Micros
    fields: bytes
    status: str

    @property
    def position(self) -> StoryListPosition:
        """Return its position in the list of stories."""
        return StoryListPosition(_RANKS.get(self.status, 0), self.public_since, self.head.story)


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """A visible entry and its sort key in the timeline."""

    id: EntryId
    revision: int
    sort_key: str
    encoded: EncodedEntry


@dataclass(frozen=True, slots=True)
class TimelinePosition:
    """A visible entry's position in the timeline."""

    sort_key: str
    id: EntryId


@dataclass(frozen=True, slots=True)
class Tombstone:
    """An entry that was public and is no longer, with the cause."""

    cause: str


@dataclass(frozen=True, slots=True)
class EntryFilter:
    """A filter of entries; None matches any value. `labels` are `tag:…` and `author:…`, and all must match.

    `alias` is an old address, which one entry has, if any.
    """

    kind: str | None = None
    key_event: bool | None = None
    importance: str | None = None
    labels: tuple[str, ...] = ()
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary between two entries: a list shows the entries beyond it in `direction`."""

    sort_key: str
    id: str
    direction: Literal["older", "newer"]
    inclusive: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One object changed after a cursor: its event row and its present content; None if removed, or for the story."""

    line: EventLine
    entry: EncodedEntry | None


def read_public_story(tx: ReadTransaction, ref: str) -> PublicStory | None:
    """Return a public or withdrawn story by id, slug or former public slug; None if there is none."""
    former = select(_slugs.c.story_id).where(_slugs.c.slug == ref).scalar_subquery()
    where = or_(_stories.c.story_id == ref, _stories.c.slug == ref, _stories.c.story_id == former)
    row = tx.connection.execute(_SELECT_STORIES.where(where)).one_or_none()
    return None if row is None else _story(row)


def read_heads(tx: ReadTransaction, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
    """Return the heads of those of the stories that are public, in one query."""
    query = _SELECT_STORIES.where(_stories.c.story_id.in_(stories))
    return {StoryId(row.story_id): _story(row).head for row in tx.connection.execute(query)}


def list_public_stories(
    tx: ReadTransaction, *, site: str, after: StoryListPosition | None, newer: bool, limit: int
) -> list[PublicStory]:
    """List a site's public stories: live, upcoming, ended, archived; in each, those that became public last come first.

    `after` is the position to go on from; with `newer`, the page before it is listed, in the same order.
    """
    rank = case(_RANKS, value=_stories.c.status, else_=0)
    since, story = _stories.c.public_since, _stories.c.story_id
    query = _SELECT_STORIES.where(_is_listed(site))
    if after is not None:
        beyond = (rank < after.rank) if newer else (rank > after.rank)
        later = (since > after.since) if newer else (since < after.since)
        level = (story > after.story) if newer else (story < after.story)
        within = or_(later, and_(since == after.since, level))
        query = query.where(or_(beyond, and_(rank == after.rank, within)))
    order = (rank.desc(), since.asc(), story.asc()) if newer else (rank.asc(), since.desc(), story.desc())
    rows = [_story(row) for row in tx.connection.execute(query.order_by(*order).limit(limit))]
    return rows[::-1] if newer else rows


def list_public_entries(
    tx: ReadTransaction, story: StoryId, *, boundary: Boundary | None, only: EntryFilter, limit: int, older: bool
) -> list[ListedEntry]:
    """List visible entries going `older` (or newer) from `boundary`, or from the newest (or oldest) one."""
    query = _filtered(select(_entries).where(_entries.c.story_id == story, _entries.c.visible.is_(True)), only)
    if boundary is not None:
        query = query.where(_beyond(boundary))
    columns = (_entries.c.sort_key, _entries.c.id)
    query = query.order_by(*(column.desc() if older else column.asc() for column in columns)).limit(limit)
    return [_listed(row) for row in tx.connection.execute(query)]


def list_timeline_positions(tx: ReadTransaction, story: StoryId) -> list[TimelinePosition]:
    """List the positions of a story's visible entries, oldest first."""
    query = (
        select(_entries.c.sort_key, _entries.c.id)
        .where(_entries.c.story_id == story, _entries.c.visible.is_(True))
        .order_by(_entries.c.sort_key, _entries.c.id)
    )
    return [TimelinePosition(row.sort_key, EntryId(row.id)) for row in tx.connection.execute(query)]


def read_public_entry(tx: ReadTransaction, story: StoryId, entry: str) -> ListedEntry | Tombstone | None:
    """Return a visible entry, the tombstone of one that was public, or None for one that never was."""
    where = (_entries.c.story_id == story, _entries.c.id == entry)
    row = tx.connection.execute(select(_entries).where(*where)).one_or_none()
    if row is None:
        return None
    if row.visible:
        return _listed(row)
    cause = select(_events.c.cause).where(_events.c.story_id == story, _events.c.seq == row.last_seq)
    return Tombstone(cause=tx.connection.execute(cause).scalar_one())


def read_event_check(tx: ReadTransaction, story: StoryId, seq: int) -> str | None:
    """Return the check of one event; None if there is no event of that number."""
    query = select(_events.c.check).where(_events.c.story_id == story, _events.c.seq == seq)
    check: str | None = tx.connection.execute(query).scalar_one_or_none()
    return check


def list_latest_entries(tx: ReadTransaction, *, site: str, limit: int) -> list[tuple[PublicStory, ListedEntry]]:
    """List the visible entries that were published last in a site's public stories, each with its story, newest first.

    Stories are read in the order of their newest entries, no further than one can have an entry among these.
    """
    query = _SELECT_STORIES.where(_is_listed(site), _stories.c.last_entry_at.is_not(None))
    query = query.order_by(_stories.c.last_entry_at.desc(), _stories.c.story_id.desc()).limit(limit)
    latest: list[tuple[tuple[int, str], PublicStory]] = []
    for row in tx.connection.execute(query).all():
        if len(latest) == limit and row.last_entry_at < latest[-1][0][0]:
            break
        story = _story(row)
        columns = (_entries.c.published_at, _entries.c.id)
        own = select(*columns).where(_entries.c.story_id == story.head.story, _entries.c.visible.is_(True))
        newest = tx.connection.execute(own.order_by(*(column.desc() for column in columns)).limit(limit))
        latest += [((each.published_at, each.id), story) for each in newest]
        latest = sorted(latest, key=lambda found: found[0], reverse=True)[:limit]
    return _read_found(tx, [(story, ident) for (_, ident), story in latest])


def list_tagged_entries(
    tx: ReadTransaction, label: str, *, site: str, limit: int
) -> list[tuple[PublicStory, ListedEntry]]:
    """List the visible entries of a site's public stories that have a label, the last published first.

    Labels are kept by story, so that the stories are gone through, and of each those with the label are looked up.
    """
    of_it = and_(_labels.c.story_id == _stories.c.story_id, _labels.c.label == label)
    itself = and_(_entries.c.story_id == _labels.c.story_id, _entries.c.id == _labels.c.entry_id)
    columns = (_entries.c.story_id, _entries.c.id)
    query = select(*columns).select_from(_stories.join(_labels, of_it).join(_entries, itself))
    query = query.where(_is_listed(site), _entries.c.visible.is_(True))
    query = query.order_by(_entries.c.published_at.desc(), _entries.c.id.desc()).limit(limit)
    rows = tx.connection.execute(query).all()
    wanted = {row.story_id for row in rows}
    named = _SELECT_STORIES.where(_stories.c.story_id.in_(wanted)) if wanted else None
    stories = {} if named is None else {row.story_id: _story(row) for row in tx.connection.execute(named)}
    return _read_found(tx, [(stories[row.story_id], row.id) for row in rows])


def _read_found(tx: ReadTransaction, found: Sequence[tuple[PublicStory, str]]) -> list[tuple[PublicStory, ListedEntry]]:
    """Read entries that were found by their ids, in the same order: sorting them whole takes several times as long."""
    wanted: dict[StoryId, list[str]] = {}
    for story, ident in found:
        wanted.setdefault(story.head.story, []).append(ident)
    read = {
        (of, entry.id): entry for of, idents in wanted.items() for entry in list_public_entries_by_id(tx, of, idents)
    }
    return [(story, read[story.head.story, EntryId(ident)]) for story, ident in found]


def list_changes(tx: ReadTransaction, story: PublicStory, *, after: int, limit: int) -> list[Change]:
    """List at most `limit` objects of the story whose last event is after `after`, in the order of those events."""
    story_id = story.head.story
    query = (
        select(_events, *(_entries.c[name] for name in ("visible", *_PARTS)))
        .select_from(
            _entries.join(
                _events, and_(_events.c.story_id == _entries.c.story_id, _events.c.seq == _entries.c.last_seq)
            )
        )
        .where(_entries.c.story_id == story_id, _entries.c.last_seq > after)
        .order_by(_entries.c.last_seq)
        .limit(limit)
    )
    if story.head.closing == "withdrawn":
        return [Change(line=_read_line(tx, story), entry=None)] if story.last_seq > after else []
    changes = [
        Change(line=_line(row, story.head.cursor.epoch), entry=_encoded(row) if row.visible else None)
        for row in tx.connection.execute(query)
    ]
    if story.last_seq > after:
        changes.append(Change(line=_read_line(tx, story), entry=None))
        changes.sort(key=lambda change: change.line.cursor.seq)
    return changes[:limit]


def list_public_entries_by_id(tx: ReadTransaction, story: StoryId, entries: Sequence[str]) -> list[ListedEntry]:
    """List those of the entries that are visible, newest first."""
    query = select(_entries).where(
        _entries.c.story_id == story, _entries.c.id.in_(entries), _entries.c.visible.is_(True)
    )
    query = query.order_by(_entries.c.sort_key.desc(), _entries.c.id.desc())
    return [_listed(row) for row in tx.connection.execute(query)]


def _read_line(tx: ReadTransaction, story: PublicStory) -> EventLine:
    """Return the newest event about the story itself."""
    own = select(_events).where(_events.c.story_id == story.head.story, _events.c.seq == story.last_seq)
    return _line(tx.connection.execute(own).one(), story.head.cursor.epoch)


_PARTS = ("fields", "body_html", "blocks", "body_text")


def _is_listed(site: str) -> ColumnElement[bool]:
    """Return the condition on stories that a site's lists show."""
    readable = _stories.c.status.not_in(("withdrawn", IMPORTING))
    return and_(readable, func.coalesce(_stories.c.site, DEFAULT_SITE) == site)


def _filtered(query: Select[Any], only: EntryFilter) -> Select[Any]:
    if only.kind is not None:
        query = query.where(_entries.c.kind == only.kind)
    if only.key_event is not None:
        query = query.where(_entries.c.key_event.is_(only.key_event))
    if only.importance is not None:
        query = query.where(_entries.c.importance == only.importance)
    if only.alias is not None:
        known_as = select(_aliases.c.entry_id).where(
            _aliases.c.story_id == _entries.c.story_id, _aliases.c.alias == only.alias
        )
        query = query.where(_entries.c.id.in_(known_as))
    for label in only.labels:
        has_it = select(_labels.c.entry_id).where(_labels.c.story_id == _entries.c.story_id, _labels.c.label == label)
        query = query.where(_entries.c.id.in_(has_it))
    return query


def _beyond(boundary: Boundary) -> ColumnElement[bool]:
    key, ident = _entries.c.sort_key, _entries.c.id
    level = key == boundary.sort_key
    # The first condition repeats what the second implies: it is the range that an index can scan.
    if boundary.direction == "older":
        near = ident <= boundary.id if boundary.inclusive else ident < boundary.id
        return and_(key <= boundary.sort_key, or_(key < boundary.sort_key, and_(level, near)))
    near = ident >= boundary.id if boundary.inclusive else ident > boundary.id
    return and_(key >= boundary.sort_key, or_(key > boundary.sort_key, and_(level, near)))


def _story(row: Row[Any]) -> PublicStory:
    head = StoryHead(
        story=StoryId(row.story_id),
        slug=row.slug,
        cursor=Cursor(row.epoch, row.head_seq, row.head_check),
        counts=StoryCounts(row.entry_count, row.last_entry_at),
        closing=closing_of(row.status),
        comments=CommentTotals(row.comments_version or 0, row.shown or 0),
        site=row.site,
    )
    return PublicStory(
        head=head,
        last_seq=row.last_seq,
        public_since=Micros(row.public_since),
        fields=row.fields,
        status=row.status,
    )


def _listed(row: Row[Any]) -> ListedEntry:
    return ListedEntry(id=EntryId(row.id), revision=row.revision, sort_key=row.sort_key, encoded=_encoded(row))


def _encoded(row: Row[Any]) -> EncodedEntry:
    return EncodedEntry(fields=row.fields, body_html=row.body_html, blocks=row.blocks, body_text=row.body_text)


def _line(row: Row[Any], epoch: str) -> EventLine:
    return EventLine(
        story=StoryId(row.story_id),
        cursor=Cursor(epoch, row.seq, row.check),
        type=row.type,
        time=Micros(row.time),
        entry_id=None if row.entry_id is None else EntryId(row.entry_id),
        changed=None if row.changed is None else tuple(row.changed),
        material=row.material,
        cause=row.cause,
        counts=StoryCounts(row.entry_count, row.last_entry_at),
    )
