"""`GET /v1/newsroom/search`: search of stories and entries."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.domain.entry import EntryStatus
from app.domain.slugs import MAX_REF_LENGTH
from app.newsroom.queries.search import search_newsroom
from app.wire.shapes.search import SEARCH_RESULTS, SearchResults

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute)


@router.get("/v1/newsroom/search", responses=newsroom_responses(200, SearchResults, SEARCH_RESULTS, 404, 422))
async def search(
    request: Request,
    call: ReadCall,
    q: Annotated[
        str,
        Query(max_length=10_000, description="Words, all of which are looked for; the last one may be a beginning."),
    ],
    story: Annotated[
        str | None, Query(max_length=MAX_REF_LENGTH, description="In this story only, by id or slug.")
    ] = None,
    status: Annotated[list[EntryStatus] | None, Query(description="Entries in these only; repeat it.")] = None,
    position: Annotated[str | None, Query(description="The `next` of the page before.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """Find stories and entries by their words, drafts and working revisions included, the newest first.

    Titles, headlines, bodies, authors, tags and sources are searched, without case and accents; removed entries never.
    """
    statuses = None if status is None else frozenset(status)
    return await perform(
        request, search_newsroom, call, q, story_ref=story, statuses=statuses, position=position, limit=limit
    )
