"""Conversions of a body that is not kept: what was pasted, cleaned; what is written, as readers would see it."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import EntryRoute
from app.api.http.calls import ReadCall, response_of, turn_of
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.state import AppState
from app.newsroom.queries import conversions
from app.wire.requests.conversions import ConversionDraft
from app.wire.shapes.conversions import CONVERSION, Conversion

router = ResourceRouter(tags=["Newsroom"], route_class=EntryRoute)


@router.post("/v1/newsroom/conversions", responses=newsroom_responses(200, Conversion, CONVERSION, 413, 415, 422))
async def convert_body(
    request: Request,
    draft: Annotated[ConversionDraft, Body(examples=[{"html": "<p>Polls have <b>closed</b>.</p>"}])],
    call: ReadCall,
) -> Response:
    """Convert a body, written as `html`, `text` or `blocks`, by the rules of an entry's: for a paste or a preview.

    Nothing is stored, fetched or kept for a retry, and a freeze does not stop it.
    """
    app_state: AppState = request.app.state.app_state
    work = partial(conversions.convert_body, app_state.newsroom, call, draft)
    return response_of(await app_state.read_threads.run(work, turn=turn_of(call)), app_state.newsroom)
