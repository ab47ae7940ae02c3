"""`GET /v1/stories/{story}/corrections`: the public log of corrections."""

from __future__ import annotations

from fastapi import Request, Response

from app.api.http.answers import RepresentationResponse, one_off_response
from app.api.http.public_descriptions import BY_NAME, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import PublicReading
from app.api.routes.public.read_stories import LimitQuery, PositionQuery, PublicStoryRef
from app.reading.corrections import read_corrections
from app.reading.pages import PAGE_LIMIT
from app.reading.representations import Representation
from app.reading.stories import require_story_by_current_name
from app.reading.views import View
from app.storage.database.transactions import ReadTransaction
from app.wire.encoding import BodyVariant
from app.wire.shapes.examples import CORRECTIONS
from app.wire.shapes.public import Corrections

router = ResourceRouter(tags=["Reading"])


@router.get(
    "/v1/stories/{story}/corrections", responses=public_responses(Corrections, CORRECTIONS, *BY_NAME, "invalid")
)
async def list_corrections(
    request: Request,
    reading: PublicReading,
    story: PublicStoryRef,
    limit: LimitQuery = PAGE_LIMIT,
    position: PositionQuery = None,
) -> Response:
    """List what was corrected, clarified or retracted in a story, newest first. Withdrawn entries are not in it."""
    if limit == PAGE_LIMIT and position is None:
        view = View("corrections", BodyVariant.HTML)
        return RepresentationResponse(await reading.representations.current(story, view))

    def work(tx: ReadTransaction) -> Representation:
        found = require_story_by_current_name(tx, story)
        links = reading.links.for_site(found.head.site)
        page = read_corrections(tx, found, position=position, limit=limit, links=links)
        return Representation(
            plain=page.body,
            tag=f"{found.head.cursor}.corrections-page{links.site.tag}",
            links=tuple((url, rel) for url, rel in ((page.next, "next"), (page.prev, "prev")) if url),
            surrogate=f"story-{found.head.story}",
            is_over=found.head.closing is not None,
        )

    return await one_off_response(await reading.snapshots.read(work), request)
