"""`GET /v1/stories/{story}/corrections`."""

from __future__ import annotations

from fastapi import Request, Response

from app.api.http.answers import RepresentationResponse, fresh_response
from app.api.http.declarations import Routes
from app.api.http.read_descriptions import BY_NAME, answers
from app.api.http.state import PublicReading
from app.api.routes.read_stories import LimitQuery, PositionQuery, StoryRef
from app.reading.corrections import read_corrections
from app.reading.pages import PAGE_LIMIT
from app.reading.representations import Representation
from app.reading.stories import require_story_by_current_name
from app.reading.views import View
from app.storage.database.transactions import ReadTransaction
from app.wire.encoding import BodyVariant
from app.wire.shapes.examples import CORRECTIONS
from app.wire.shapes.public import Corrections

router = Routes(tags=["Reading"])


@router.get("/v1/stories/{story}/corrections", responses=answers(Corrections, CORRECTIONS, *BY_NAME, "invalid"))
async def list_corrections(
    request: Request,
    reading: PublicReading,
    story: StoryRef,
    limit: LimitQuery = PAGE_LIMIT,
    position: PositionQuery = None,
) -> Response:
    """What was corrected, clarified or retracted in a story, the newest first. What was taken back is not in it."""
    if limit == PAGE_LIMIT and position is None:
        view = View("corrections", BodyVariant.HTML)
        return RepresentationResponse(await reading.representations.current(story, view))

    def work(tx: ReadTransaction) -> Representation:
        found = require_story_by_current_name(tx, story)
        page = read_corrections(tx, found, position=position, limit=limit, links=reading.links)
        return Representation(
            plain=page.body,
            tag=f"{found.head.cursor}.corrections-page",
            links=tuple((url, rel) for url, rel in ((page.next, "next"), (page.prev, "prev")) if url),
            surrogate=f"story-{found.head.story}",
            is_over=found.head.closing is not None,
        )

    return await fresh_response(await reading.snapshots.read(work), request)
