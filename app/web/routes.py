"""All pages and their files, as the composition root mounts them."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter

from app.web.app_pages import demo_page, docs_page, newsroom_page, preview_page
from app.web.assets import Assets, asset_routes
from app.web.discovery.entry_pages import entry_pages
from app.web.discovery.oembed import oembed_route
from app.web.discovery.routes import ReadsOfDiscovery, site_files
from app.web.discovery.structured_data import StructuredData
from app.web.feeds.routes import FeedText, ReadsOfFeeds, feed_routes
from app.web.message_docs import LiveDocument, messages_page
from app.web.newsroom_shell import newsroom_shell
from app.web.page_comments import PageComments, receipt_page
from app.web.page_responses import PageResponses
from app.web.reader_pages import ListStories, ReadStory, reader_pages
from app.web.refused_pages import not_found
from app.web.rendering import Renderer
from app.web.themes.themes import Themes
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
    discovery: Callable[[], ReadsOfDiscovery],
    structured: StructuredData,
    catalogue: Catalogue,
    live_document: LiveDocument,
    feed_text: FeedText = "full",
    responses: PageResponses | None = None,
    openapi_url: str = "/openapi.json",
    themes: Themes | None = None,
    demo_story: str | None = None,
) -> APIRouter:
    """Return a router with every page and static file, and the 404 page as its default.

    It reads public stories through what it is handed and in no other way. `responses` caches what is compressed.
    `feeds` returns what feeds are made from, each entry in full or as a summary (`feed_text`).
    `live_document` returns what describes the live messages.
    `discovery` returns what entries' pages and sitemaps are made from, and `structured` the structured data of stories.
    `catalogue` has the words of the pages.
    `themes` are what the sites' pages are drawn in.
    `demo_story` is the story that `/demo` shows; without it there is no such page.
    """
    assets = Assets(catalogue=catalogue, themes=themes)
    renderer = Renderer(links=links, assets=assets, catalogue=catalogue, themes=themes)
    responses = responses or PageResponses()
    router = APIRouter(default=not_found(renderer=renderer, responses=responses))
    router.include_router(
        reader_pages(
            renderer=renderer,
            responses=responses,
            read_story=read_story,
            list_stories=list_stories,
            comments=comments,
            read_entry=lambda ref, entry: discovery().read_entry(ref, entry),
            structured=structured,
        )
    )
    router.include_router(entry_pages(renderer=renderer, responses=responses, reads=discovery))
    router.include_router(
        oembed_route(reads=discovery, structured=structured, responses=responses, words_for=catalogue.words_for)
    )
    router.include_router(site_files(reads=discovery, responses=responses))
    router.include_router(feed_routes(feeds=feeds, responses=responses, catalogue=catalogue, text=feed_text))
    router.include_router(receipt_page(renderer=renderer, responses=responses, comments=comments))
    router.include_router(newsroom_page(renderer=renderer, responses=responses))
    router.include_router(newsroom_shell(renderer=renderer, responses=responses, assets=assets))
    router.include_router(preview_page(renderer=renderer, responses=responses))
    if demo_story is not None:
        demo = demo_page(renderer=renderer, responses=responses, read_story=read_story, story=demo_story)
        router.include_router(demo)
    router.include_router(docs_page(renderer=renderer, responses=responses, openapi_url=openapi_url))
    router.include_router(messages_page(renderer=renderer, responses=responses, live_document=live_document))
    router.include_router(asset_routes(assets))
    router.include_router(
        trailing_slashes(
            [
                "/stories/{ref}",
                "/stories/{ref}/entries/{entry}",
                "/newsroom",
                "/previews/{signed}",
                "/docs",
                "/docs/messages",
                "/receipts/{receipt}",
            ]
        )
    )
    return router
