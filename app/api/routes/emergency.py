"""When something has gone wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import TheCall, TheReader, perform
from app.api.http.declarations import Routes
from app.api.http.write_descriptions import answers
from app.api.routes.write_entries import StoryRef
from app.newsroom.emergency import freeze
from app.newsroom.emergency.retract_last import retract_last_entry
from app.wire.requests.people import Freeze, LastRetraction
from app.wire.shapes.newsroom import NewsroomEntry, entry_example
from app.wire.shapes.oversight import FROZEN, Frozen, FrozenStories

router = Routes(tags=["Newsroom"], route_class=WriteRoute)


@router.post(
    "/v1/stories/{story}/retract-last",
    responses=answers(200, NewsroomEntry, entry_example(status="retracted"), 404, 409, 410, 413, 415, 422),
)
async def retract_last(
    request: Request,
    story: StoryRef,
    body: Annotated[LastRetraction, Body(examples=[{"reason": "Wrong race called."}])],
    call: TheCall,
) -> Response:
    """Retract the public entry that you published last in this story; an editor, that of somebody else too."""
    return await perform(request, retract_last_entry, call, story, body)


@router.get("/v1/newsroom/freeze", responses=answers(200, FrozenStories, {"frozen": False, "stories": []}))
async def read_freeze(request: Request, call: TheReader) -> Response:
    """Whether the site is frozen, and which stories are."""
    return await perform(request, freeze.show_freeze, call)


@router.post("/v1/newsroom/freeze", responses=answers(200, Frozen, FROZEN, 404, 410, 413, 415, 422))
async def set_freeze(
    request: Request, body: Annotated[Freeze, Body(examples=[{"frozen": True}])], call: TheCall
) -> Response:
    """Let nothing out any more, of one story or of all; taking back still works. What comes due then waits."""
    return await perform(request, freeze.set_freeze, call, body)
