"""All pages and their files, as the composition root mounts them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter

from app.web.app_pages import docs_page, newsroom_page, preview_page
from app.web.assets import Assets, asset_routes
from app.web.feeds.routes import FeedText, ReadsOfFeeds, feed_routes
from app.web.not_found import not_found
from app.web.own_words import read_own_words
from app.web.page_comments import PageComments, receipt_page
from app.web.page_responses import PageResponses
from app.web.reader_pages import ListStories, ReadStory, reader_pages
from app.web.rendering import Renderer
from app.web.trailing_slashes import trailing_slashes
from app.web.words import Catalogue
from app.wire.links import Links


def web_routes(
    *,
    links: Links,
    read_story: ReadStory,
    list_stories: ListStories,
    comments: PageComments,
    feeds: Callable[[], ReadsOfFeeds],
    feed_text: FeedText = "full",
    responses: PageResponses | None = None,
    openapi_url: str = "/openapi.json",
    own_words: Path | None = None,
) -> APIRouter:
    """Return a router with every page and static file, and the 404 page as its default.

    It reads public stories through what it is handed and in no other way. `responses` caches what is compressed.
    `feeds` returns what feeds are made from, each entry in full or as a summary (`feed_text`).
    `own_words` is the operator's file of words for the pages; raises UnusableWords.
    """
    catalogue = Catalogue(None if own_words is None else read_own_words(own_words))
    assets = Assets(catalogue=catalogue)
    renderer = Renderer(links=links, assets=assets, catalogue=catalogue)
    responses = responses or PageResponses()
    router = APIRouter(default=not_found(renderer=renderer, responses=responses))
    router.include_router(
        reader_pages(
            renderer=renderer,
            responses=responses,
            read_story=read_story,
            list_stories=list_stories,
            comments=comments,
        )
    )
    router.include_router(feed_routes(feeds=feeds, responses=responses, catalogue=catalogue, text=feed_text))
    router.include_router(receipt_page(renderer=renderer, responses=responses, comments=comments))
    router.include_router(newsroom_page(renderer=renderer, responses=responses))
    router.include_router(preview_page(renderer=renderer, responses=responses))
    router.include_router(docs_page(renderer=renderer, responses=responses, openapi_url=openapi_url))
    router.include_router(asset_routes(assets))
    router.include_router(
        trailing_slashes(["/stories/{ref}", "/newsroom", "/previews/{signed}", "/docs", "/receipts/{receipt}"])
    )
    return router
