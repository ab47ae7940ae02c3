"""Sitemaps (sitemaps.org) of the stories at a host: an index, the stories, and those of the last two days as news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urldefrag

from app.web.discovery.addresses import page_of
from app.web.documents.xml_writing import add, root, write_xml
from app.wire.links import Links

Members = Mapping[str, Any]

SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"

MAX_ADDRESS = 2_048
"""What is longer no sitemap may have."""

_SAFE = "%/:?#[]@!$&'()*+,;=-._~"
_WITH_A_SCRIPT = frozenset({"zh-cn", "zh-tw"})


def write_sitemap_index(read: Members, links: Links) -> bytes:
    """Write the index of a host's sitemaps."""
    document = root("sitemapindex", xmlns=SITEMAP)
    found = [(links.sitemap(number), changed) for number, changed in enumerate(read["stories"], start=1)]
    if read["news"] is not None:
        found.append((links.news_sitemap, read["news"]))
    for address, changed in found:
        sitemap = add(document, "sitemap")
        add(sitemap, "loc", address)
        if changed is not None:
            add(sitemap, "lastmod", changed)
    return write_xml(document)


def write_sitemap(read: Members, links: Links, *, is_first: bool) -> bytes:
    """Write a sitemap of stories, each at the page that shows it; the first has the list of stories too."""
    document = root("urlset", xmlns=SITEMAP)
    if is_first:
        add(add(document, "url"), "loc", f"{links.public_url}/")
    for story, address in _with_addresses(read["stories"]):
        url = add(document, "url")
        add(url, "loc", address)
        add(url, "lastmod", story["changed_at"])
    return write_xml(document)


def write_news_sitemap(read: Members) -> bytes:
    """Write a sitemap of news."""
    document = root("urlset", xmlns=SITEMAP, xmlns_news=NEWS)
    for story, address in _with_addresses(read["stories"]):
        url = add(document, "url")
        add(url, "loc", address)
        add(url, "lastmod", story["changed_at"])
        news = add(url, "news:news")
        publication = add(news, "news:publication")
        add(publication, "news:name", story["publication"])
        add(publication, "news:language", _language(story["language"]))
        add(news, "news:publication_date", story["public_since"])
        add(news, "news:title", story["title"])
    return write_xml(document)


def _with_addresses(stories: Sequence[Members]) -> list[tuple[Members, str]]:
    found = [(story, quote(urldefrag(page_of(story)).url, safe=_SAFE)) for story in stories]
    return [(story, address) for story, address in found if len(address) < MAX_ADDRESS]


def _language(tag: str) -> str:
    """Return a language as sitemaps of news name it: without its region, but for Chinese."""
    lowered = tag.lower()
    return lowered if lowered in _WITH_A_SCRIPT else lowered.partition("-")[0]
