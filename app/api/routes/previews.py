"""Links to what is not public yet."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Path, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import TheReader, answer_of, perform
from app.api.http.declarations import Routes
from app.api.http.read_descriptions import answers as public_answers
from app.api.http.state import AppState
from app.api.http.write_descriptions import answers
from app.api.routes.write_entries import EntryRef, StoryRef
from app.newsroom.queries import previews
from app.wire.requests.entries import Nothing
from app.wire.shapes.newsroom import PREVIEW, PREVIEW_LINK, Preview, PreviewLink

making = Routes(tags=["Newsroom"], route_class=WriteRoute)
showing = Routes(tags=["Reading"])


@making.post(
    "/v1/newsroom/stories/{story}/entries/{entry}/preview",
    status_code=201,
    responses=answers(201, PreviewLink, PREVIEW_LINK, 404, 413, 415, 422),
)
async def make_preview(
    request: Request, story: StoryRef, entry: EntryRef, call: TheReader, _: Nothing | None = None
) -> Response:
    """A link to the entry as it is now, working revision included: for an hour, for whoever has it."""
    return await perform(request, previews.make_preview, call, story, entry)


@showing.get("/v1/previews/{signed}", responses=public_answers(Preview, PREVIEW, "preview_not_found"))
async def read_preview(
    request: Request, signed: Annotated[str, Path(description="The end of a link that was made.")]
) -> Response:
    """What a link shows, in the shape that readers would get; never kept by a cache, nor found by a search engine."""
    app_state: AppState = request.app.state.app_state
    reply = await app_state.read_threads.run(partial(previews.show_preview, app_state.newsroom, signed))
    response = answer_of(reply)
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
