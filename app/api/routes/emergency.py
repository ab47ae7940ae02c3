"""The emergency routes: retract what was published last, and freeze."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import StoryRef
from app.newsroom.emergency import freeze
from app.newsroom.emergency.retract_last import retract_last_entry
from app.wire.requests.people import Freeze, LastRetraction
from app.wire.shapes.newsroom import NewsroomEntry, entry_example
from app.wire.shapes.oversight import FROZEN, Frozen, FrozenStories

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute)


@router.post(
    "/v1/stories/{story}/retract-last",
    responses=newsroom_responses(200, NewsroomEntry, entry_example(status="retracted"), 404, 409, 410, 413, 415, 422),
)
async def retract_last(
    request: Request,
    story: StoryRef,
    body: Annotated[LastRetraction, Body(examples=[{"reason": "Wrong race called."}])],
    call: WriteCall,
) -> Response:
    """Retract the public entry that you published last in this story; an editor, that of another person too."""
    return await perform(request, retract_last_entry, call, story, body)


@router.get("/v1/newsroom/freeze", responses=newsroom_responses(200, FrozenStories, {"frozen": False, "stories": []}))
async def read_freeze(request: Request, call: ReadCall) -> Response:
    """Return whether the site is frozen, and list the stories that are."""
    return await perform(request, freeze.show_freeze, call)


@router.post("/v1/newsroom/freeze", responses=newsroom_responses(200, Frozen, FROZEN, 404, 410, 413, 415, 422))
async def set_freeze(
    request: Request, body: Annotated[Freeze, Body(examples=[{"frozen": True}])], call: WriteCall
) -> Response:
    """Freeze or thaw one story or the whole site: nothing is published, retracting still works, due work waits."""
    return await perform(request, freeze.set_freeze, call, body)
