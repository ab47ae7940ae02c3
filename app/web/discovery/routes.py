"""`/robots.txt`, the sitemaps of a host and `/favicon.ico`: what search engines ask of any site."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from typing import Protocol

from fastapi import APIRouter, Request, Response
from pydantic_core import from_json

from app.domain.errors import NotFound
from app.reading.representations import Representation
from app.web.discovery.favicon import read_favicon
from app.web.discovery.sitemaps import write_news_sitemap, write_sitemap, write_sitemap_index
from app.web.documents.made_once import made_once
from app.web.headers import FEED_POLICY, PUBLIC_CACHE
from app.web.page_responses import Document, PageResponses
from app.wire.links import Links

_XML = "application/xml; charset=utf-8"
_ICON_CACHE = "public, max-age=86400"

_CLOSED = (
    "/v1/", "/newsroom", "/previews/", "/media-previews/", "/receipts/", "/docs", "/openapi.json", "/asyncapi.json",
    "/demo", "/oembed",
)  # fmt: skip
"""What is no page for readers. Files, feeds and fragments are open: pages are drawn with them."""


class ReadsOfDiscovery(Protocol):
    """The reads of stories, entries and sitemaps: app.reading.discovery.discovery_reads.DiscoveryReads."""

    @property
    def links(self) -> Links: ...

    def read_story(self, ref: str) -> Awaitable[Representation]: ...

    def read_entry(self, ref: str, entry: str) -> Awaitable[Representation]: ...

    def read_sitemap_index(self, links: Links) -> Awaitable[Representation]: ...

    def read_sitemap(self, links: Links, number: int) -> Awaitable[Representation]: ...

    def read_news(self, links: Links) -> Awaitable[Representation]: ...


def site_files(*, reads: Callable[[], ReadsOfDiscovery], responses: PageResponses) -> APIRouter:
    """Return the routes of what there is once for each host; `reads` is called for each request."""
    router = APIRouter(include_in_schema=False)
    favicon = Document.of(read_favicon(), "image/vnd.microsoft.icon")

    def asked(request: Request) -> tuple[ReadsOfDiscovery, Links]:
        found = reads()
        return found, found.links.at_host(request.scope)

    async def send(request: Request, document: Document) -> Response:
        return await responses.send(
            request, document, policy=FEED_POLICY, cache_control=PUBLIC_CACHE, surrogate="stories"
        )

    @router.api_route("/robots.txt", methods=["GET", "HEAD"])
    async def show_robots(request: Request) -> Response:
        _, links = asked(request)
        document = Document.of(write_robots(links).encode(), "text/plain; charset=utf-8")
        return await responses.send(request, document, policy=FEED_POLICY, cache_control=PUBLIC_CACHE)

    @router.api_route("/sitemap.xml", methods=["GET", "HEAD"])
    async def show_sitemap_index(request: Request) -> Response:
        found, links = asked(request)
        source = await found.read_sitemap_index(links)
        return await send(request, await _made(source, links, lambda read: write_sitemap_index(from_json(read), links)))

    @router.api_route("/sitemaps/stories-{number}.xml", methods=["GET", "HEAD"])
    async def show_sitemap(request: Request, number: str) -> Response:
        found, links = asked(request)
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 6 else 0
        if not page or str(page) != number:
            raise NotFound("not_found", "There is nothing at this address.")
        source = await found.read_sitemap(links, page)
        return await send(
            request,
            await _made(source, links, lambda read: write_sitemap(from_json(read), links, is_first=page == 1)),
        )

    @router.api_route("/sitemaps/news.xml", methods=["GET", "HEAD"])
    async def show_news(request: Request) -> Response:
        found, links = asked(request)
        source = await found.read_news(links)
        return await send(request, await _made(source, links, lambda read: write_news_sitemap(from_json(read))))

    @router.api_route("/favicon.ico", methods=["GET", "HEAD"])
    async def show_favicon(request: Request) -> Response:
        return await responses.send(request, favicon, policy=FEED_POLICY, cache_control=_ICON_CACHE)

    return router


def write_robots(links: Links) -> str:
    """Write what robots may ask for at a host, and where its sitemaps are."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _CLOSED), ""]
    lines += [f"Sitemap: {address}" for address in (links.sitemap_index, links.news_sitemap)]
    return "\n".join(lines) + "\n"


async def _made(source: Representation, links: Links, write: Callable[[bytes], bytes]) -> Document:
    key: Hashable = ("sitemap", links.public_url)
    return await made_once(source, key, lambda read: Document.of(write(read), _XML))
