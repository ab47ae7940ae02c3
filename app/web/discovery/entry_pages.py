"""The page of one entry, `/stories/{story}/entries/{entry}`: what is shared, since no server sees a fragment.

It is small and without scripts, says of itself what social networks show, and leads to the entry in its story. What
search engines keep is the story's page, the host's own if there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urldefrag

from fastapi import APIRouter, Request, Response
from pydantic_core import from_json

from app.domain.errors import Gone, NotFound, Redirected
from app.domain.identifiers import EntryId
from app.web.discovery.addresses import address_of, entry_page_of, page_of
from app.web.discovery.cards import entry_found_by
from app.web.discovery.routes import ReadsOfDiscovery
from app.web.discovery.structured_data import entry_posting, in_script
from app.web.documents.made_once import made_once
from app.web.headers import CALM_CACHE, NO_CACHE, PUBLIC_CACHE, reader_policy
from app.web.page_responses import Document, PageResponses
from app.web.refused_pages import page_routes
from app.web.rendering import Renderer
from app.wire.encoding import encode_json
from app.wire.links import Links


@dataclass(frozen=True, slots=True)
class _Missing:
    """The status of a page that is not there; `of_entry` says that the story is."""

    status: HTTPStatus
    of_entry: bool = False


def entry_pages(*, renderer: Renderer, responses: PageResponses, reads: Callable[[], ReadsOfDiscovery]) -> APIRouter:
    """Return the route of entries' pages. What is hidden and what there never was answer with the same bytes."""
    router = APIRouter(include_in_schema=False, route_class=page_routes(renderer=renderer, responses=responses))

    @router.api_route("/stories/{ref}/entries/{entry}", methods=["GET", "HEAD"])
    async def show_entry(request: Request, ref: str, entry: str, *, embed: str | None = None) -> Response:
        try:
            source = await reads().read_entry(ref, entry)
        except Redirected as moved:
            return _lead(request, renderer.links.entry_page(moved.slug, EntryId(entry)), elsewhere=False)
        except NotFound:
            return await show_nothing(request, _Missing(HTTPStatus.NOT_FOUND))
        except Gone as gone:
            return await show_nothing(request, _Missing(HTTPStatus.GONE, of_entry=gone.code == "entry_gone"))
        read = await made_once(source, "entry", from_json)
        story, shown = read["story"], read["entry"]
        links = renderer.links.for_site(story.get("site"))
        is_elsewhere = links.public_url != renderer.links.at_host(request.scope).public_url
        if ref != story["slug"] or is_elsewhere:
            return _lead(request, entry_page_of(shown, story, links), elsewhere=is_elsewhere)
        context = partial(_context, renderer, links, story, shown, is_framed=embed is not None)

        def draw(_: bytes) -> Document:
            html = renderer.render("entry_page.html", site=links.site, **context())
            return Document.of(html.encode(), "text/html; charset=utf-8")

        return await responses.send(
            request,
            await made_once(source, ("entry page", embed is not None), draw),
            policy=reader_policy(links.site),
            cache_control=CALM_CACHE if source.is_over else PUBLIC_CACHE,
            surrogate=source.surrogate,
        )

    async def show_nothing(request: Request, missing: _Missing) -> Response:
        site, words = renderer.site_at(request), renderer.words_at(request)
        is_gone = missing.status is HTTPStatus.GONE
        html = renderer.render("not_found.html", site=site, words=words, is_gone=is_gone, of_entry=missing.of_entry)
        return await responses.make(
            request, html, policy=reader_policy(site), cache_control=NO_CACHE, status=missing.status
        )

    return router


def _context(
    renderer: Renderer, links: Links, story: dict[str, Any], entry: dict[str, Any], *, is_framed: bool
) -> dict[str, Any]:
    words, own_page = renderer.catalogue.words_for(story["language"]), entry_page_of(entry, story, links)
    return {
        "words": words,
        "story": story,
        "entry": entry,
        "found": entry_found_by(entry, story, words),
        "structured": in_script(encode_json(entry_posting(entry, story, words))),
        "canonical": page_of(story),
        "own_page": own_page,
        "place": address_of(entry, story),
        "oembed": links.oembed(own_page),
        "embed": is_framed,
        "target": "_blank" if is_framed else "_self",
        "base": urldefrag(page_of(story)).url,
        "is_canonical": story["canonical_url"] is not None,
    }


def _lead(request: Request, address: str, *, elsewhere: bool) -> Response:
    """Lead to an entry's present address, at the host of its site if that is another."""
    path = address if elsewhere else "/stories/" + address.partition("/stories/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=308, headers={"Location": path + query, "Cache-Control": PUBLIC_CACHE})
