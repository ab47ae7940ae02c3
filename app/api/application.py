"""The FastAPI application: the routes it is given, every error a problem, and its description."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from app.api.http.problems import answer_with_problems
from app.api.routes import (
    audit,
    emergency,
    members,
    newsroom_reads,
    operations,
    people,
    previews,
    read_changes,
    read_corrections,
    read_entries,
    read_site,
    read_stories,
    search,
    sessions,
    write_entries,
    write_stories,
)
from app.api.routes.openapi import describe

ROUTERS = (
    read_site.router,
    read_stories.router,
    read_entries.router,
    read_changes.router,
    read_corrections.router,
    write_stories.router,
    write_entries.posting,
    write_entries.writing,
    emergency.router,
    newsroom_reads.router,
    search.router,
    members.router,
    previews.making,
    previews.showing,
    people.router,
    sessions.signing_in,
    sessions.signing_out,
    audit.router,
    operations.router,
)
"""Every route of this room, in the order in which the description lists them."""


def build_application(pages: APIRouter) -> FastAPI:
    """This room's routes, and the pages, whose default answers for addresses where there is nothing.

    Set `app.state.rooms` (app.api.http.state.Rooms) before the first request.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for router in ROUTERS:
        app.router.routes.extend(router.routes)
    app.include_router(pages)
    app.router.default = pages.default
    answer_with_problems(app)
    describe(app)
    return app
