"""`GET /v1/site`."""

from __future__ import annotations

from fastapi import Response

from app.api.answers import RepresentationResponse
from app.api.describing import answers
from app.api.rooms import Reading
from app.api.routes import Routes
from app.wire.examples import SITE
from app.wire.public import Site

router = Routes(tags=["Reading"])


@router.get("/v1/site", responses=answers(Site, SITE))
async def get_site(reading: Reading) -> Response:
    """The site that publishes the stories: its name, address and logo, as the operator has set them."""
    return RepresentationResponse(reading.site)
