"""The 404 of an address without a route: a page for browsers, a problem for programs."""

from __future__ import annotations

from fastapi import HTTPException, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from app.web.headers import NO_CACHE, reader_policy
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer

_API = "/v1/"


def not_found(*, renderer: Renderer, responses: PageResponses) -> ASGIApp:
    """Return the application for a router's `default`: it sends the 404 page to a GET that accepts HTML.

    It raises HTTPException 404 for any other request, and for everything below the API's address.
    """

    async def show_nothing(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not _wants_page(request):
            raise HTTPException(404)
        site = renderer.site_at(request)
        html = renderer.render("not_found.html", site=site, words=renderer.words_at(request), is_gone=False)
        page = await responses.make(request, html, policy=reader_policy(site), cache_control=NO_CACHE, status=404)
        await page(scope, receive, send)

    return show_nothing


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "").split(",")
    names = {part.partition(";")[0].strip().lower() for part in accepted}
    is_api = f"{request.url.path}/".startswith(_API)
    return request.method == "GET" and "text/html" in names and not is_api
