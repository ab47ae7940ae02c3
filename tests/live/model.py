"""A newsroom and its tables in memory: makes public changes, announces them, and answers live's reads by state."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.domain.clock import Micros
from app.domain.cursor import Cursor
from app.domain.errors import Gone, NotFound
from app.domain.identifiers import EntryId, StoryId
from app.live.story.story_log import CursorUnusable
from app.wire.announcement import Announcement, ChangesPage, Closing, StoryHead
from app.wire.encoding import (
    BodyVariant,
    EncodedEntry,
    EncodedEvent,
    EventLine,
    StoryCounts,
    encode_event,
    encode_json,
)

START = Micros(1_790_000_000_000_000)


@dataclass
class ModelStory:
    """One story: each entry's public form (None once removed) and the event that last changed each object."""

    id: StoryId
    slug: str
    epoch: str = "epoch001"
    branch: str = "a"
    seq: int = 0
    title: str = "t"
    closing: Closing | None = None
    entries: dict[EntryId, dict[str, Any] | None] = field(default_factory=dict)
    newest: dict[str, EncodedEvent] = field(default_factory=dict)
    cursors: dict[int, Cursor] = field(default_factory=dict)
    made: int = 0
    saved: dict[int, tuple[str, dict[EntryId, dict[str, Any] | None], dict[str, EncodedEvent]]] = field(
        default_factory=dict
    )

    def publish(self, text: str = "text") -> Announcement:
        """A new entry."""
        self.made += 1
        return self._put(EntryId(f"e{self.made:05d}"), "entry.published", text)

    def edit(self, entry: str, text: str) -> Announcement:
        """New text of a public (or once public) entry."""
        return self._put(EntryId(entry), "entry.updated", text)

    def remove(self, entry: str) -> Announcement:
        """Take an entry back."""
        self.entries[EntryId(entry)] = None
        return self._event(entry, "entry.removed", cause="removed")

    def rename(self, title: str) -> Announcement:
        """Change a field of the story."""
        self.title = title
        return self._event("story", "story.updated")

    def end(self) -> Announcement:
        """End the story; corrections are still possible."""
        self.closing = "ended"
        return self._event("story", "story.updated")

    def reopen(self) -> Announcement:
        """It was not over after all."""
        self.closing = None
        return self._event("story", "story.updated")

    def withdraw(self) -> Announcement:
        """Nothing of the story is public any more."""
        self.closing = "withdrawn"
        self.entries, self.newest = {}, {}
        return self._event("story", "story.removed")

    def together(self, *announcements: Announcement) -> Announcement:
        """Consecutive changes, as one transaction announces them."""
        events = tuple(event for each in announcements for event in each.events)
        return Announcement(announcements[-1].head, events, announcements[0].base)

    def fork(self, *, back_to: int, branch: str) -> None:
        """Lose everything after a number, as a failover to a stale replica does."""
        self.seq, self.branch = back_to, branch
        self.cursors = {seq: cursor for seq, cursor in self.cursors.items() if seq <= back_to}
        title, entries, newest = self.saved[back_to]
        self.title, self.entries, self.newest = title, dict(entries), dict(newest)

    def rebuild(self, epoch: str) -> None:
        """Restored from a backup: the same content under a new epoch."""
        self.epoch = epoch
        self.cursors = {seq: replace(cursor, epoch=epoch) for seq, cursor in self.cursors.items()}
        self.newest = {name: self._under(event, epoch) for name, event in self.newest.items()}
        for seq, (title, entries, newest) in self.saved.items():
            self.saved[seq] = title, entries, {name: self._under(event, epoch) for name, event in newest.items()}

    def _under(self, event: EncodedEvent, epoch: str) -> EncodedEvent:
        cursor = replace(event.cursor, epoch=epoch)
        head = event.head.replace(str(event.cursor).encode(), str(cursor).encode())
        return replace(event, cursor=cursor, head=head)

    @property
    def head(self) -> StoryHead:
        return StoryHead(self.id, self.slug, self.cursors[self.seq], self.counts, self.closing)

    @property
    def counts(self) -> StoryCounts:
        return StoryCounts(sum(entry is not None for entry in self.entries.values()), None)

    def state(self) -> dict[str, Any]:
        """`GET /v1/stories/{story}`, with the whole timeline on one page."""
        timeline = {"items": self.items_at(self.seq), "next": None, "prev": None}
        counts = {"entry_count": self.counts.entry_count, "last_entry_at": None}
        return {
            "id": self.id, "title": self.title, "timeline": timeline, "included": [],
            "head": str(self.head.cursor), **counts,
        }  # fmt: skip

    def items_at(self, seq: int) -> list[dict[str, Any]]:
        """The timeline as it was after that event."""
        entries = (entry for entry in self.saved[seq][1].values() if entry)
        return sorted(entries, key=lambda entry: (entry["sort_key"], entry["id"]), reverse=True)

    def _put(self, entry: EntryId, kind: str, text: str) -> Announcement:
        held = self.entries.get(entry)
        revision = held["revision"] + 1 if held else self.seq + 1
        self.entries[entry] = {"id": entry, "revision": revision, "sort_key": entry, "body_html": text}
        return self._event(entry, kind)

    def _event(self, name: str, kind: str, cause: str | None = None) -> Announcement:
        base = self.cursors.get(self.seq)
        self.seq += 1
        cursor = Cursor(self.epoch, self.seq, f"{self.branch}{self.seq:05d}")
        self.cursors[self.seq] = cursor
        entry = self.entries.get(EntryId(name)) if not kind.endswith(".removed") else None
        line = EventLine(
            story=self.id,
            cursor=cursor,
            type=kind,
            time=Micros(START + self.seq),
            entry_id=None if kind.startswith("story.") else EntryId(name),
            changed=None,
            material=None,
            cause=cause,
            counts=self.counts,
        )
        fields = encode_json({"title": self.title}) if kind == "story.updated" else None
        self.newest[name] = encode_event(line, entry=_encoded(entry) if entry else None, story_fields=fields)
        self.saved[self.seq] = self.title, dict(self.entries), dict(self.newest)
        return Announcement(self.head, (self.newest[name],), base)


