"""The source of feeds as one JSON object: the newest entries as the API sends them, and the stories they are of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from app.domain.clock import format_time
from app.reading.entries import ENTRY_FIELDS, EntryShape, shown_entry
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import (
    EntryFilter,
    ListedEntry,
    PublicStory,
    list_latest_entries,
    list_public_entries,
    list_tagged_entries,
)
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.story_fields import encode_story_fields

FEED_LIMIT_BYTES = 2 * 1024 * 1024
"""Older entries than fill this are left out of a feed, whose readers fetch the whole of it again and again."""

_SHAPE = EntryShape(fields=ENTRY_FIELDS)


class FeedView(NamedTuple):
    """A story's newest entries for its feeds, whatever their format. No compressed form is made: nobody is sent it."""

    limit: int
    tag: str = "feed"
    shows_comments: bool = False
    codings: tuple[Literal["gzip", "br"], ...] = ()


def read_story_feed(tx: ReadTransaction, story: PublicStory, *, limit: int, links: Links) -> bytes:
    """Read a story with its newest entries."""
    found = list_public_entries(tx, story.head.story, boundary=None, only=EntryFilter(), limit=limit, older=True)
    return _encode([story], [(story, entry) for entry in found], links)


def read_latest_feed(tx: ReadTransaction, *, tag: str | None, limit: int, links: Links) -> bytes:
    """Read what was published last in the stories of the links' site: all, or what has a tag if one is named."""
    site = links.site.slug
    if tag is None:
        found = list_latest_entries(tx, site=site, limit=limit)
    else:
        found = list_tagged_entries(tx, f"tag:{tag}", site=site, limit=limit)
    return _encode([story for story, _ in found], found, links)


def _encode(stories: Iterable[PublicStory], found: Sequence[tuple[PublicStory, ListedEntry]], links: Links) -> bytes:
    items: list[bytes] = []
    size = 0
    for story, entry in found:
        encoded = _SHAPE.encode(shown_entry(entry, links))
        size += len(encoded)
        if items and size > FEED_LIMIT_BYTES:
            break
        items.append(b'{"story":%b,"entry":%b}' % (encode_json(story.head.story), encoded))
    shown = {story.head.story: _encode_story(story, links) for story in stories}
    members = b",".join(b"%b:%b" % (encode_json(name), fields) for name, fields in shown.items())
    return b'{"stories":{%b},"items":[%b]}' % (members, b",".join(items))


def _encode_story(story: PublicStory, links: Links) -> bytes:
    fields = encode_story_fields(
        story.fields, links=links, story=story.head.story, slug=story.head.slug, site=story.head.site
    )
    return b'%b,"public_since":%b}' % (fields[:-1], encode_json(format_time(story.public_since)))
