"""A feed whatever its format: itself, its items, and the files that come with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Ending = Literal["atom", "rss", "json"]

ENDINGS: tuple[Ending, ...] = ("atom", "rss", "json")
"""The formats, by the ending of their addresses."""


@dataclass(frozen=True, slots=True)
class Person:
    """The author of an item, or the publisher of the feed."""

    name: str
    url: str | None = None
    avatar: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A picture, film or sound of an item. `size` is None where it is elsewhere, and nobody has told us."""

    kind: str
    url: str
    type: str
    size: int | None
    title: str | None
    width: int | None
    height: int | None
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class Origin:
    """The story's own feed, of an item that is shown in another."""

    id: str
    title: str
    url: str
    feed_url: str
    updated: str


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One entry. `html` is None in a feed of summaries. Every address in it is absolute."""

    id: str
    url: str
    title: str
    summary: str
    html: str | None
    language: str
    authors: tuple[Person, ...]
    tags: tuple[tuple[str, str], ...]
    """Slug and label of each."""
    published: str
    updated: str
    source: Person | None
    enclosures: tuple[Enclosure, ...]
    origin: Origin | None
    more: Mapping[str, Any]
    """What no format has a place for, as the API says it."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed in one format: `url` is its own address, `home` the page that shows the same."""

    id: str
    url: str
    home: str
    title: str
    subtitle: str | None
    publisher: Person
    language: str | None
    updated: str
    is_over: bool
    items: tuple[FeedItem, ...]
