"""A feed as JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.web.feeds.feed import Enclosure, Feed, FeedItem, Person
from app.wire.encoding import encode_json

VERSION = "https://jsonfeed.org/version/1.1"


def write_json_feed(feed: Feed) -> bytes:
    """Write the feed as a JSON Feed document; what is not known is left out."""
    members = {
        "version": VERSION,
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "description": feed.subtitle,
        "icon": feed.publisher.avatar,
        "authors": [_person(feed.publisher)],
        "language": feed.language,
        "expired": True if feed.is_over else None,
        "items": [_item(item) for item in feed.items],
    }
    return encode_json(_known(members)) + b"\n"


def _item(item: FeedItem) -> dict[str, Any]:
    members = {
        "id": item.id,
        "url": item.url,
        "external_url": None if item.source is None else item.source.url,
        "title": item.title,
        "content_html": item.html,
        "content_text": None if item.html is not None else item.summary or item.title,
        "summary": item.summary or None,
        "image": next((each.url for each in item.enclosures if each.kind == "image"), None),
        "date_published": item.published,
        "date_modified": item.updated,
        "authors": [_person(each) for each in item.authors] or None,
        "tags": [label for _, label in item.tags] or None,
        "language": item.language,
        "attachments": [_attachment(each) for each in item.enclosures] or None,
        "_liveblog": dict(item.more),
    }
    return _known(members)


def _person(person: Person) -> dict[str, Any]:
    return _known({"name": person.name, "url": person.url, "avatar": person.avatar})


def _attachment(each: Enclosure) -> dict[str, Any]:
    seconds = None if each.duration_ms is None else each.duration_ms / 1000
    members = {"url": each.url, "mime_type": each.type, "title": each.title, "size_in_bytes": each.size}
    return _known({**members, "duration_in_seconds": seconds})


def _known(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
