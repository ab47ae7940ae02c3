"""The reader's pages: `/`, the list of stories, and `/stories/{story}`, which reads completely without JavaScript.

`/stories/{story}/fragment` is the same markup without a document around it, for pages of others.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response
from markupsafe import Markup
from pydantic_core import from_json

from app.domain.errors import Gone, InvalidInput, LiveblogError, MalformedInput, NotFound
from app.reading.page_reads import PageStory, WantedPage
from app.reading.representations import Representation
from app.web.discovery.addresses import entry_page_of
from app.web.discovery.cards import entry_found_by, found_by
from app.web.discovery.crawling import crawled
from app.web.discovery.structured_data import StructuredData
from app.web.fragments import FragmentOptions, shorten
from app.web.headers import CALM_CACHE, NO_CACHE, PUBLIC_CACHE, reader_policy
from app.web.page_comments import PageComments, comments_context
from app.web.page_responses import PageResponses
from app.web.refused_pages import page_routes
from app.web.rendering import Renderer, position_in
from app.web.timeline_parts import offered_tags, part_shown, query_of, wanted_page
from app.web.words import FALLBACK, Words
from app.wire.links import Links, path_part

_NOT_THERE = (NotFound, MalformedInput, InvalidInput)
_OVER = frozenset({"ended", "archived"})


class ReadStory(Protocol):
    """Reads a public story by id or slug, with the part of its timeline that is wanted.

    Returns None, or raises NotFound, Gone, MalformedInput or InvalidInput, if either cannot be shown.
    """

    def __call__(self, ref: str, wanted: WantedPage) -> Awaitable[PageStory | None]: ...


class ReadEntry(Protocol):
    """Reads an entry that is public now, with its story: app.reading.discovery.discovery_reads.DiscoveryReads."""

    def __call__(self, ref: str, entry: str) -> Awaitable[Representation]: ...


class ListStories(Protocol):
    """Lists the public stories of a site, those that are live first, each with its public fields."""

    def __call__(self, site: str) -> Awaitable[Sequence[dict[str, Any]]]: ...


def reader_pages(
    *,
    renderer: Renderer,
    responses: PageResponses,
    read_story: ReadStory,
    list_stories: ListStories,
    comments: PageComments,
    read_entry: ReadEntry,
    structured: StructuredData,
) -> APIRouter:
    """Return the routes of the readers' pages. Hidden stories and unknown ones answer with the same bytes."""
    router = APIRouter(include_in_schema=False, route_class=page_routes(renderer=renderer, responses=responses))

    @router.api_route("/", methods=["GET", "HEAD"])
    async def show_stories(request: Request) -> Response:
        site = renderer.site_at(request)
        stories = await list_stories(site.slug)
        words = _common_words(renderer, stories, fallback=site.language or FALLBACK)
        html = renderer.render("stories.html", site=site, words=words, stories=stories)
        return await responses.make(
            request, html, policy=reader_policy(site), cache_control=PUBLIC_CACHE, surrogate="stories"
        )

    @router.api_route("/stories/{ref}", methods=["GET", "HEAD"])
    async def show_story(
        request: Request,
        ref: str,
        *,
        position: str | None = None,
        entry: str | None = None,
        part: str | None = None,
        embed: str | None = None,
    ) -> Response:
        wanted = wanted_page(request.query_params, position=position, entry=entry)
        page = await _read(read_story, ref, wanted)
        missed = isinstance(page, HTTPStatus) and not wanted.is_first
        if missed:
            wanted = WantedPage()
            page = await _read(read_story, ref, wanted)
        if isinstance(page, HTTPStatus):
            return await show_nothing(request, page)
        links = renderer.links.for_site(page.site)
        if (led := _leading(request, renderer, page, links)) is not None:
            return led
        around = None if missed else entry
        words = renderer.catalogue.words_for(page.state["language"])
        replies = await comments_context(comments, page.state, request, entry=around, words=words)
        context = _context(page, wanted, missed=missed) | {"replies": replies}
        if embed is not None:
            context |= {"embed": True, "base": page.state["url"], "target": "_blank"}
            context["query"] = partial(context["query"], embed="")
        is_part = part == "replies" and replies is not None  # what static/replies/list.js asks for
        template = "replies.html" if is_part else "story.html"
        if not is_part:
            shared = await _read_shared(read_entry, page, around)
            context |= _elsewhere(page.state, wanted, links, shared=shared, words=words)
            context["structured"] = await _data_of(structured, page) if wanted.is_first else None
        html = renderer.render(template, site=links.site, words=words, **context)
        response = await responses.make(
            request,
            html,
            policy=reader_policy(links.site),
            cache_control=_cache_control(page),
            surrogate=f"story-{page.state['id']}",
            passing=None if replies is None else replies["passing"],
        )
        if is_part:
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    @router.api_route("/stories/{ref}/fragment", methods=["GET", "HEAD"])
    async def show_fragment(request: Request, ref: str) -> Response:
        page = await _read(read_story, ref, WantedPage())
        if isinstance(page, HTTPStatus):
            return await show_nothing(request, page, fragment=True)
        links = renderer.links.for_site(page.site)
        if (led := _leading(request, renderer, page, links, ending="/fragment")) is not None:
            return led
        options = FragmentOptions.parse(request.query_params)
        state = shorten(page.state, options.limit, links=links)
        context = _context(replace(page, state=state), WantedPage(), missed=False)
        if options.order == "oldest":
            context["entries"] = context["entries"][::-1]
        response = await responses.make(
            request,
            renderer.render(
                "ticker.html" if options.mode == "ticker" else "story.html",
                site=links.site,
                words=renderer.catalogue.words_in(options.language or state["language"], about=state["language"]),
                **context,
                fragment=True,
                replies=None,
                order=options.order,
                ad_every=options.ad_every,
                limit=options.limit,
                origin=links.public_url,
                base=state["canonical_url"] or state["url"],
                is_canonical=state["canonical_url"] is not None,
                structured=await _data_of(structured, page) if options.mode == "full" else None,
            ),
            policy=reader_policy(links.site),
            cache_control=_cache_control(page),
            surrogate=f"story-{state['id']}",
        )
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    async def show_nothing(request: Request, status: HTTPStatus, *, fragment: bool = False) -> Response:
        """Answer the same for what is hidden and what there never was."""
        site, words, is_gone = renderer.site_at(request), renderer.words_at(request), status is HTTPStatus.GONE
        html = renderer.render("not_found.html", site=site, words=words, is_gone=is_gone, fragment=fragment)
        return await responses.make(request, html, policy=reader_policy(site), cache_control=NO_CACHE, status=status)

    return router


