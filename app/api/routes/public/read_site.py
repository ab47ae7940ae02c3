"""`GET /v1/site`: the site that publishes the stories at the host that is asked."""

from __future__ import annotations

from fastapi import Request, Response

from app.api.http.answers import RepresentationResponse
from app.api.http.public_descriptions import public_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import PublicReading
from app.wire.shapes.examples import SITE
from app.wire.shapes.public import Site

router = ResourceRouter(tags=["Reading"])


@router.get("/v1/site", responses=public_responses(Site, SITE))
async def get_site(request: Request, reading: PublicReading) -> Response:
    """Return the site at the host that is asked: its name, address and logo; at any other host the operator's."""
    return RepresentationResponse(reading.sites.of(reading.links.at_host(request.scope)))
