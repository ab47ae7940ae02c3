"""`GET /v1/stories` and `GET /v1/stories/{story}`: the list of stories and one story."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query, Request, Response

from app.api.http.answers import RepresentationResponse, one_off_response
from app.api.http.public_descriptions import BY_NAME, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import PublicReading
from app.domain.errors import NotFound
from app.reading.pages import MAX_PAGE_LIMIT, PAGE_LIMIT
from app.reading.stories import read_story_list
from app.reading.story_lists import represent_list
from app.reading.views import View
from app.wire.encoding import BodyVariant
from app.wire.shapes.examples import STORY_LIST, STORY_STATE
from app.wire.shapes.public import StoryList, StoryState

router = ResourceRouter(tags=["Reading"])

PublicStoryRef = Annotated[str, Path(description="The story's id or slug.")]
BodyQuery = Annotated[BodyVariant, Query(description="Send bodies as HTML, as typed blocks, or both.")]
LimitQuery = Annotated[int, Query(ge=1, le=MAX_PAGE_LIMIT, description="How many items a page has at most.")]
PositionQuery = Annotated[
    str | None, Query(max_length=200, description="Where the page begins: taken from `next` or `prev`, never made up.")
]

SiteQuery = Annotated[
    str | None,
    Query(max_length=100, description="The slug of a site; that of the host if left out, `default` the operator's."),
]


@router.get("/v1/stories", responses=public_responses(StoryList, STORY_LIST, "site_not_found", "invalid"))
async def list_stories(
    request: Request,
    reading: PublicReading,
    limit: LimitQuery = PAGE_LIMIT,
    position: PositionQuery = None,
    site: SiteQuery = None,
) -> Response:
    """List a site's public stories: live first, then upcoming, ended and archived ones. The list may be a second old.

    It is the site of the host that is asked, unless `site` names another.
    """
    links = reading.links.at_host(request.scope)
    if site is not None and links.for_site(site).site.slug != site:
        raise NotFound("site_not_found", "There is no such site.")
    if limit == PAGE_LIMIT and position is None and site is None:
        return RepresentationResponse(await reading.story_lists.first(links))
    page = await reading.snapshots.read(
        lambda tx: read_story_list(tx, position=position, limit=limit, links=links, site=site)
    )
    return await one_off_response(represent_list(page), request)


@router.get("/v1/stories/{story}", responses=public_responses(StoryState, STORY_STATE, *BY_NAME, "invalid"))
async def get_story(reading: PublicReading, story: PublicStoryRef, body: BodyQuery = BodyVariant.HTML) -> Response:
    """Return a story as it is now, with the first page of its timeline.

    Go on from its `head`: with `changes?after=`, the event stream or the WebSocket.
    """
    return RepresentationResponse(await reading.representations.current(story, View("state", body)))
