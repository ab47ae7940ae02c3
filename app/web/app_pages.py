"""The pages for those who work with the server: `/newsroom`, previews, and the API's documentation at `/docs`.

All are empty shells: what they show, the browser fetches from the API with the rights of whoever looks.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.web.headers import DOCS_POLICY, NEWSROOM_POLICY, page_response
from app.web.rendering import Renderer


def newsroom_page(*, renderer: Renderer) -> APIRouter:
    """`GET /newsroom`: where reporters write. The token is kept by the browser's tab and sent to the API alone."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/newsroom", methods=["GET", "HEAD"])
    def show_newsroom(request: Request) -> Response:
        return page_response(request, renderer.render("newsroom.html"), policy=NEWSROOM_POLICY)

    return router


def preview_page(*, renderer: Renderer) -> APIRouter:
    """`GET /previews/{signed}`: a preview link for people. The page is the same whatever the link."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/previews/{signed}", methods=["GET", "HEAD"])
    def show_preview(request: Request, signed: str) -> Response:
        response = page_response(request, renderer.render("preview.html"), policy=NEWSROOM_POLICY)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return router


def docs_page(*, renderer: Renderer, openapi_url: str) -> APIRouter:
    """`GET /docs`: the API's description at `openapi_url`, readable and to be tried, without any other host."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/docs", methods=["GET", "HEAD"])
    def show_docs(request: Request) -> Response:
        return page_response(request, renderer.render("docs.html", openapi_url=openapi_url), policy=DOCS_POLICY)

    return router
