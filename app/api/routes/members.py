"""Who works on a story."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import TheCall, TheReader, perform
from app.api.http.declarations import Routes
from app.api.http.write_descriptions import answers
from app.api.routes.people import PersonRef
from app.api.routes.write_entries import StoryRef
from app.newsroom.stories import members as membership
from app.wire.requests.people import Membership
from app.wire.shapes.people import MEMBER, Member, Members

router = Routes(tags=["Newsroom"], route_class=WriteRoute, prefix="/v1/newsroom/stories/{story}/members")


@router.get("", responses=answers(200, Members, {"items": [MEMBER]}, 404))
async def list_members(request: Request, story: StoryRef, call: TheReader) -> Response:
    """The members of a story, for its editors. In a story for members only, nobody else but admins sees it here."""
    return await perform(request, membership.show_members, call, story)


@router.put("/{person}", responses=answers(200, Member, MEMBER, 404, 413, 415, 422))
async def put_member(
    request: Request,
    story: StoryRef,
    person: PersonRef,
    body: Annotated[Membership, Body(examples=[{"role": "editor"}])],
    call: TheCall,
) -> Response:
    """Make somebody a member with a role in this story, beside the one they have everywhere: the greater counts."""
    return await perform(request, membership.put_member, call, story, person, body)


@router.delete("/{person}", responses=answers(200, Member, MEMBER, 404))
async def remove_member(request: Request, story: StoryRef, person: PersonRef, call: TheCall) -> Response:
    """Make somebody a member no more; the answer is who they were."""
    return await perform(request, membership.remove_member, call, story, person)
