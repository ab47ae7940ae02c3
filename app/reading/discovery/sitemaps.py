"""The sources of sitemaps: which public stories of a host's sites there are, and when each last changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from app.domain.clock import Micros, format_time
from app.domain.errors import NotFound
from app.reading.representations import Representation
from app.reading.story_lists import content_tag
from app.storage.database.transactions import ReadTransaction
from app.storage.public.material_changes import StoryChange, list_changed_at, list_new_stories, list_story_changes
from app.wire.encoding import encode_json
from app.wire.links import Links

SITEMAP_STORIES = 10_000
"""Stories of one sitemap. It may have 50,000 addresses and 50 MB; of 10,000 even the longest are less."""

MOST_SITEMAPS = 50_000
NEWS_STORIES = 1_000
NEWS_MICROS = 48 * 3_600 * 1_000_000
"""What is older is no news, and no sitemap of news may have more."""


def sites_below(links: Links) -> tuple[str, ...]:
    """List the sites whose pages are at the host of these links; who has no host of its own is at the operator's."""
    return tuple(sorted(each.site.slug for each in links.of_every_site() if each.public_url == links.public_url)) or (
        links.site.slug,
    )


def read_sitemap_index(tx: ReadTransaction, links: Links, *, now: Micros, size: int) -> Representation:
    """Read when each sitemap of a host last changed, `{"stories": [time…], "news": time}`; null: nothing is in it."""
    sites = sites_below(links)
    changed = list_changed_at(tx, sites)
    pages = [max(changed[start : start + size]) for start in range(0, min(len(changed), size * MOST_SITEMAPS), size)]
    news = [each.changed_at for each in _news(tx, sites, now)]
    return _representation(
        {
            "stories": [format_time(at) for at in pages] or [None],
            "news": format_time(max(news)) if news else None,
        }
    )


def read_sitemap(tx: ReadTransaction, links: Links, number: int, *, size: int) -> Representation:
    """Read one sitemap's stories, counted from 1. Raises NotFound behind the last; the first is always there."""
    found = list_story_changes(tx, sites_below(links), skip=(number - 1) * size, limit=size)
    stories = _encoded(found, links)
    if not stories and number > 1:
        raise NotFound("not_found", "There is nothing at this address.")
    return _representation({"stories": stories})


def read_news(tx: ReadTransaction, links: Links, *, now: Micros) -> Representation:
    """Read the stories that became public within two days and say something."""
    return _representation({"stories": _encoded(_news(tx, sites_below(links), now), links)})


def _news(tx: ReadTransaction, sites: Collection[str], now: Micros) -> Iterable[StoryChange]:
    return list_new_stories(tx, sites, since=Micros(now - NEWS_MICROS), limit=NEWS_STORIES)


def _encoded(found: Iterable[StoryChange], links: Links) -> list[dict[str, Any]]:
    return [
        {
            "url": links.for_site(each.site).story_page(each.slug),
            "canonical_url": each.canonical_url,
            "title": each.title,
            "language": each.language,
            "publication": links.for_site(each.site).site.name,
            "public_since": format_time(each.public_since),
            "changed_at": format_time(each.changed_at),
        }
        for each in found
    ]


def _representation(members: dict[str, Any]) -> Representation:
    body = encode_json(members)
    return Representation(plain=body, tag=content_tag(body), surrogate="stories")
