"""The reader's pages: `/`, the list of stories, and `/stories/{story}`, which reads completely without JavaScript."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from http import HTTPStatus
from typing import Any, Protocol

from fastapi import APIRouter, Request, Response

from app.domain.errors import Gone, InvalidInput, MalformedInput, NotFound
from app.reading.page_reads import PageStory
from app.web.headers import CALM_CACHE, NO_CACHE, PUBLIC_CACHE, reader_policy
from app.web.page_comments import PageComments, comments_context
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer, position_in
from app.web.words import FALLBACK, Words
from app.wire.links import path_part

_NOT_THERE = (NotFound, MalformedInput, InvalidInput)
_OVER = frozenset({"ended", "archived"})


class ReadStory(Protocol):
    """Reads a public story by id or slug, at a position or around an entry.

    Returns None, or raises NotFound, Gone, MalformedInput or InvalidInput, if one of the three cannot be shown.
    """

    def __call__(self, ref: str, position: str | None, around: str | None) -> Awaitable[PageStory | None]: ...


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
) -> APIRouter:
    """Return the routes of the readers' pages. Hidden stories and unknown ones answer with the same bytes."""
    router = APIRouter(include_in_schema=False)

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
        request: Request, ref: str, position: str | None = None, entry: str | None = None, part: str | None = None
    ) -> Response:
        page = await _read(read_story, ref, position, entry)
        missed = isinstance(page, HTTPStatus) and (position is not None or entry is not None)
        if missed:
            page = await _read(read_story, ref, None, None)
        if isinstance(page, HTTPStatus):
            site = renderer.site_at(request)
            gone = page is HTTPStatus.GONE
            html = renderer.render("not_found.html", site=site, words=renderer.words_at(request), is_gone=gone)
            return await responses.make(request, html, policy=reader_policy(site), cache_control=NO_CACHE, status=page)
        links = renderer.links.for_site(page.site)
        elsewhere = "" if links.public_url == renderer.links.at_host(request.scope).public_url else links.public_url
        if page.redirect_slug is not None or elsewhere:
            return _redirect(request, elsewhere, page.redirect_slug or page.state["slug"])
        around = None if missed else entry
        words = renderer.catalogue.words_for(page.state["language"])
        replies = await comments_context(comments, page.state, request, entry=around, words=words)
        context = _context(page.state, missed=missed, around=around)
        is_part = part == "replies" and replies is not None  # what static/replies/list.js asks for
        template = "replies.html" if is_part else "story.html"
        context |= {"linked": page.linked, "replies": replies}
        html = renderer.render(template, site=links.site, words=words, **context)
        cache_control = CALM_CACHE if page.state["status"] in _OVER else PUBLIC_CACHE
        surrogate = f"story-{page.state['id']}"
        response = await responses.make(
            request,
            html,
            policy=reader_policy(links.site),
            cache_control=cache_control,
            surrogate=surrogate,
            passing=None if replies is None else replies["passing"],
        )
        if is_part:
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    return router


def _common_words(renderer: Renderer, stories: Sequence[dict[str, Any]], *, fallback: str) -> Words:
    """Return the words in the language that all stories have, else in that of the site."""
    languages = {story["language"].partition("-")[0] for story in stories}
    return renderer.catalogue.words_for(languages.pop() if len(languages) == 1 else fallback)


async def _read(read_story: ReadStory, ref: str, position: str | None, around: str | None) -> PageStory | HTTPStatus:
    """Return the page, or the status that says why there is none."""
    try:
        return await read_story(ref, None if around else position, around) or HTTPStatus.NOT_FOUND
    except Gone:
        return HTTPStatus.GONE
    except _NOT_THERE:
        return HTTPStatus.NOT_FOUND


def _redirect(request: Request, public_url: str, slug: str) -> Response:
    """Lead to a story's own page, at the host of its site if that is another (`public_url`)."""
    query = f"?{request.url.query}" if request.url.query else ""
    location = f"{public_url}/stories/{path_part(slug)}{query}"
    return Response(status_code=308, headers={"Location": location, "Cache-Control": PUBLIC_CACHE})


def _context(state: dict[str, Any], *, missed: bool, around: str | None) -> dict[str, Any]:
    timeline = state["timeline"]
    return {
        "story": state,
        "entries": timeline["items"],
        "older": position_in(timeline["next"]),
        "newer": position_in(timeline["prev"]),
        "missed": missed,
        "canonical": state["canonical_url"] or state["url"],
        "around": around,
        "named": {each["id"]: each for each in (*timeline["items"], *state["included"])},
    }
