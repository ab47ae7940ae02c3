"""The one door between the newsroom and its readers.

Nothing is published, changed in public or withdrawn except through `publish_changes`. It runs in the writer's
transaction, with the story's newsroom row locked, and gives each change the next number of the story: number order
is commit order.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.domain.clock import Micros, parse_time
from app.domain.cursor import CHECK_LENGTH, EPOCH_LENGTH, Cursor
from app.domain.entry import Entry
from app.domain.identifiers import EntryId
from app.domain.sites import DEFAULT_SITE
from app.domain.sort_keys import sort_key_at
from app.newsroom.context.freezing import frozen_meanwhile
from app.newsroom.context.write_context import StoryContext
from app.newsroom.publication.comments import show_comments_again
from app.newsroom.publication.public_story import public_fields
from app.storage.database.tables.parts import IMPORTING
from app.storage.imports.states import list_aliases
from app.storage.public.aliases import insert_public_aliases
from app.storage.public.comments import delete_public_comments_of_entry, delete_public_comments_of_story
from app.storage.public.corrections import CorrectionLine, CorrectionPosition, update_corrections
from app.storage.public.media import delete_story_media, update_public_media
from app.storage.public.writes import (
    PublicEntryRow,
    PublicStoryRow,
    append_event,
    insert_public_slug,
    insert_public_story,
    insert_public_tombstone,
    read_newest_published_at,
    read_public_revision,
    read_public_story_row,
    update_public_entries_removed,
    update_public_entry_removed,
    update_public_story,
    upsert_public_entry,
)
from app.wire.announcement import Announcement, StoryHead, closing_of
from app.wire.encoding import (
    EncodedEntry,
    EncodedEvent,
    EventLine,
    StoryCounts,
    encode_event,
    stored_media_names,
)
from app.wire.public_entry import encode_correction, encode_public_entry, filter_labels
from app.wire.story_fields import encode_story_fields


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry is published, or changes in public."""

    entry: Entry
    type: Literal["entry.published", "entry.updated"]
    changed: tuple[str, ...] | None = None
    material: bool | None = None


@dataclass(frozen=True, slots=True)
class EntryHidden:
    """An entry is public no more: its text is gone from everything readers can get."""

    entry: EntryId
    cause: Literal["unpublished", "removed", "expired"]


