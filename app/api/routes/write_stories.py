"""Making and changing stories."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import TheCall, perform
from app.api.http.declarations import Routes
from app.api.http.write_descriptions import answers
from app.api.routes.write_entries import StoryRef
from app.newsroom.stories import lifecycle as stories
from app.newsroom.stories import pins_and_key_points as furniture
from app.wire.requests.stories import KeyPoints, Pins, StoryDraft, StoryPatch
from app.wire.shapes.newsroom import NEWSROOM_ENTRY, NEWSROOM_STORY, NewsroomStory

router = Routes(tags=["Writing stories"], route_class=WriteRoute)


@router.post(
    "/v1/stories",
    status_code=201,
    responses=answers(201, NewsroomStory, NEWSROOM_STORY, 409, 410, 413, 415, 422),
)
async def create_story(
    request: Request, draft: Annotated[StoryDraft, Body(examples=[{"title": "Election night"}])], call: TheCall
) -> Response:
    """Make a story: live at once, unless it is a `draft`, `upcoming`, or `scheduled` with `coverage_start`."""
    return await perform(request, stories.create_story, call, draft)


@router.patch(
    "/v1/stories/{story}", responses=answers(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422, 428)
)
async def edit_story(
    request: Request,
    story: StoryRef,
    patch: Annotated[StoryPatch, Body(examples=[{"standfirst": "First results before midnight."}])],
    call: TheCall,
) -> Response:
    """Change a story, or lead it through its life by `status`; needs If-Match.

    `"status": "live"` makes a draft public, with what was published in it, and opens an ended story again.
    """
    return await perform(request, stories.edit_story, call, story, patch)


@router.put(
    "/v1/stories/{story}/pinned",
    responses=answers(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422),
)
async def pin_entries(
    request: Request,
    story: StoryRef,
    pins: Annotated[Pins, Body(examples=[{"items": [{"entry": NEWSROOM_ENTRY["id"]}]}])],
    call: TheCall,
) -> Response:
    """Let exactly these public entries stand above the timeline, the topmost first; at most ten."""
    return await perform(request, furniture.pin_entries, call, story, pins)


@router.put(
    "/v1/stories/{story}/key-points",
    responses=answers(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422),
)
async def set_key_points(
    request: Request,
    story: StoryRef,
    points: Annotated[KeyPoints, Body(examples=[{"items": [{"text": "Polls have closed."}]}])],
    call: TheCall,
) -> Response:
    """Let exactly these be what to know of the story, in this order; at most twenty."""
    return await perform(request, furniture.set_key_points, call, story, points)
