"""The sources of a story's structured data and of an entry's page: stories and entries as the API sends them, dated."""

from __future__ import annotations

from typing import Literal, NamedTuple

from app.domain.clock import format_time
from app.reading.entries import ENTRY_FIELDS, EntryShape, require_entry, shown_entry
from app.reading.pages import PAGE_LIMIT
from app.storage.database.transactions import ReadTransaction
from app.storage.public.material_changes import read_material_change
from app.storage.public.reads import Boundary, EntryFilter, ListedEntry, PublicStory, list_public_entries
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.story_fields import encode_story_fields

NEWEST = PAGE_LIMIT
"""How many entries structured data has beside the key events: those on the story's page."""

MARKUP_LIMIT_BYTES = 1024 * 1024
"""Older key events than fill this are left out: the data is in every page of the story."""

_AT_ONCE = 100
_SHAPE = EntryShape(fields=ENTRY_FIELDS)


class MarkupView(NamedTuple):
    """A story's newest entries and every key event, for its structured data. Nobody is sent it as it is."""

    tag: str = "markup"
    shows_comments: bool = False
    codings: tuple[Literal["gzip", "br"], ...] = ()


class EntryView(NamedTuple):
    """One entry with its story, for its page. Nobody is sent it as it is. The address says which entry it is."""

    entry: str
    tag: str = "entry"
    shows_comments: bool = False
    codings: tuple[Literal["gzip", "br"], ...] = ()


def read_story_markup(tx: ReadTransaction, story: PublicStory, *, links: Links) -> bytes:
    """Read a story with its newest entries and every key event, in the order of the timeline."""
    ident = story.head.story
    newest = list_public_entries(tx, ident, boundary=None, only=EntryFilter(), limit=NEWEST, older=True)
    items = [_SHAPE.encode(shown_entry(entry, links)) for entry in newest]
    size = sum(len(each) for each in items)
    last = newest[-1] if len(newest) == NEWEST else None
    while last is not None:
        found = _key_events_behind(tx, story, last)
        for entry in found:
            encoded = _SHAPE.encode(shown_entry(entry, links))
            size += len(encoded)
            if size > MARKUP_LIMIT_BYTES:
                return _encode(tx, story, b'"items":[%b]' % b",".join(items), links)
            items.append(encoded)
        last = found[-1] if len(found) == _AT_ONCE else None
    return _encode(tx, story, b'"items":[%b]' % b",".join(items), links)


def read_entry_markup(tx: ReadTransaction, story: PublicStory, entry: str, *, links: Links) -> bytes:
    """Read an entry that is public now, with its story. Raises NotFound, and Gone for one that was public."""
    found = require_entry(tx, story.head.story, entry)
    return _encode(tx, story, b'"entry":%b' % _SHAPE.encode(shown_entry(found, links)), links)


def _key_events_behind(tx: ReadTransaction, story: PublicStory, entry: ListedEntry) -> list[ListedEntry]:
    behind = Boundary(sort_key=entry.sort_key, id=entry.id, direction="older")
    only = EntryFilter(key_event=True)
    return list_public_entries(tx, story.head.story, boundary=behind, only=only, limit=_AT_ONCE, older=True)


def _encode(tx: ReadTransaction, story: PublicStory, members: bytes, links: Links) -> bytes:
    head = story.head
    fields = encode_story_fields(story.fields, links=links, story=head.story, slug=head.slug, site=head.site)
    changed_at = read_material_change(tx, head.story) or story.public_since
    since, changed = (encode_json(format_time(at)) for at in (story.public_since, changed_at))
    return b'{"story":%b,"public_since":%b,"changed_at":%b},%b}' % (fields[:-1], since, changed, members)