@dataclass(frozen=True, slots=True)
class StoryUpdated:
    """The story itself is published, or its public members change."""

    changed: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class StoryWithdrawn:
    """The story is withdrawn as a whole: nothing of it is left that readers can get. Its last event,
    unless an admin reverts the withdrawal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventImported:
    """An event of the log that the story had elsewhere, taken over as it was: no reader knows of the story yet.

    `entry` is the entry as it is public now, with its newest event; an older event and a removal have its id alone.
    """

    type: str
    at: Micros
    entry: Entry | None = None
    entry_id: EntryId | None = None
    revision: int | None = None
    is_newest: bool = True
    """Whether no later event is about the same entry, or about the story itself."""
    changed: tuple[str, ...] | None = None
    material: bool | None = None
    cause: str | None = None
    check: str | None = None
    """As it was elsewhere; None for a new one."""
    counts: StoryCounts | None = None
    """As they were elsewhere; None to count here."""


@dataclass(frozen=True, slots=True)
class StoryOpened:
    """All of an imported story is there: readers can read it from now on. It is no event."""

    public_since: Micros


PublicChange = EntryShown | EntryHidden | StoryUpdated | StoryWithdrawn | EventImported | StoryOpened


def publish_changes(context: StoryContext, changes: Sequence[PublicChange]) -> dict[EntryId, Entry]:
    """Publish `changes` to the context's story in their order, each under its own number; announce them together.

    Returns the entries shown, with the revision, times and order they were given here, and their version as the public
    one; the caller writes those to the newsroom's tables. The story must be public and locked. Raises Unavailable when
    the site was frozen since it was.
    """
    tx, story = context.tx, context.story
    row = read_public_story_row(tx, story.id)
    if row is not None and row.site_frozen and not story.site_frozen:
        # On PostgreSQL a freeze may commit between our look at the site and the story's lock: look again, with it.
        raise frozen_meanwhile()
    if row is None:
        row = _new_row(context, is_import=isinstance(changes[0], EventImported))
        insert_public_story(tx, row)
    base, slug, is_hidden, publisher = row.head, row.slug, row.status == IMPORTING, _Publisher(context, row)
    for change in changes:
        publisher.publish(change)
    update_public_story(tx, publisher.row, is_renamed=publisher.row.slug != slug)
    for line, revision in publisher.lines:
        append_event(tx, line, revision=revision)
    if not is_hidden:
        tx.announce(Announcement(head=publisher.head(), events=tuple(publisher.events), base=base))
    return publisher.shown


class _Publisher:
    """Publishes one transaction's changes to a story, one by one, each of which advances the story's public row."""

    def __init__(self, context: StoryContext, row: PublicStoryRow) -> None:
        self._context = context
        self._tx = context.tx
        self._story = context.story
        self._links = context.newsroom.links.for_site(context.story.site)
        self.row = row
        self.lines: list[tuple[EventLine, int | None]] = []
        self.events: list[EncodedEvent] = []
        self.shown: dict[EntryId, Entry] = {}

    def publish(self, change: PublicChange) -> None:
        """Publish `change` under the story's next number."""
        if isinstance(change, EventImported | StoryOpened) is not (self.row.status == IMPORTING):
            raise ValueError("a story is imported while no reader knows of it, and by nothing else")
        if isinstance(change, StoryOpened):
            self.row.status, self.row.public_since = self._story.status.value, change.public_since
            return
        seq = self.row.head.seq + 1
        if isinstance(change, EventImported):
            self._import(change, seq)
            return
        check = self._context.newsroom.random.base62("check", f"{self._story.id}:{seq}", CHECK_LENGTH)
        at = Micros(max(self._context.now, self.row.head_time))
        cursor = Cursor(self.row.head.epoch, seq, check)
        self.row.head, self.row.head_time = cursor, at
        match change:
            case EntryShown():
                self._show(change)
            case EntryHidden():
                self._hide(change)
            case StoryUpdated():
                self._update_story(change)
            case StoryWithdrawn():
                self._withdraw_story()

    def head(self) -> StoryHead:
        """Return the story's head after the changes so far."""
        return StoryHead(
            story=self.row.story,
            slug=self.row.slug,
            cursor=self.row.head,
            counts=self.row.counts,
            closing=closing_of(self.row.status),
            site=self.row.site,
        )

    def _show(self, change: EntryShown) -> None:
        seq, at = self.row.head.seq, self.row.head_time
        # An entry without a revision has never been public, so that there is nothing to look up.
        known = read_public_revision(self._tx, self._story.id, change.entry.id) if change.entry.revision else None
        revision, was_visible = known or (0, False)
        published_at = change.entry.published_at or at
        display_time = change.entry.content.display_time
        dated = published_at if display_time is None else display_time
        sort_key = change.entry.sort_key or sort_key_at(dated, seq)
        entry = dataclasses.replace(
            change.entry,
            revision=revision + 1,
            published_at=published_at,
            updated_at=at if change.material else change.entry.updated_at,
            sort_key=sort_key,
            public_version=change.entry.version,
        )
        row = _entry_row(entry, seq, published_at=published_at, sort_key=sort_key)
        counts = self.row.counts
        self.row.counts = StoryCounts(
            entry_count=counts.entry_count if was_visible else counts.entry_count + 1,
            last_entry_at=Micros(max(counts.last_entry_at or 0, row.published_at)),
        )
        self._store(entry, row, is_new=known is None)
        if known is not None and not was_visible:
            show_comments_again(self._tx, self._story.id, entry.id)
        if entry.corrections or "corrections" in (change.changed or ()):
            update_corrections(self._tx, self._story.id, entry.id, _correction_lines(entry))
        line = self._line(change.type, entry=entry.id, changed=change.changed, material=change.material)
        shown = row.encoded.as_shown(self._links.media_base)
        self._append(line, revision=entry.revision, entry=shown)

    def _store(self, entry: Entry, row: PublicEntryRow, *, is_new: bool) -> None:
        """Write the entry's row, its media and, if it is new to readers, its old addresses."""
        upsert_public_entry(self._tx, self._story.id, row, is_new=is_new)
        self._let_media_be(entry.id, row.encoded.media_names, is_new=is_new)
        if is_new and entry.external_id is not None:
            self._show_aliases(entry.id)
        self.shown[entry.id] = entry

    def _show_aliases(self, entry: EntryId) -> None:
        insert_public_aliases(self._tx, self._story.id, entry, list_aliases(self._tx, self._story.id, entry))

    def _import(self, change: EventImported, seq: int) -> None:
        """Write the event as it was elsewhere, and with the newest one of an entry or of the story what is public."""
        row, entry, counts = self.row, change.entry, change.counts or self.row.counts
        check = change.check or self._context.newsroom.random.base62("check", f"{self._story.id}:{seq}", CHECK_LENGTH)
        row.head = Cursor(row.head.epoch, seq, check)
        row.head_time = Micros(max(change.at, row.head_time))
        if entry is not None:
            published_at = entry.published_at or change.at
            if change.counts is None:
                newest = Micros(max(counts.last_entry_at or 0, published_at))
                counts = StoryCounts(entry_count=counts.entry_count + 1, last_entry_at=newest)
            dated = entry.content.display_time or published_at
            sort_key = entry.sort_key or sort_key_at(dated, seq)
            entry = dataclasses.replace(entry, published_at=published_at, sort_key=sort_key)
            shown = _entry_row(entry, seq, published_at=published_at, sort_key=sort_key)
            self._store(entry, shown, is_new=True)
            if entry.corrections:
                update_corrections(self._tx, self._story.id, entry.id, _correction_lines(entry))
        elif change.entry_id is not None and change.is_newest:
            insert_public_tombstone(self._tx, self._story.id, change.entry_id, revision=change.revision or 1, seq=seq)
            self._show_aliases(change.entry_id)
        elif change.entry_id is None and change.is_newest:
            row.fields, row.slug, row.last_seq = public_fields(self._tx, self._story), self._story.slug, seq
            row.site = self._story.site if self._story.site != DEFAULT_SITE else None
            self._let_media_be(None, stored_media_names(row.fields))
        row.counts = counts
        entry_id = change.entry_id if entry is None else entry.id
        line = self._line(
            change.type, entry=entry_id, changed=change.changed, material=change.material, cause=change.cause
        )
        self.lines.append((line, change.revision if entry is None else entry.revision))

    def _hide(self, change: EntryHidden) -> None:
        known = read_public_revision(self._tx, self._story.id, change.entry)
        revision, was_visible = (known[0] + 1, known[1]) if known else (1, False)
        count = self.row.counts.entry_count
        update_public_entry_removed(self._tx, self._story.id, change.entry, revision=revision, seq=self.row.head.seq)
        update_corrections(self._tx, self._story.id, change.entry, [])
        self._let_media_be(change.entry, frozenset())
        delete_public_comments_of_entry(self._tx, self._story.id, change.entry)
        self.row.counts = StoryCounts(
            entry_count=count - 1 if was_visible else count,
            last_entry_at=read_newest_published_at(self._tx, self._story.id),
        )
        self._append(self._line("entry.removed", entry=change.entry, cause=change.cause), revision=revision)

    def _update_story(self, change: StoryUpdated) -> None:
        stored = public_fields(self._tx, self._story)
        if self._story.slug != self.row.slug:
            insert_public_slug(self._tx, self._story.id, self.row.slug)
        before, now = stored_media_names(self.row.fields), stored_media_names(stored)
        if before != now:
            self._let_media_be(None, now)
        self.row.fields, self.row.slug = stored, self._story.slug
        if self._story.site != DEFAULT_SITE or self.row.site is not None:
            self.row.site = self._story.site
        if self.row.status == "withdrawn":
            show_comments_again(self._tx, self._story.id, None)
        self._date_story()
        fields = encode_story_fields(
            stored, links=self._links, story=self._story.id, slug=self._story.slug, site=self.row.site
        )
        self._append(self._line("story.updated", changed=change.changed), revision=None, story_fields=fields)

    def _withdraw_story(self) -> None:
        update_public_entries_removed(self._tx, self._story.id)
        delete_story_media(self._tx, self._story.id)
        delete_public_comments_of_story(self._tx, self._story.id)
        self.row.fields, self.row.counts = b"{}", StoryCounts(entry_count=0, last_entry_at=None)
        self._date_story()
        self._append(self._line("story.removed"), revision=None)

    def _let_media_be(self, entry: EntryId | None, names: frozenset[str], *, is_new: bool = False) -> None:
        """Let exactly these media be public for an entry, or for the story itself; others lose what it lent them."""
        if names or not is_new:
            update_public_media(self._tx, self._story.id, entry, names)

    def _date_story(self) -> None:
        """Let this event be the newest one of the story itself."""
        self.row.status, self.row.last_seq = self._story.status.value, self.row.head.seq

    def _line(
        self,
        event_type: str,
        *,
        entry: EntryId | None = None,
        changed: tuple[str, ...] | None = None,
        material: bool | None = None,
        cause: str | None = None,
    ) -> EventLine:
        return EventLine(
            story=self._story.id,
            cursor=self.row.head,
            type=event_type,
            time=self.row.head_time,
            entry_id=entry,
            changed=changed,
            material=material,
            cause=cause,
            counts=self.row.counts,
        )

    def _append(
        self,
        line: EventLine,
        *,
        revision: int | None,
        entry: EncodedEntry | None = None,
        story_fields: bytes | None = None,
    ) -> None:
        self.lines.append((line, revision))
        self.events.append(encode_event(line, entry=entry, story_fields=story_fields))


