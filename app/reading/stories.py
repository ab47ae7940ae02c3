"""Public stories: one story with the first page of its timeline, and the list of all."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from app.domain.errors import Redirected, story_not_found, story_withdrawn
from app.domain.slugs import story_ref
from app.reading.positions import encode_story_position, parse_story_position
from app.storage.database.transactions import ReadTransaction
from app.storage.public.reads import PublicStory, list_public_stories, read_public_story
from app.wire.encoding import encode_json
from app.wire.links import Links
from app.wire.story_fields import encode_story_fields, stored_members


@dataclass(frozen=True, slots=True)
class StoryListPage:
    """The body of `GET /v1/stories`, and the URLs of the pages after and before it."""

    body: bytes
    next: str | None
    prev: str | None


def require_story(tx: ReadTransaction, ref: str) -> PublicStory:
    """Return the public story of that id or slug, however it is spelt.

    Raises NotFound, hidden or unknown, and Gone for a withdrawn one.
    """
    named = story_ref(ref)
    story = None if named is None else read_public_story(tx, named)
    if story is None:
        raise story_not_found()
    if story.head.closing == "withdrawn":
        raise story_withdrawn()
    return story


def require_story_by_current_name(tx: ReadTransaction, ref: str) -> PublicStory:
    """Return the public story of that id or current slug. Raises also Redirected for any other name."""
    story = require_story(tx, ref)
    if ref not in (story.head.story, story.head.slug):
        raise Redirected("moved", "This story has another address now.", slug=story.head.slug)
    return story


def named_entries(story: PublicStory) -> list[str]:
    """List the entries that the story's pins and key points name, each once."""
    fields = stored_members(story.fields)
    named = [
        *(pin["entry"] for pin in fields.get("pinned", ())),
        *(p.get("entry") for p in fields.get("key_points", ())),
    ]
    return list(dict.fromkeys(entry for entry in named if entry is not None))


def encode_state(story: PublicStory, timeline: bytes, *, included: bytes, comment_counts: bytes, links: Links) -> bytes:
    """Encode the body of `GET /v1/stories/{story}`; `timeline` is the first page's members, `included` more entries.

    `comment_counts` are those of all these entries.
    """
    beside = b'%b,"comment_counts":%b' % (_head_and_counts(story), comment_counts)
    return b'%b,"timeline":{%b},"included":[%b],%b}' % (_fields(story, links)[:-1], timeline, included, beside)


def read_story_list(
    tx: ReadTransaction, *, position: str | None, limit: int, links: Links, site: str | None = None
) -> StoryListPage:
    """Read one page of a site's public stories, live ones first; that of `links` unless another `site` is asked for.

    Raises InvalidInput for a bad position.
    """
    of_site = site or links.site.slug
    after, newer = (None, False) if position is None else parse_story_position(position)
    found = list_public_stories(tx, site=of_site, after=after, newer=newer, limit=limit + 1)
    stories = found[-limit:] if newer else found[:limit]
    more = len(found) > limit
    has_older = more if not newer else _has_beyond(tx, of_site, stories[-1:], newer=False)
    has_newer = more if newer else after is not None and _has_beyond(tx, of_site, stories[:1], newer=True)
    beginning = f"{links.public_url}/v1/stories?{'' if site is None else f'site={site}&'}limit={limit}&position="
    following = beginning + _position(stories[-1], newer=False) if has_older else None
    preceding = beginning + _position(stories[0], newer=True) if has_newer else None
    items = b",".join(b"%b,%b}" % (_fields(story, links)[:-1], _head_and_counts(story)) for story in stories)
    body = b'{"items":[%b],"next":%b,"prev":%b}' % (items, encode_json(following), encode_json(preceding))
    return StoryListPage(body=body, next=following, prev=preceding)


def _has_beyond(tx: ReadTransaction, site: str, edge: list[PublicStory], *, newer: bool) -> bool:
    return any(list_public_stories(tx, site=site, after=story.position, newer=newer, limit=1) for story in edge)


def _position(story: PublicStory, *, newer: bool) -> str:
    return quote(encode_story_position(story.position, newer=newer), safe="")


def _fields(story: PublicStory, links: Links) -> bytes:
    links = links.for_site(story.head.site)
    head = story.head
    return encode_story_fields(story.fields, links=links, story=head.story, slug=head.slug, site=head.site)


def _head_and_counts(story: PublicStory) -> bytes:
    """Encode the members beside a story's fields in every representation."""
    head = story.head
    counts = head.counts.json_members()
    return b'"head":%b,%b,"comment_count":%d' % (encode_json(str(head.cursor)), counts, head.comments.count)
