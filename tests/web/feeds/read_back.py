"""Feeds as subscribers read them: Atom and RSS by feedparser, JSON Feed by what its version 1.1 says."""

from __future__ import annotations

import json
import re
from calendar import timegm
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from typing import Any

import feedparser

_IN_HTML = re.compile(r' (?:href|src|poster|cite|data-url)="([^"]*)"')
_SRCSET = re.compile(r' srcset="([^"]*)"')


@dataclass(frozen=True)
class ReadItem:
    """One item, whatever the format it came in. `html` is None where a summary is all there is."""

    id: str
    url: str
    title: str
    html: str | None
    summary: str
    published: int
    updated: int
    tags: list[str]
    authors: list[str]
    files: list[tuple[str, str, int | None]]


@dataclass(frozen=True)
class ReadFeed:
    """One feed, whatever its format."""

    title: str
    url: str
    home: str
    language: str | None
    updated: int | None
    items: list[ReadItem]
    raw: Mapping[str, Any] = field(repr=False)


def read_feed(ending: str, body: bytes) -> ReadFeed:
    """Read a feed; fails on what its format does not allow."""
    return _read_json(body) if ending == "json" else _read_xml(ending, body)


def seconds(time: str) -> int:
    """The second of an RFC 3339 time."""
    return int(datetime.fromisoformat(time.replace("Z", "+00:00")).timestamp())


def addresses_in(html: str) -> list[str]:
    """Every address in HTML of ours."""
    found = _IN_HTML.findall(html)
    for candidates in _SRCSET.findall(html):
        found += [each.split()[0] for each in candidates.split(", ")]
    return [unescape(each) for each in found]


def _read_xml(ending: str, body: bytes) -> ReadFeed:
    read = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False)
    assert not read.bozo, read.get("bozo_exception")
    assert read.version == {"atom": "atom10", "rss": "rss20"}[ending]
    own = [link.href for link in read.feed.links if link.rel == "self"]
    return ReadFeed(
        title=read.feed.title,
        url=own[0],
        home=read.feed.link,
        language=read.feed.get("language"),
        updated=timegm(read.feed.updated_parsed),
        items=[_xml_item(entry, ending) for entry in read.entries],
        raw=read,
    )


def _xml_item(entry: Any, ending: str) -> ReadItem:
    content = [each.value for each in entry.get("content", [])]
    files = [(each.href, each.type, _size(each.get("length"))) for each in entry.enclosures]
    if ending == "rss":
        assert entry.guidislink is False, "its guid is no address"
        assert files == [(each["url"], each["type"], _size(each.get("filesize"))) for each in _media(entry)][:1]
        files = [(each["url"], each["type"], _size(each.get("filesize"))) for each in _media(entry)]
    # What RSS calls a description is HTML.
    summary = unescape(entry.summary) if ending == "rss" else entry.get("summary", "")
    return ReadItem(
        id=entry.id,
        url=entry.link,
        title=entry.title,
        html=content[0] if content else None,
        summary=summary,
        published=timegm(entry.published_parsed),
        updated=timegm(entry.updated_parsed),
        tags=[tag.label or tag.term for tag in entry.get("tags", [])],
        authors=[each.name for each in entry.get("authors", []) if "name" in each],
        files=files,
    )


def _media(entry: Any) -> list[Any]:
    found: list[Any] = entry.get("media_content", [])
    return found


def _size(length: str | None) -> int | None:
    return int(length) if length and length != "0" else None


def _read_json(body: bytes) -> ReadFeed:
    read = json.loads(body)
    assert read["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(read["title"], str)
    assert None not in read.values()
    for item in read["items"]:
        assert isinstance(item["id"], str)
        assert ("content_html" in item) != ("content_text" in item)
        assert None not in item.values()
        for each in item.get("attachments", []):
            assert {"url", "mime_type"} <= each.keys()
            assert None not in each.values()
    return ReadFeed(
        title=read["title"],
        url=read["feed_url"],
        home=read["home_page_url"],
        language=read.get("language"),
        updated=None,
        items=[_json_item(item) for item in read["items"]],
        raw=read,
    )


def _json_item(item: Mapping[str, Any]) -> ReadItem:
    return ReadItem(
        id=item["id"],
        url=item["url"],
        title=item["title"],
        html=item.get("content_html"),
        summary=item.get("summary", ""),
        published=seconds(item["date_published"]),
        updated=seconds(item["date_modified"]),
        tags=item.get("tags", []),
        authors=[each["name"] for each in item.get("authors", [])],
        files=[(each["url"], each["mime_type"], each.get("size_in_bytes")) for each in item.get("attachments", [])],
    )
