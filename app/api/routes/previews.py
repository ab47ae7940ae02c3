"""Previews: links to what is not public yet."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Path, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, perform, response_of
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.public_descriptions import public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.api.routes.references import EntryRef, StoryRef
from app.newsroom.queries import previews
from app.wire.requests.entries import Nothing
from app.wire.shapes.newsroom import PREVIEW, PREVIEW_LINK, Preview, PreviewLink

newsroom_router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute)
public_router = ResourceRouter(tags=["Reading"])


@newsroom_router.post(
    "/v1/newsroom/stories/{story}/entries/{entry}/preview",
    status_code=201,
    responses=newsroom_responses(201, PreviewLink, PREVIEW_LINK, 404, 413, 415, 422),
)
async def make_preview(
    request: Request, story: StoryRef, entry: EntryRef, call: ReadCall, _: Nothing | None = None
) -> Response:
    """Make a link to the entry as it is now, working revision included: for an hour, for anyone who has it."""
    return await perform(request, previews.make_preview, call, story, entry)


@public_router.get("/v1/previews/{signed}", responses=public_responses(Preview, PREVIEW, "preview_not_found"))
async def read_preview(
    request: Request, signed: Annotated[str, Path(description="The end of a link that was made.")]
) -> Response:
    """Return what a link shows, in the shape that readers would get; never cached, nor found by a search engine."""
    app_state: AppState = request.app.state.app_state
    reply = await app_state.read_threads.run(partial(previews.show_preview, app_state.newsroom, signed))
    response = response_of(reply, app_state.newsroom)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
