"""The admin's routes for purging text for good, and for keeping it for a court."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform, response_of, run_use_case
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.newsroom.erasure import legal_holds, purge
from app.wire.requests.erasure import LegalHoldChange, PurgeConfirmation, PurgeDraft
from app.wire.shapes.erasure import (
    HOLD_CHANGED,
    HOLDS,
    PREPARED_PURGE,
    PURGED,
    HoldChanged,
    Holds,
    PreparedPurge,
    Purged,
)
from app.wire.shapes.examples import ENTRY, STORY_FIELDS

router = ResourceRouter(tags=["Newsroom"], route_class=WriteRoute)

_TARGET = {"story": STORY_FIELDS["id"], "entry": ENTRY["id"]}


@router.post(
    "/v1/newsroom/purge", responses=newsroom_responses(200, PreparedPurge, PREPARED_PURGE, 404, 409, 410, 413, 415, 422)
)
async def prepare_purge(
    request: Request, body: Annotated[PurgeDraft, Body(examples=[_TARGET])], call: WriteCall
) -> Response:
    """Show what a purge of an entry, a story, a person, an upload or a comment would take; nothing is changed yet."""
    return await perform(request, purge.prepare_purge, call, body)


@router.post(
    "/v1/newsroom/purge/confirm", responses=newsroom_responses(200, Purged, PURGED, 404, 409, 410, 413, 415, 422)
)
async def confirm_purge(
    request: Request,
    body: Annotated[PurgeConfirmation, Body(examples=[{"confirm": PREPARED_PURGE["confirm"]}])],
    call: WriteCall,
) -> Response:
    """Purge what was shown, for good: its text is gone from every table, cache and stored reply, its files too."""
    app_state: AppState = request.app.state.app_state
    confirmed = await run_use_case(request, purge.confirm_purge, call, body.confirm)
    await app_state.media.delete_files(confirmed.files)
    return response_of(confirmed.reply, app_state.newsroom)


@router.get("/v1/newsroom/legal-hold", responses=newsroom_responses(200, Holds, HOLDS))
async def read_legal_holds(request: Request, call: ReadCall) -> Response:
    """List every legal hold."""
    return await perform(request, legal_holds.show_holds, call)


@router.post(
    "/v1/newsroom/legal-hold",
    responses=newsroom_responses(200, HoldChanged, HOLD_CHANGED, 404, 409, 410, 413, 415, 422),
)
async def set_legal_hold(
    request: Request,
    body: Annotated[LegalHoldChange, Body(examples=[{**_TARGET, "held": True}])],
    call: WriteCall,
) -> Response:
    """Keep a story or an entry for a court, from purges and from retention, or lift that hold."""
    return await perform(request, legal_holds.set_hold, call, body)
