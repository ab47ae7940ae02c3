"""The pages in place of what cannot be shown: an address without a route, a server that cannot answer now.

Browsers get a page, programs a problem.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.domain.errors import Unavailable
from app.web.headers import NO_CACHE, reader_policy
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer

LEAST_PAUSE_SECONDS = 5
"""A page asks again no sooner: what is short of breath has many of them."""

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


def page_routes(*, renderer: Renderer, responses: PageResponses) -> type[APIRoute]:
    """Return the class of routes of pages: while the server cannot answer, a browser gets a page that says so.

    It opens the page that was asked for by itself, once there is one, and says when to come back (Retry-After).
    """

    class PageRoute(APIRoute):
        """A route that answers an `Unavailable` with a page to who wants one."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            """Return the function that answers a request."""
            answer = super().get_route_handler()

            async def show(request: Request) -> Response:
                try:
                    return await answer(request)
                except Unavailable as error:
                    if not _wants_page(request):
                        raise
                    return await _show_busy(request, renderer, responses, error.retry_after_seconds)

            return show

    return PageRoute


async def _show_busy(request: Request, renderer: Renderer, responses: PageResponses, seconds: int) -> Response:
    site = renderer.site_at(request)
    html = renderer.render(
        "busy.html",
        site=site,
        words=renderer.words_at(request),
        seconds=max(seconds, LEAST_PAUSE_SECONDS),
        embed="embed" in request.query_params,
    )
    page = await responses.make(request, html, policy=reader_policy(site), cache_control=NO_CACHE, status=503)
    page.headers["Retry-After"] = str(seconds)
    return page


def _wants_page(request: Request) -> bool:
    accepted = request.headers.get("accept", "").split(",")
    names = {part.partition(";")[0].strip().lower() for part in accepted}
    is_api = f"{request.url.path}/".startswith(_API)
    return request.method == "GET" and "text/html" in names and not is_api
