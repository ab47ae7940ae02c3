"""`GET /v1/stories/{story}/structured-data`: a story as JSON-LD, for search engines, by way of pages of others."""

from __future__ import annotations

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from app.api.http.answers import RepresentationResponse
from app.api.http.public_descriptions import BY_NAME, public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.api.routes.public.read_stories import PublicStoryRef
from app.wire.shapes.markup.structured_data import EXAMPLE, StructuredData

router = ResourceRouter(tags=["Reading"])


class JsonLd(JSONResponse):
    """The answer's type, for the description."""

    media_type = "application/ld+json"


@router.get(
    "/v1/stories/{story}/structured-data",
    responses=public_responses(StructuredData, EXAMPLE, *BY_NAME, media_type=JsonLd.media_type),
    response_class=JsonLd,
)
async def get_structured_data(request: Request, story: PublicStoryRef) -> Response:
    """Return a story as a schema.org LiveBlogPosting: its newest entries, and every key event.

    It is what the story's page and its fragment have in them, in an element of that type.
    """
    app_state: AppState = request.app.state.app_state
    return RepresentationResponse(await app_state.structured_data(story))