def _common_words(renderer: Renderer, stories: Sequence[dict[str, Any]], *, fallback: str) -> Words:
    """Return the words in the language that all stories have, else in that of the site."""
    languages = {story["language"].partition("-")[0] for story in stories}
    return renderer.catalogue.words_for(languages.pop() if len(languages) == 1 else fallback)


async def _read(read_story: ReadStory, ref: str, wanted: WantedPage) -> PageStory | HTTPStatus:
    """Return the page, or the status that says why there is none."""
    try:
        return await read_story(ref, wanted) or HTTPStatus.NOT_FOUND
    except Gone:
        return HTTPStatus.GONE
    except _NOT_THERE:
        return HTTPStatus.NOT_FOUND


def _leading(
    request: Request, renderer: Renderer, page: PageStory, links: Links, *, ending: str = ""
) -> Response | None:
    """Lead to a story's own address, at the host of its site if that is another; None for who is there."""
    elsewhere = "" if links.public_url == renderer.links.at_host(request.scope).public_url else links.public_url
    if page.redirect_slug is None and not elsewhere:
        return None
    query = f"?{request.url.query}" if request.url.query else ""
    location = f"{elsewhere}/stories/{path_part(page.redirect_slug or page.state['slug'])}{ending}{query}"
    return Response(status_code=308, headers={"Location": location, "Cache-Control": PUBLIC_CACHE})


async def _data_of(structured: StructuredData, page: PageStory) -> Markup | None:
    """Return a story's structured data; None where it cannot be read, as the page is complete without."""
    try:
        return (await structured.of_story(page.state["id"])).script
    except LiveblogError:
        return None


async def _read_shared(read_entry: ReadEntry, page: PageStory, entry: str | None) -> dict[str, Any] | None:
    """Return the entry that a page was asked for to show; None where it is asked for as a whole."""
    if entry is None:
        return None
    try:
        shared: dict[str, Any] = from_json((await read_entry(page.state["id"], entry)).plain)["entry"]
    except LiveblogError:
        return None
    return shared


def _elsewhere(
    state: dict[str, Any], wanted: WantedPage, links: Links, *, shared: dict[str, Any] | None, words: Words
) -> dict[str, Any]:
    """Return what a page says for search engines and networks: of one entry, where it was asked for to show that."""
    crawl = crawled(state, wanted)
    address = state["url"] if shared is None else entry_page_of(shared, state, links)
    return {
        "canonical": crawl.canonical,
        "crawled": crawl,
        "found": found_by(state) if shared is None else entry_found_by(shared, state, words),
        "card_url": crawl.canonical if shared is None else address,
        "oembed": links.oembed(address),
    }


def _cache_control(page: PageStory) -> str:
    return CALM_CACHE if page.state["status"] in _OVER else PUBLIC_CACHE


def _context(page: PageStory, wanted: WantedPage, *, missed: bool) -> dict[str, Any]:
    state, timeline = page.state, page.state["timeline"]
    return {
        "story": state,
        "linked": page.linked,
        "entries": timeline["items"],
        "before": position_in(timeline["prev"]),
        "after": position_in(timeline["next"]),
        "oldest_first": wanted.oldest_first,
        "missed": missed,
        "around": wanted.around,
        "named": {each["id"]: each for each in (*timeline["items"], *state["included"])},
        "key_events": page.key_events,
        "summary": page.summary,
        "part": part_shown(wanted),
        "tag": wanted.tag_slug,
        "tags": offered_tags(timeline["items"], wanted.tag_slug),
        "query": partial(query_of, wanted),
    }