def _new_row(context: StoryContext, *, is_import: bool) -> PublicStoryRow:
    """Make the row of a story that is published for the first time: a new epoch, and nothing in its log."""
    story = context.story
    return PublicStoryRow(
        story=story.id,
        slug=story.slug,
        head=Cursor(context.newsroom.random.base62("epoch", story.id, EPOCH_LENGTH), 0, ""),
        head_time=Micros(0),
        last_seq=0,
        counts=StoryCounts(0, None),
        public_since=context.now,
        fields=b"{}",
        status=IMPORTING if is_import else story.status.value,
    )


def _entry_row(entry: Entry, seq: int, *, published_at: Micros, sort_key: str) -> PublicEntryRow:
    content = entry.content
    return PublicEntryRow(
        id=entry.id,
        revision=entry.revision,
        last_seq=seq,
        sort_key=sort_key,
        published_at=published_at,
        kind=content.kind,
        key_event=content.key_event,
        importance=content.importance,
        labels=filter_labels(content),
        encoded=encode_public_entry(entry),
    )


def _correction_lines(entry: Entry) -> list[CorrectionLine]:
    return [
        CorrectionLine(CorrectionPosition(parse_time(line["at"]), entry.id, number), encode_correction(entry, line))
        for number, line in enumerate(entry.corrections)
    ]
