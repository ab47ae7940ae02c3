"""The pages of the application: `/newsroom`, previews, and the API's documentation at `/docs`.

All are empty shells: the browser fetches their content from the API with the rights of the person who looks.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.web.headers import DOCS_POLICY, NEWSROOM_POLICY
from app.web.page_responses import PageResponses
from app.web.rendering import Renderer


def newsroom_page(*, renderer: Renderer, responses: PageResponses) -> APIRouter:
    """Return the route of `GET /newsroom`, where reporters write.

    The token is kept by the browser's tab and sent to the API alone.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/newsroom", methods=["GET", "HEAD"])
    async def show_newsroom(request: Request) -> Response:
        return await responses.make(
            request, renderer.render("newsroom.html", site=renderer.site_at(request)), policy=NEWSROOM_POLICY
        )

    return router


def preview_page(*, renderer: Renderer, responses: PageResponses) -> APIRouter:
    """Return the route of `GET /previews/{signed}`, a preview link for people; the page is the same for any link."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/previews/{signed}", methods=["GET", "HEAD"])
    async def show_preview(request: Request, signed: str) -> Response:
        html = renderer.render("preview.html", site=renderer.site_at(request))
        response = await responses.make(request, html, policy=NEWSROOM_POLICY)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return router


def docs_page(*, renderer: Renderer, responses: PageResponses, openapi_url: str) -> APIRouter:
    """Return the route of `GET /docs`: the API's description at `openapi_url`, to read and try, without other hosts."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/docs", methods=["GET", "HEAD"])
    async def show_docs(request: Request) -> Response:
        html = renderer.render("docs.html", site=renderer.site_at(request), openapi_url=openapi_url)
        return await responses.make(request, html, policy=DOCS_POLICY)

    return router
