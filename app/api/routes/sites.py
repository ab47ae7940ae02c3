"""The sites that the server publishes for, as its newsroom describes them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Path, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.newsroom.sites import sites
from app.wire.requests.sites import SiteDraft, SitePatch
from app.wire.shapes.sites import NEWSROOM_SITE, SITE_DRAFT, NewsroomSite, NewsroomSites

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute, prefix="/v1/newsroom/sites")

SiteRef = Annotated[str, Path(description="A site's slug.", examples=[NEWSROOM_SITE["slug"]])]


@router.get("", responses=newsroom_responses(200, NewsroomSites, {"items": [NEWSROOM_SITE]}))
async def list_sites(request: Request, call: ReadCall) -> Response:
    """List the sites in which the caller has a role, the one of the operator's settings first."""
    return await perform(request, sites.show_sites, call)


@router.post("", status_code=201, responses=newsroom_responses(201, NewsroomSite, NEWSROOM_SITE, 409, 413, 415, 422))
async def create_site(
    request: Request, draft: Annotated[SiteDraft, Body(examples=[SITE_DRAFT])], call: WriteCall
) -> Response:
    """Make a site: a brand with hosts, a name and an address of its own, which stories can then belong to."""
    return await perform(request, sites.make_site, call, draft)


@router.get("/{site}", responses=newsroom_responses(200, NewsroomSite, NEWSROOM_SITE, 404))
async def read_site(request: Request, site: SiteRef, call: ReadCall) -> Response:
    """Return one site, with its ETag."""
    return await perform(request, sites.show_site, call, site)


@router.patch(
    "/{site}", responses=newsroom_responses(200, NewsroomSite, NEWSROOM_SITE, 404, 409, 412, 413, 415, 422, 428)
)
async def edit_site(
    request: Request,
    site: SiteRef,
    patch: Annotated[SitePatch, Body(examples=[{"hosts": ["live.evening.example", "evening.example"]}])],
    call: WriteCall,
) -> Response:
    """Change a site, which readers see at once; needs If-Match."""
    return await perform(request, sites.edit_site, call, site, patch)


@router.delete("/{site}", responses=newsroom_responses(200, NewsroomSite, NEWSROOM_SITE, 404, 409, 412))
async def delete_site(request: Request, site: SiteRef, call: WriteCall) -> Response:
    """Delete a site to which no story belongs and in which nobody has a role; the answer shows it as it was."""
    return await perform(request, sites.remove_site, call, site)
