"""The pages of a site with one public story, over fakes of the two functions the composition root hands in."""

from __future__ import annotations

import re
from typing import Any

import httpx
from fastapi import FastAPI

from app.domain.errors import Gone, MalformedInput
from app.reading.page_reads import PageStory
from app.web.routes import web_routes
from app.wire.links import Site
from tests.web import samples

SITE = Site(name="The Courier & Co", url="https://courier.example", logo=None)


class FakeReading:
    """A fake of what readers may see: one story, whose page of the timeline depends on what is asked for."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        self.state = state or samples.story()
        self.others: list[dict[str, Any]] = []
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

    async def list_stories(self) -> list[dict[str, Any]]:
        return [self.state, *self.others]


def client_of(reading: FakeReading) -> httpx.AsyncClient:
    """A client of the pages alone."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(web_routes(site=SITE, read_story=reading.read_story, list_stories=reading.list_stories))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://live.example")


def seen(page: httpx.Response) -> str:
    """A page without what its script needs of the words (all of them, and the key of each) and without isolation."""
    html = re.sub(r'<meta name="liveblog-words"[^>]*>', "", page.text)
    return re.sub(r' data-say(?:-label)?="[^"]*"|</?bdi[^>]*>| dir="auto"', "", html).replace("<span>, </span>", ", ")
