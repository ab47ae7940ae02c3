"""The pages of a site with one public story, over fakes of the two functions the composition root hands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import APIRouter, FastAPI

from app.domain.errors import Gone, MalformedInput, NotFound
from app.reading.page_reads import PageStory, WantedPage
from app.reading.representations import Representation
from app.web.discovery.structured_data import StructuredData
from app.web.feeds.routes import ReadsOfFeeds
from app.web.page_comments import FormToken
from app.web.routes import web_routes
from app.web.words import Catalogue
from app.wire.encoding import encode_json
from app.wire.links import Links, Site
from tests.web import samples

SITE = Site(name="The Courier & Co", url="https://courier.example", logo=None)


class FakeReading:
    """A fake of what readers may see: one story, whose page of the timeline depends on what is asked for."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self.state = state or samples.story()
        self.others: list[dict[str, Any]] = []
        self.key_events: list[dict[str, Any]] = []
        self.summary: dict[str, Any] | None = None
        self.replies: dict[str, Any] = {"items": [], "next": None, "comment_count": 0}
        self.replies_asked: list[tuple[str, dict[str, str | None]]] = []
        self.form_number = self.form_period = 1
        self.closed_code: str | None = None
        self.receipts: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []

    async def read_story(self, ref: str, wanted: WantedPage) -> PageStory | None:
        position, around = wanted.position, wanted.around
        self.asked.append((ref, position, around))
        if ref == "withdrawn":
            raise Gone("story_withdrawn", "This story has been withdrawn.")
        if ref not in {self.state["slug"], self.state["id"], "an-old-name"}:
            return None
        if position == "not-a-position":
            raise MalformedInput("malformed_position", "That is no position.")
        if around == "removed":
            raise Gone("entry_gone", "That entry was removed.", cause="removed")
        redirect = None if ref == self.state["slug"] else self.state["slug"]
        return PageStory(self.state, redirect, key_events=self.key_events, summary=self.summary)

    async def read(self, story: str, query: Mapping[str, str | None]) -> dict[str, Any]:
        self.replies_asked.append((story, dict(query)))
        return self.replies

    async def closed(self, story: str) -> str | None:
        return self.closed_code

    def form_token(self, story: str) -> FormToken:
        return FormToken(f"token {self.form_number} of {story}", f"period {self.form_period}")

    async def receipt(self, secret: str) -> dict[str, Any]:
        if secret not in self.receipts:
            raise NotFound("receipt_not_found", "There is no such receipt.")
        return self.receipts[secret]

    def discovery(self) -> FakeDiscovery:
        return FakeDiscovery(self)

    def feeds(self) -> ReadsOfFeeds:
        raise AssertionError("no page is made of feeds; tests/web/feeds has theirs")

    def live_document(self, app: FastAPI) -> dict[str, Any]:
        raise AssertionError("tests/description has the page of the live messages")

    async def list_stories(self, site: str) -> list[dict[str, Any]]:
        return [self.state, *self.others]


class FakeDiscovery:
    """What structured data and entries' pages are made from: the one story. Its sitemaps are nowhere asked for."""

    links = Links("https://live.example", SITE)

    def __init__(self, reading: FakeReading) -> None:
        self._reading = reading

    async def read_story(self, ref: str) -> Representation:
        state = self._reading.state
        dates = {"public_since": "2026-11-03T18:00:00.000Z", "changed_at": "2026-11-03T21:00:00.000Z"}
        items = [{"blocks": []} | each for each in state["timeline"]["items"]]
        return Representation(plain=encode_json({"story": state | dates, "items": items}), tag="markup")

    async def read_entry(self, ref: str, entry: str) -> Representation:
        state = self._reading.state
        items: list[dict[str, Any]] = [*state["timeline"]["items"], *state["included"]]
        found = next((each for each in items if each["id"] == entry), None)
        if found is None:
            raise NotFound("entry_not_found", "No such entry.")
        return Representation(plain=encode_json({"story": state, "entry": {"blocks": []} | found}), tag="entry")

    async def read_sitemap_index(self, links: Links) -> Representation:
        raise AssertionError("tests/api/routes/public has the sitemaps")

    async def read_sitemap(self, links: Links, number: int) -> Representation:
        raise AssertionError("tests/api/routes/public has the sitemaps")

    async def read_news(self, links: Links) -> Representation:
        raise AssertionError("tests/api/routes/public has the sitemaps")


def pages_of(reading: FakeReading, *, site: Site = SITE, demo_story: str | None = None) -> APIRouter:
    """The routes of the pages, over what is read."""
    links = Links("https://live.example", site)
    catalogue = Catalogue()
    return web_routes(
        links=links,
        read_story=reading.read_story,
        list_stories=reading.list_stories,
        comments=reading,
        feeds=reading.feeds,
        discovery=reading.discovery,
        structured=StructuredData(reading.discovery().read_story, catalogue.words_for),
        catalogue=catalogue,
        live_document=reading.live_document,
        demo_story=demo_story,
    )


def client_of(reading: FakeReading, *, site: Site = SITE) -> httpx.AsyncClient:
    """A client of the pages alone."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(pages_of(reading, site=site))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://live.example")


def seen(page: httpx.Response) -> str:
    """A page without what only machines read, what its script needs of it, and isolation."""
    html = re.sub(r'<meta name="liveblog-words"[^>]*>|<script type="application/ld.json">[^<]*</script>', "", page.text)
    html = re.sub(r' data-say(?:-label|-count)?="[^"]*"| part="[^"]*"|</?bdi[^>]*>| dir="auto"', "", html)
    return html.replace("<span>, </span>", ", ")
