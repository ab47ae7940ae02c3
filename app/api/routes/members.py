"""The members of a story."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import PersonRef, StoryRef
from app.newsroom.stories import members
from app.wire.requests.people import Membership
from app.wire.shapes.people import MEMBER, Member, Members

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute, prefix="/v1/newsroom/stories/{story}/members")


@router.get("", responses=newsroom_responses(200, Members, {"items": [MEMBER]}, 404))
async def list_members(request: Request, story: StoryRef, call: ReadCall) -> Response:
    """List the members of a story, for its editors. A story for members only is hidden from all others but admins."""
    return await perform(request, members.show_members, call, story)


@router.put("/{person}", responses=newsroom_responses(200, Member, MEMBER, 404, 413, 415, 422))
async def put_member(
    request: Request,
    story: StoryRef,
    person: PersonRef,
    body: Annotated[Membership, Body(examples=[{"role": "editor"}])],
    call: WriteCall,
) -> Response:
    """Make a person a member with a role in this story, beside the one they have everywhere: the greater counts."""
    return await perform(request, members.put_member, call, story, person, body)


@router.delete("/{person}", responses=newsroom_responses(200, Member, MEMBER, 404))
async def remove_member(request: Request, story: StoryRef, person: PersonRef, call: WriteCall) -> Response:
    """Remove a member from the story; the answer shows the membership that ended."""
    return await perform(request, members.remove_member, call, story, person)
