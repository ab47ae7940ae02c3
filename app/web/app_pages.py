"""The pages of the application: `/newsroom`, previews, `/demo`, and the API's documentation at `/docs`.

All are empty shells: the browser fetches their content from the API with the rights of the person who looks.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.domain.errors import Gone, NotFound
from app.reading.page_reads import WantedPage
from app.web.headers import DEMO_POLICY, DOCS_POLICY, NEWSROOM_POLICY, preview_policy, reader_policy
from app.web.page_responses import PageResponses
from app.web.reader_pages import ReadStory
from app.web.refused_pages import page_routes
from app.web.rendering import Renderer


def newsroom_page(*, renderer: Renderer, responses: PageResponses) -> APIRouter:
    """Return the route of `GET /newsroom`, where reporters write.

    The token is kept by the browser's tab and sent to the API alone.
    """
    router = APIRouter(include_in_schema=False)

    @router.api_route("/newsroom", methods=["GET", "HEAD"])
    async def show_newsroom(request: Request) -> Response:
        return await responses.make(request, newsroom_html(renderer, request), policy=NEWSROOM_POLICY)

    return router


def newsroom_html(renderer: Renderer, request: Request) -> str:
    """Return the newsroom's page of the site that is asked for: the same for everybody."""
    return renderer.render("newsroom.html", site=renderer.site_at(request))


def preview_page(*, renderer: Renderer, responses: PageResponses) -> APIRouter:
    """Return the route of `GET /previews/{signed}`, a preview link for people; the page is the same for any link."""
    router = APIRouter(include_in_schema=False)

    @router.api_route("/previews/{signed}", methods=["GET", "HEAD"])
    async def show_preview(request: Request, signed: str) -> Response:
        html = renderer.render("preview.html", site=renderer.site_at(request))
        response = await responses.make(request, html, policy=preview_policy())
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


def demo_page(*, renderer: Renderer, responses: PageResponses, read_story: ReadStory, story: str) -> APIRouter:
    """Return the route of `GET /demo`: readers, a reporter and the frames between them beside each other.

    It is there while the story is. It has no rights of its own: the visitor's token is in the address's fragment, which
    no browser sends, or is pasted.
    """
    router = APIRouter(include_in_schema=False, route_class=page_routes(renderer=renderer, responses=responses))

    @router.api_route("/demo", methods=["GET", "HEAD"])
    async def show_demo(request: Request) -> Response:
        site = renderer.site_at(request)
        try:
            is_there = await read_story(story, WantedPage()) is not None
        except (NotFound, Gone):
            is_there = False
        if not is_there:
            html = renderer.render("not_found.html", site=site, words=renderer.words_at(request), is_gone=False)
            return await responses.make(request, html, policy=reader_policy(site), status=404)
        html = renderer.render("demo.html", site=site, story=story)
        response = await responses.make(request, html, policy=DEMO_POLICY)
        response.headers["X-Robots-Tag"] = "noindex"
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return router
