"""A feed as RSS 2.0, with what RSS has no element for from Atom, Dublin Core, Content and Media RSS."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from xml.etree.ElementTree import Element

from markupsafe import escape

from app.web.documents.xml_writing import add, root, write_xml
from app.web.feeds.feed import Feed, FeedItem
from app.web.headers import FEED_TYPES

UNKNOWN_LENGTH = "0"
"""What publishers write for an enclosure of a size that they do not know: the attribute may not be left out."""


def write_rss(feed: Feed) -> bytes:
    """Write the feed as an RSS document."""
    document = root(
        "rss",
        version="2.0",
        xmlns_atom="http://www.w3.org/2005/Atom",
        xmlns_content="http://purl.org/rss/1.0/modules/content/",
        xmlns_dc="http://purl.org/dc/elements/1.1/",
        xmlns_media="http://search.yahoo.com/mrss/",
    )
    channel = add(document, "channel")
    add(channel, "title", feed.title)
    add(channel, "link", feed.home)
    add(channel, "description", _as_html(feed.subtitle or feed.title))
    if feed.language is not None:
        add(channel, "language", feed.language)
    add(channel, "lastBuildDate", _rss_time(feed.updated))
    add(channel, "generator", "Liveblog")
    add(channel, "docs", "https://www.rssboard.org/rss-specification")
    add(channel, "atom:link", rel="self", type=FEED_TYPES["rss"], href=feed.url)
    add(channel, "dc:creator", feed.publisher.name)
    if feed.publisher.avatar:
        image = add(channel, "image")
        add(image, "url", feed.publisher.avatar)
        add(image, "title", feed.title)
        add(image, "link", feed.home)
    for item in feed.items:
        _add_item(channel, item)
    return write_xml(document)


def _add_item(channel: Element, item: FeedItem) -> None:
    parent = add(channel, "item", xml_lang=item.language)
    add(parent, "title", item.title)
    add(parent, "link", item.url)
    add(parent, "guid", item.id, isPermaLink="false")
    add(parent, "pubDate", _rss_time(item.published))
    add(parent, "atom:updated", item.updated)
    for author in item.authors:
        add(parent, "dc:creator", author.name)
    for _, label in item.tags:
        add(parent, "category", label)
    if item.source is not None:
        add(parent, "atom:link", rel="via", href=item.source.url, title=item.source.name)
    if item.origin is not None:
        add(parent, "source", item.origin.title, url=item.origin.feed_url)
    add(parent, "description", _as_html(item.summary or item.title))
    if item.html is not None:
        add(parent, "content:encoded", item.html)
    _add_files(parent, item)


def _add_files(parent: Element, item: FeedItem) -> None:
    """Add the first file as the enclosure, for readers take no more than one, and all of them as Media RSS."""
    for first in item.enclosures[:1]:
        length = UNKNOWN_LENGTH if first.size is None else str(first.size)
        add(parent, "enclosure", url=first.url, length=length, type=first.type)
    for each in item.enclosures:
        add(
            parent,
            "media:content",
            url=each.url,
            type=each.type,
            medium=each.kind,
            fileSize=_number(each.size),
            width=_number(each.width),
            height=_number(each.height),
            duration=None if each.duration_ms is None else str(round(each.duration_ms / 1000)),
        )


def _as_html(text: str) -> str:
    """Return a text as HTML: a description is that to all who read RSS, a feed's as an item's."""
    return str(escape(text))


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _rss_time(time: str) -> str:
    """Return an RFC 3339 time as RFC 822 writes it."""
    return format_datetime(datetime.fromisoformat(time.replace("Z", "+00:00")).astimezone(UTC), usegmt=True)
