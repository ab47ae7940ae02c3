"""The newsroom's reads: stories, entries with drafts, versions, deliveries."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, perform, run_use_case
from app.api.http.machine.machine import read_receipt
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.api.routes.references import EntryRef, StoryRef
from app.domain.entry import EntryStatus
from app.domain.errors import NotFound
from app.domain.story import StoryStatus
from app.newsroom.entries import versions
from app.newsroom.entries.versions import VERSIONS_LIMIT
from app.newsroom.queries import lists, stream_feed
from app.wire.encoding import encode_json
from app.wire.requests.entries import Nothing
from app.wire.shapes.newsroom import (
    DELIVERY,
    NEWSROOM_ENTRY,
    Delivery,
    NewsroomEntries,
    NewsroomEntry,
)
from app.wire.shapes.newsroom_stories import HANDED_OVER, NEWSROOM_STORY, NewsroomStories, NewsroomStoryWithCounts
from app.wire.shapes.people import ME, TICKET, Me, Ticket
from app.wire.shapes.versions import VERSION, EntryVersions

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute, prefix="/v1/newsroom")


@router.get("/me", responses=newsroom_responses(200, Me, ME))
async def read_me(request: Request, call: ReadCall) -> Response:
    """Return the person or bot behind this token, and what it may do."""
    return await perform(request, lists.show_me, call)


@router.post("/live/tickets", status_code=201, responses=newsroom_responses(201, Ticket, TICKET, 413, 415, 422))
async def create_ticket(request: Request, call: ReadCall, _: Nothing | None = None) -> Response:
    """Make a key that opens the newsroom's stream `/v1/newsroom/live?ticket=…` once, within half a minute."""
    return await perform(request, stream_feed.issue_ticket, call)


@router.get(
    "/stories", responses=newsroom_responses(200, NewsroomStories, {"items": [NEWSROOM_STORY], "next": None}, 422)
)
async def list_newsroom_stories(
    request: Request,
    call: ReadCall,
    status: Annotated[list[StoryStatus] | None, Query(description="Only these; repeat it for several.")] = None,
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 100,
) -> Response:
    """List stories, drafts included, newest first."""
    statuses = None if status is None else frozenset(status)
    return await perform(request, lists.show_stories, call, statuses=statuses, position=position, limit=limit)


@router.get(
    "/stories/{story}",
    responses=newsroom_responses(
        200,
        NewsroomStoryWithCounts,
        {
            **NEWSROOM_STORY,
            "entries": {"published": 1},
            "site_frozen": False,
            "role": "reporter",
            "can": ["read_newsroom", "create_entry"],
            "bylines": None,
            "on_duty": HANDED_OVER["on_duty"],
        },
        404,
    ),
)
async def read_newsroom_story(request: Request, story: StoryRef, call: ReadCall) -> Response:
    """Return a story with its settings, its ETag for If-Match, and how many entries it has in each status."""
    return await perform(request, lists.show_story, call, story)


@router.get(
    "/stories/{story}/entries",
    responses=newsroom_responses(200, NewsroomEntries, {"items": [NEWSROOM_ENTRY], "next": None}, 404, 422),
)
async def list_newsroom_entries(
    request: Request,
    story: StoryRef,
    call: ReadCall,
    status: Annotated[list[EntryStatus] | None, Query(description="Only these; repeat it for several.")] = None,
    key_event: Annotated[bool, Query(description="Key events alone.")] = False,
    mine: Annotated[bool, Query(description="Those alone that the caller's account made.")] = False,
    edited: Annotated[bool, Query(description="Those alone with an edit that is not published.")] = False,
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """List a story's entries in any status, the latest change of status first."""
    statuses = None if status is None else frozenset(status)
    return await perform(
        request,
        lists.show_entries,
        call,
        story,
        statuses=statuses,
        key_event=key_event,
        mine=mine,
        edited=edited,
        position=position,
        limit=limit,
    )


@router.get("/stories/{story}/entries/{entry}", responses=newsroom_responses(200, NewsroomEntry, NEWSROOM_ENTRY, 404))
async def read_newsroom_entry(request: Request, story: StoryRef, entry: EntryRef, call: ReadCall) -> Response:
    """Return an entry in any status, with its ETag for If-Match."""
    return await perform(request, lists.show_entry, call, story, entry)


@router.get(
    "/stories/{story}/entries/{entry}/versions",
    responses=newsroom_responses(200, EntryVersions, {"items": [VERSION], "next": None}, 404, 422),
)
async def list_entry_versions(
    request: Request,
    story: StoryRef,
    entry: EntryRef,
    call: ReadCall,
    diff: Annotated[bool, Query(description="Tell how each body differs from the one before, word by word.")] = False,
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = VERSIONS_LIMIT,
) -> Response:
    """List the versions of an entry, newest first, and what each of them changed."""
    return await perform(
        request, versions.show_versions, call, story, entry, with_diff=diff, position=position, limit=limit
    )


@router.get("/stories/{story}/entries/{entry}/delivery", responses=newsroom_responses(200, Delivery, DELIVERY, 404))
async def read_delivery(request: Request, story: StoryRef, entry: EntryRef, call: ReadCall) -> Response:
    """Return how the entry's newest change reached its readers: how many of them, and how fast.

    Servers that share a database tell each other, so that all of their readers are counted, some of them a few seconds
    later; `node` is the one that answers.
    """
    found = await run_use_case(request, lists.find_entry, call, story, entry)
    app_state: AppState = request.app.state.app_state
    receipt = await read_receipt(app_state, found.story, found.id)
    if receipt is None:
        raise NotFound("delivery_not_known", "Nobody followed the story then, or it is too long ago.")
    return Response(
        encode_json({"node": app_state.node, **receipt}),
        media_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
