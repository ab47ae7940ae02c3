"""The duty for a story, and the people whom its editors may name."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Query, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import StoryRef
from app.newsroom.stories import duty
from app.wire.requests.people import Handover
from app.wire.shapes.newsroom_stories import FOUND_PEOPLE, HANDED_OVER, FoundPeople, HandedOver

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute, prefix="/v1/newsroom/stories/{story}")


@router.put("/duty", responses=newsroom_responses(200, HandedOver, HANDED_OVER, 404, 412, 413, 415, 422))
async def hand_over(
    request: Request,
    story: StoryRef,
    body: Annotated[Handover, Body(examples=[{"person": HANDED_OVER["on_duty"]["person"]}])],
    call: WriteCall,
) -> Response:
    """Take over a story, hand it over to a person, or leave it to nobody; it gives nobody a right."""
    return await perform(request, duty.hand_over, call, story, body)


@router.get("/people", responses=newsroom_responses(200, FoundPeople, FOUND_PEOPLE, 404, 422))
async def find_people(
    request: Request,
    story: StoryRef,
    call: ReadCall,
    q: Annotated[str, Query(max_length=100, description="Parts of their names; all if empty.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
) -> Response:
    """Find people by name, for a story's editors, to make members or to hand over to; `more`: there are others."""
    return await perform(request, duty.find_people, call, story, q, limit=limit)
