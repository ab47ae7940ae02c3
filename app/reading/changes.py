"""Changes after a cursor, by state: each entry and the story once, in their present public form."""

from __future__ import annotations

from app.domain.cursor import FROM_THE_BEGINNING, Cursor, MalformedCursor, parse_cursor
from app.live.story.story_log import CursorUnusable
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import Change, PublicStory, list_changes, read_event_check
from app.wire.announcement import ChangesPage
from app.wire.encoding import BodyVariant, EncodedEvent, encode_event, encode_json
from app.wire.links import Links
from app.wire.story_fields import encode_story_fields

CHANGES_LIMIT = 200
MAX_CHANGES_LIMIT = 1_000
PAGE_LIMIT_BYTES = 1024 * 1024
"""Limit of one reply's events, beyond which it has at most one event more, however many were asked for."""

_ROWS_AT_ONCE = 100
"""Rows fetched before their size is checked: an entry may have 128 KB, and a thousand would take too much memory."""


def parse_after(text: str) -> Cursor | None:
    """Parse `?after=`; None means "from the beginning". Raises CursorUnusable for text that is no cursor."""
    if text == FROM_THE_BEGINNING:
        return None
    try:
        return parse_cursor(text)
    except MalformedCursor:
        raise CursorUnusable("epoch") from None


def read_changes(
    tx: ReadTransaction, story: PublicStory, *, after: Cursor | None, limit: int, limit_bytes: int, links: Links
) -> ChangesPage:
    """Read one page of changes, as StoryLog.changes describes it. Raises CursorUnusable."""
    if after is not None:
        _require_usable(tx, story, after)
    reached = 0 if after is None else after.seq
    links = links.for_site(story.head.site)
    events: list[EncodedEvent] = []
    size = 0
    while len(events) < limit and size < limit_bytes:
        wanted = min(_ROWS_AT_ONCE, limit - len(events))
        changes = list_changes(tx, story, after=reached, limit=wanted)
        for change in changes:
            if size >= limit_bytes:
                break
            event = _encode(change, story, links)
            events.append(event)
            size += size_of(event)
            reached = event.cursor.seq
        if len(changes) < wanted:
            break
    more = bool(events) and bool(list_changes(tx, story, after=reached, limit=1))
    cursor = events[-1].cursor if more else story.head.cursor
    return ChangesPage(events=tuple(events), cursor=cursor, head=story.head, more=more)


def encode_changes(page: ChangesPage, variant: BodyVariant) -> bytes:
    """Encode the body of `GET /v1/stories/{story}/changes`."""
    members = {
        "cursor": str(page.cursor),
        "head": str(page.head.cursor),
        "more": page.more,
        "comment_count": page.head.comments.count,
    }
    events = b",".join(event.json(variant) for event in page.events)
    return b'{"events":[%b],%b' % (events, encode_json(members)[1:])


def is_empty(body: bytes) -> bool:
    """Return whether an encoded answer has no event."""
    return body.startswith(b'{"events":[],')


def size_of(event: EncodedEvent) -> int:
    """Estimate the bytes of an event with its body as HTML."""
    entry = event.entry
    return len(event.head) + (0 if entry is None else len(entry.fields) + len(entry.body_html))


def _require_usable(tx: ReadTransaction, story: PublicStory, after: Cursor) -> None:
    if after.epoch != story.head.cursor.epoch:
        raise CursorUnusable("epoch")
    if after == story.head.cursor:
        return
    if read_event_check(tx, story.head.story, after.seq) != after.check:
        raise CursorUnusable("fork")


def _encode(change: Change, story: PublicStory, links: Links) -> EncodedEvent:
    fields = None
    if change.line.type == "story.updated":
        head = story.head
        fields = encode_story_fields(story.fields, links=links, story=head.story, slug=head.slug, site=head.site)
    entry = None if change.entry is None else change.entry.as_shown(links.media_base)
    return encode_event(change.line, entry=entry, story_fields=fields)
