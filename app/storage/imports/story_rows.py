"""All rows of one story, out of both sides' tables, page by page in one snapshot: what an export is made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, func, select, union

from app.domain.clock import Micros
from app.domain.comments import Comment
from app.domain.entry import Entry
from app.domain.identifiers import EntryId, StoryId
from app.storage.database import schema
from app.storage.database.transactions import ReadTransaction
from app.storage.newsroom.comments import list_comments_of_story
from app.storage.newsroom.entries import EntryVersion, entry_of_row, list_versions_after
from app.storage.newsroom.story_versions import StoryVersion, list_story_versions

PAGE_ROWS = 200
PAGE_VERSIONS = 50
"""Each has a whole body."""

_stories = schema.public_stories
_events = schema.events
_shown = schema.public_entries
_entries = schema.entries
_people = schema.people
_versions = schema.entry_versions
_story_versions = schema.story_versions


@dataclass(frozen=True, slots=True)
class LogHead:
    """The public row of a story, apart from what readers are sent."""

    seq: int
    check: str
    story_seq: int
    entry_count: int
    last_entry_at: Micros | None
    public_since: Micros


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event row; `newest` says that it is the last about its entry, or about the story itself."""

    seq: int
    type: str
    time: Micros
    check: str
    entry: str | None
    revision: int | None
    changed: tuple[str, ...] | None
    material: bool | None
    cause: str | None
    entry_count: int
    last_entry_at: Micros | None
    newest: bool


def read_log_head(tx: ReadTransaction, story: StoryId) -> LogHead | None:
    """Return the head of a story's log; None for one that has none, or is being imported."""
    row = tx.connection.execute(select(_stories).where(_stories.c.story_id == story)).one_or_none()
    if row is None:
        return None
    return LogHead(
        seq=row.head_seq,
        check=row.head_check,
        story_seq=row.last_seq,
        entry_count=row.entry_count,
        last_entry_at=row.last_entry_at,
        public_since=row.public_since,
    )


def list_former_slugs(tx: ReadTransaction, story: StoryId, *, public: bool) -> list[str]:
    """List the former slugs of a story that links still lead by, or those that readers have known."""
    table = schema.public_slugs if public else schema.former_slugs
    query = select(table.c.slug).where(table.c.story_id == story).order_by(table.c.slug)
    return list(tx.connection.execute(query).scalars())


def list_story_entries(tx: ReadTransaction, story: StoryId) -> Iterator[Entry]:
    """Iterate over every entry of a story, in the order of their ids."""
    last = ""
    while True:
        query = select(_entries).where(_entries.c.story_id == story, _entries.c.id > last)
        rows = tx.connection.execute(query.order_by(_entries.c.id).limit(PAGE_ROWS)).all()
        yield from (entry_of_row(row) for row in rows)
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1].id


def list_entry_versions(tx: ReadTransaction, story: StoryId, entry: EntryId) -> Iterator[EntryVersion]:
    """Iterate over every version of an entry, the oldest first."""
    last = 0
    while True:
        found = list_versions_after(tx, story, entry, after=last, limit=PAGE_VERSIONS)
        yield from found
        if len(found) < PAGE_VERSIONS:
            return
        last = found[-1].version


def list_all_story_versions(tx: ReadTransaction, story: StoryId) -> Iterator[StoryVersion]:
    """Iterate over every version of a story, the oldest first."""
    last = 0
    while True:
        found = list_story_versions(tx, story, after=last, limit=PAGE_ROWS)
        yield from found
        if len(found) < PAGE_ROWS:
            return
        last = found[-1].version


def list_story_comments(tx: ReadTransaction, story: StoryId, *, public: bool) -> Iterator[Comment]:
    """Iterate over the comments of a story, or those of them that readers see: none before the one that it answers."""
    for is_answer in (False, True):
        last = ""
        while True:
            found = list_comments_of_story(tx, story, answers=is_answer, public=public, beyond=last, limit=PAGE_ROWS)
            yield from found
            if len(found) < PAGE_ROWS:
                break
            last = found[-1].id


def list_log(tx: ReadTransaction, story: StoryId, head: LogHead) -> Iterator[LogRow]:
    """Iterate over every event row of a story."""
    newest = select(_shown.c.last_seq).where(_shown.c.story_id == _events.c.story_id, _shown.c.id == _events.c.entry_id)
    last = 0
    while True:
        query: Select[Any] = select(_events, newest.scalar_subquery().label("newest_seq")).where(
            _events.c.story_id == story, _events.c.seq > last
        )
        rows = tx.connection.execute(query.order_by(_events.c.seq).limit(PAGE_ROWS)).all()
        yield from (_log_row(row, head) for row in rows)
        if len(rows) < PAGE_ROWS:
            return
        last = rows[-1].seq


def list_writers(tx: ReadTransaction, story: StoryId) -> list[tuple[str, str]]:
    """List who has created or changed a story or an entry of it: ids, and the names that readers may know."""
    of_story = _story_versions.c.story_id == story
    wrote = union(
        select(_story_versions.c.person_id).where(of_story, _story_versions.c.person_id.is_not(None)),
        select(_entries.c.created_by).where(_entries.c.story_id == story, _entries.c.created_by.is_not(None)),
        select(_versions.c.person_id).where(_versions.c.story_id == story, _versions.c.person_id.is_not(None)),
    ).subquery()
    query = select(_people.c.id, func.coalesce(_people.c.byline, _people.c.name).label("name"))
    query = query.where(_people.c.id.in_(select(wrote.c[0]))).order_by(_people.c.id)
    return [(row.id, row.name) for row in tx.connection.execute(query)]


def list_known_people(tx: ReadTransaction, people: Collection[str]) -> set[str]:
    """List those of the people that there are."""
    query = select(_people.c.id).where(_people.c.id.in_(sorted(people)))
    return set(tx.connection.execute(query).scalars())


def list_story_media_names(tx: ReadTransaction, story: StoryId, *, public: bool) -> list[str]:
    """List the names of the uploads that a story uses or has used, or of those alone that readers see."""
    table = schema.public_media if public else schema.media_uses
    query = select(table.c.name).where(table.c.story_id == story).distinct().order_by(table.c.name)
    return list(tx.connection.execute(query).scalars())


def _log_row(row: Row[Any], head: LogHead) -> LogRow:
    newest = head.story_seq if row.entry_id is None else row.newest_seq
    return LogRow(
        seq=row.seq,
        type=row.type,
        time=row.time,
        check=row.check,
        entry=row.entry_id,
        revision=row.revision,
        changed=None if row.changed is None else tuple(row.changed),
        material=row.material,
        cause=row.cause,
        entry_count=row.entry_count,
        last_entry_at=row.last_entry_at,
        newest=row.seq == newest,
    )
