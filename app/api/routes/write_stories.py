"""Writes of stories: create, change, pins and key points."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import EntryRoute, ListRoute
from app.api.http.calls import WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import StoryRef
from app.newsroom.stories import lifecycle, pins_and_key_points
from app.wire.requests.stories import KeyPoints, Pins, StoryDraft, StoryPatch
from app.wire.shapes.newsroom import NEWSROOM_ENTRY
from app.wire.shapes.newsroom_stories import NEWSROOM_STORY, NewsroomStory

router = ResourceRouter(tags=["Writing stories"], route_class=EntryRoute)
listing = ResourceRouter(tags=["Writing stories"], route_class=ListRoute)


@router.post(
    "/v1/stories",
    status_code=201,
    responses=newsroom_responses(201, NewsroomStory, NEWSROOM_STORY, 409, 410, 413, 415, 422),
)
async def create_story(
    request: Request, draft: Annotated[StoryDraft, Body(examples=[{"title": "Election night"}])], call: WriteCall
) -> Response:
    """Create a story: live at once, unless it is a `draft`, `upcoming`, or `scheduled` with `coverage_start`."""
    return await perform(request, lifecycle.create_story, call, draft)


@router.patch(
    "/v1/stories/{story}",
    responses=newsroom_responses(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422, 428),
)
async def edit_story(
    request: Request,
    story: StoryRef,
    patch: Annotated[StoryPatch, Body(examples=[{"standfirst": "First results before midnight."}])],
    call: WriteCall,
) -> Response:
    """Change a story, or its stage of life by `status`; needs If-Match.

    `"status": "live"` makes a draft public, with what was published in it, and reopens an ended story.
    """
    return await perform(request, lifecycle.edit_story, call, story, patch)


@listing.put(
    "/v1/stories/{story}/pinned",
    responses=newsroom_responses(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422),
)
async def pin_entries(
    request: Request,
    story: StoryRef,
    pins: Annotated[Pins, Body(examples=[{"items": [{"entry": NEWSROOM_ENTRY["id"]}]}])],
    call: WriteCall,
) -> Response:
    """Pin exactly these public entries above the timeline, the topmost first; at most ten."""
    return await perform(request, pins_and_key_points.pin_entries, call, story, pins)


@listing.put(
    "/v1/stories/{story}/key-points",
    responses=newsroom_responses(200, NewsroomStory, NEWSROOM_STORY, 404, 409, 410, 412, 413, 415, 422),
)
async def set_key_points(
    request: Request,
    story: StoryRef,
    points: Annotated[KeyPoints, Body(examples=[{"items": [{"text": "Polls have closed."}]}])],
    call: WriteCall,
) -> Response:
    """Set exactly these key points of the story, in this order; at most twenty."""
    return await perform(request, pins_and_key_points.set_key_points, call, story, points)