class ModelLog:
    """The tables as live reads them. `failing` fails every read; `has_removals`: their last event can be read.

    A `gate`, while there is one, keeps the answers of reads back; `waiting` is set once one is kept.
    """

    def __init__(self, *stories: ModelStory) -> None:
        self.stories = {story.id: story for story in stories}
        self.reads: list[str] = []
        self.gate: asyncio.Event | None = None
        self.waiting = asyncio.Event()
        self.failing = False
        self.has_removals = True

    async def find(self, ref: str) -> StoryHead | None:
        head = next((s.head for s in self.stories.values() if ref in (s.id, s.slug)), None)
        await self._finish_read("find")
        return head

    async def changes(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        try:
            page = self.changes_now(story, after, limit=limit, limit_bytes=limit_bytes)
        finally:
            await self._finish_read("changes")
        return page

    def changes_now(self, story: StoryId, after: Cursor | None, *, limit: int, limit_bytes: int) -> ChangesPage:
        model = self._story(story)
        if model.closing == "withdrawn" and not self.has_removals:
            raise Gone("story_withdrawn", "The story was withdrawn.")
        if after is not None and after.epoch != model.epoch:
            raise CursorUnusable("epoch")
        if after is not None and model.cursors.get(after.seq) != after:
            raise CursorUnusable("fork")
        seq = 0 if after is None else after.seq
        events = sorted((e for e in model.newest.values() if e.cursor.seq > seq), key=lambda e: e.cursor.seq)
        kept: list[EncodedEvent] = []
        size = 0
        for event in events[:limit]:
            kept.append(event)
            size += len(event.json(BodyVariant.BOTH))
            if size > limit_bytes:
                break
        more = len(kept) < len(events)
        return ChangesPage(tuple(kept), kept[-1].cursor if more else model.head.cursor, model.head, more)

    async def snapshot(self, story: StoryId, variant: BodyVariant) -> tuple[StoryHead, bytes]:
        taken = self._story(story).head, encode_json(self._story(story).state())
        await self._finish_read("snapshot")
        if taken[0].closing == "withdrawn":
            raise Gone("story_withdrawn", "The story was withdrawn.")
        return taken

    async def comment_counts(self, story: StoryId, version: int) -> dict[EntryId, int]:
        await self._finish_read("comments")
        return {}

    async def heads(self, stories: Sequence[StoryId]) -> dict[StoryId, StoryHead]:
        heads = {story: self.stories[story].head for story in stories if story in self.stories}
        await self._finish_read("heads")
        return heads

    def _story(self, story: StoryId) -> ModelStory:
        if story not in self.stories:
            raise NotFound("story_not_found", "No such story.")
        return self.stories[story]

    async def _finish_read(self, read: str) -> None:
        self.reads.append(read)
        if self.gate is not None:
            self.waiting.set()
            await self.gate.wait()
        if self.failing:
            raise ConnectionError("the database is away")


def story(name: str = "one", *, entries: int = 0) -> ModelStory:
    """A public story with its first event, and some entries."""
    model = ModelStory(StoryId(f"id-{name}"), name)
    model.rename(f"Title of {name}")
    for number in range(entries):
        model.publish(f"text {number}")
    return model


def _encoded(entry: dict[str, Any]) -> EncodedEntry:
    fields = {name: value for name, value in entry.items() if name != "body_html"}
    body = encode_json(entry["body_html"])
    return EncodedEntry(encode_json(fields), body, b"[]", body)
