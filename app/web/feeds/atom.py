"""A feed as Atom (RFC 4287)."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from app.web.documents.xml_writing import add, root, write_xml
from app.web.feeds.feed import Feed, FeedItem, Origin, Person
from app.web.headers import FEED_TYPES


def write_atom(feed: Feed) -> bytes:
    """Write the feed as an Atom document."""
    document = root("feed", xmlns="http://www.w3.org/2005/Atom")
    if feed.language is not None:
        document.set("xml:lang", feed.language)
    add(document, "id", feed.id)
    add(document, "title", feed.title)
    if feed.subtitle:
        add(document, "subtitle", feed.subtitle)
    add(document, "updated", feed.updated)
    add(document, "link", rel="self", type=FEED_TYPES["atom"], href=feed.url)
    add(document, "link", rel="alternate", type="text/html", href=feed.home)
    _add_person(document, feed.publisher)
    if feed.publisher.avatar:
        add(document, "logo", feed.publisher.avatar)
    add(document, "generator", "Liveblog")
    for item in feed.items:
        _add_entry(document, item)
    return write_xml(document)


def _add_entry(document: Element, item: FeedItem) -> None:
    entry = add(document, "entry", xml_lang=item.language)
    add(entry, "id", item.id)
    add(entry, "title", item.title)
    add(entry, "published", item.published)
    add(entry, "updated", item.updated)
    add(entry, "link", rel="alternate", type="text/html", href=item.url)
    for author in item.authors:
        _add_person(entry, author)
    for slug, label in item.tags:
        add(entry, "category", term=slug, label=label)
    if item.source is not None:
        add(entry, "link", rel="via", href=item.source.url, title=item.source.name)
    for each in item.enclosures:
        length = None if each.size is None else str(each.size)
        add(entry, "link", rel="enclosure", type=each.type, length=length, href=each.url, title=each.title)
    if item.summary:
        add(entry, "summary", item.summary)
    if item.html is not None:
        add(entry, "content", item.html, type="html")
    elif not item.summary:
        add(entry, "content", item.title)
    if item.origin is not None:
        _add_origin(entry, item.origin)


def _add_person(parent: Element, person: Person) -> None:
    author = add(parent, "author")
    add(author, "name", person.name)
    if person.url:
        add(author, "uri", person.url)


def _add_origin(entry: Element, origin: Origin) -> None:
    source = add(entry, "source")
    add(source, "id", origin.id)
    add(source, "title", origin.title)
    add(source, "updated", origin.updated)
    add(source, "link", rel="self", type=FEED_TYPES["atom"], href=origin.feed_url)
    add(source, "link", rel="alternate", type="text/html", href=origin.url)
