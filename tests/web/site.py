"""The pages of a site with one public story, over fakes of the two functions the composition root hands in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import httpx
from fastapi import FastAPI

from app.domain.errors import Gone, MalformedInput, NotFound
from app.reading.page_reads import PageStory
from app.web.feeds.routes import ReadsOfFeeds
from app.web.page_comments import FormToken
from app.web.routes import web_routes
from app.wire.links import Links, Site
from tests.web import samples

SITE = Site(name="The Courier & Co", url="https://courier.example", logo=None)


class FakeReading:
    """A fake of what readers may see: one story, whose page of the timeline depends on what is asked for."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self.state = state or samples.story()
        self.others: list[dict[str, Any]] = []
        self.replies: dict[str, Any] = {"items": [], "next": None, "comment_count": 0}
        self.replies_asked: list[tuple[str, dict[str, str | None]]] = []
        self.form_number = self.form_period = 1
        self.receipts: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[str, str | None, str | None]] = []

    async def read_story(self, ref: str, position: str | None, around: str | None) -> PageStory | None:
        self.asked.append((ref, position, around))
        if ref == "withdrawn":
            raise Gone("story_withdrawn", "This story has been withdrawn.")
        if ref not in {self.state["slug"], self.state["id"], "an-old-name"}:
            return None
        if position == "not-a-position":
            raise MalformedInput("malformed_position", "That is no position.")
        if around == "removed":
            raise Gone("entry_gone", "That entry was removed.", cause="removed")
        return PageStory(self.state, None if ref == self.state["slug"] else self.state["slug"])

    async def read(self, story: str, query: Mapping[str, str | None]) -> dict[str, Any]:
        self.replies_asked.append((story, dict(query)))
        return self.replies

    def form_token(self, story: str) -> FormToken:
        return FormToken(f"token {self.form_number} of {story}", f"period {self.form_period}")

    async def receipt(self, secret: str) -> dict[str, Any]:
        if secret not in self.receipts:
            raise NotFound("receipt_not_found", "There is no such receipt.")
        return self.receipts[secret]

    def feeds(self) -> ReadsOfFeeds:
        raise AssertionError("no page is made of feeds; tests/web/feeds has theirs")

    async def list_stories(self, site: str) -> list[dict[str, Any]]:
        return [self.state, *self.others]


def client_of(reading: FakeReading, *, site: Site = SITE) -> httpx.AsyncClient:
    """A client of the pages alone."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    links = Links("https://live.example", site)
    pages = web_routes(
        links=links,
        read_story=reading.read_story,
        list_stories=reading.list_stories,
        comments=reading,
        feeds=reading.feeds,
    )
    app.include_router(pages)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://live.example")


def seen(page: httpx.Response) -> str:
    """A page without what its script needs of the words (all of them, and the key of each) and without isolation."""
    html = re.sub(r'<meta name="liveblog-words"[^>]*>', "", page.text)
    html = re.sub(r' data-say(?:-label|-count)?="[^"]*"|</?bdi[^>]*>| dir="auto"', "", html)
    return html.replace("<span>, </span>", ", ")
