"""The FastAPI application: every route, problems for every error, and the OpenAPI description."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from app.api.http.problems import add_problem_handlers
from app.api.routes import (
    audit,
    conversions,
    duty,
    emergency,
    erasure,
    media,
    media_files,
    members,
    newsroom_reads,
    operations,
    people,
    previews,
    search,
    sessions,
    sites,
    write_entries,
    write_stories,
)
from app.api.routes.asyncapi import describe_messages
from app.api.routes.comments import anonymous, moderation
from app.api.routes.openapi import describe
from app.api.routes.public import (
    read_changes,
    read_corrections,
    read_entries,
    read_site,
    read_stories,
    read_structured_data,
)

ROUTERS = (
    read_site.router,
    read_stories.router,
    read_entries.router,
    read_changes.router,
    read_corrections.router,
    read_structured_data.router,
    write_stories.router,
    write_stories.listing,
    write_entries.posting,
    write_entries.batching,
    write_entries.writing,
    write_entries.acting,
    media.uploading,
    media.router,
    media.editing,
    media_files.router,
    emergency.router,
    erasure.router,
    newsroom_reads.router,
    search.router,
    members.router,
    duty.router,
    sites.router,
    anonymous.reading,
    anonymous.writing,
    moderation.router,
    conversions.router,
    previews.newsroom_router,
    previews.public_router,
    people.router,
    sessions.signing_in,
    sessions.signing_out,
    audit.router,
    operations.router,
)
"""Every route of the API, in the order in which the description lists them."""


def build_application(pages: APIRouter) -> FastAPI:
    """Build the application from the API's routes and the pages, whose default answers where there is no route.

    Set `app.state.app_state` (app.api.http.state.AppState) before the first request.
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
    add_problem_handlers(app)
    describe(app)
    describe_messages(app)
    return app
