"""`GET /v1/site`."""

from __future__ import annotations

from fastapi import Response

from app.api.http.answers import RepresentationResponse
from app.api.http.declarations import Routes
from app.api.http.read_descriptions import answers
from app.api.http.state import PublicReading
from app.wire.shapes.examples import SITE
from app.wire.shapes.public import Site

router = Routes(tags=["Reading"])


@router.get("/v1/site", responses=answers(Site, SITE))
async def get_site(reading: PublicReading) -> Response:
    """The site that publishes the stories: its name, address and logo, as the operator has set them."""
    return RepresentationResponse(reading.site)
