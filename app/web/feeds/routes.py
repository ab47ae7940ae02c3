"""The addresses of feeds: `/feed.atom`, `/tags/{tag}/feed.atom`, `/stories/{story}/feed.atom`; also `.rss`, `.json`.

A feed is made once for each state of what it shows, and kept with that. Errors are the API's problems.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal, Protocol

from fastapi import APIRouter, Request, Response

from app.domain.slugs import canonical_slug
from app.reading.representations import Representation
from app.web.documents.made_once import made_once
from app.web.feeds.atom import write_atom
from app.web.feeds.feed import ENDINGS, Ending, Feed
from app.web.feeds.json_feed import write_json_feed
from app.web.feeds.making import FeedMaker
from app.web.feeds.rss import write_rss
from app.web.headers import CALM_CACHE, FEED_POLICY, FEED_TYPES, PUBLIC_CACHE
from app.web.page_responses import Document, PageResponses
from app.web.words import Catalogue
from app.wire.links import Links

FeedText = Literal["full", "summary"]

_WRITERS: dict[Ending, Callable[[Feed], bytes]] = {"atom": write_atom, "rss": write_rss, "json": write_json_feed}


def write_feed(ending: Ending, feed: Feed) -> bytes:
    """Write a feed in the format of that ending."""
    return _WRITERS[ending](feed)


class ReadsOfFeeds(Protocol):
    """The reads that feeds are made from, and the links of the settings' site: app.reading.feed_reads.FeedReads."""

    @property
    def links(self) -> Links: ...

    def read_story(self, ref: str) -> Awaitable[Representation]: ...

    def read_tag(self, tag: str, links: Links) -> Awaitable[Representation]: ...

    def read_site(self, links: Links) -> Awaitable[Representation]: ...


def feed_routes(
    *, feeds: Callable[[], ReadsOfFeeds], responses: PageResponses, catalogue: Catalogue, text: FeedText
) -> APIRouter:
    """Return the routes of all feeds; `feeds` is called for each request."""
    router = APIRouter(include_in_schema=False)
    for ending in ENDINGS:
        routes = _Routes(ending, feeds, responses, catalogue, is_full=text == "full")
        for path, show in (
            ("/feed", routes.show_site),
            ("/tags/{tag}/feed", routes.show_tag),
            ("/stories/{ref}/feed", routes.show_story),
        ):
            router.add_api_route(f"{path}.{ending}", show, methods=["GET", "HEAD"])
    return router


class _Routes:
    """The three feeds in one format."""

    def __init__(
        self,
        ending: Ending,
        feeds: Callable[[], ReadsOfFeeds],
        responses: PageResponses,
        catalogue: Catalogue,
        *,
        is_full: bool,
    ) -> None:
        self._ending = ending
        self._feeds = feeds
        self._responses = responses
        self._catalogue = catalogue
        self._is_full = is_full

    async def show_site(self, request: Request) -> Response:
        feeds = self._feeds()
        links = feeds.links.at_host(request.scope)
        source = await feeds.read_site(links)
        return await self._respond(request, source, self._maker(links).site_feed)

    async def show_tag(self, request: Request, tag: str) -> Response:
        feeds = self._feeds()
        links = feeds.links.at_host(request.scope)
        source, maker = await feeds.read_tag(tag, links), self._maker(links)
        return await self._respond(request, source, lambda read: maker.tag_feed(canonical_slug(tag), read))

    async def show_story(self, request: Request, ref: str) -> Response:
        feeds = self._feeds()
        source = await feeds.read_story(ref)
        return await self._respond(request, source, self._maker(feeds.links).story_feed)

    def _maker(self, links: Links) -> FeedMaker:
        return FeedMaker(self._ending, links, self._catalogue.words_for, self._is_full)

    async def _respond(self, request: Request, source: Representation, make: Callable[[bytes], Feed]) -> Response:

        def work(read: bytes) -> Document:
            return Document.of(write_feed(self._ending, make(read)), f"{FEED_TYPES[self._ending]}; charset=utf-8")

        document = await made_once(source, ("feed", self._ending), work)
        cache_control = CALM_CACHE if source.is_over else PUBLIC_CACHE
        return await self._responses.send(
            request, document, policy=FEED_POLICY, cache_control=cache_control, surrogate=source.surrogate
        )
