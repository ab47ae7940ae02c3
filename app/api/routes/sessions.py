"""Browser sessions: sign in and sign out."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import SignInRoute, WriteRoute
from app.api.http.calls import WriteCall, perform, response_of, run_use_case
from app.api.http.credentials import cookie_name, is_https, is_same_origin
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.http.security_schemes import SESSION_ONLY
from app.api.http.state import AppState
from app.domain.errors import NotAllowed
from app.newsroom.context.newsroom import Call
from app.newsroom.people import sessions
from app.wire.requests.people import SignIn
from app.wire.shapes.people import SESSION, Session, SignedOut

signing_in = ResourceRouter(tags=["People and tokens"], route_class=SignInRoute, prefix="/v1/newsroom")
signing_out = ResourceRouter(tags=["People and tokens"], route_class=WriteRoute, prefix="/v1/newsroom")


@signing_in.post("/sessions", status_code=201, responses=newsroom_responses(201, Session, SESSION, 413, 415, 422))
async def sign_in(request: Request, body: Annotated[SignIn, Body(examples=[{"secret": "lb_invite_…"}])]) -> Response:
    """Exchange the secret of an invitation, once, for a session's cookie. Writes with it need X-CSRF-Token."""
    if not is_same_origin(request):
        raise NotAllowed("csrf_failed", "Only the newsroom's own page signs a browser in.")
    call = Call(None, request_id=request.scope.get("request_id"))
    begun = await run_use_case(request, sessions.sign_in, call, secret=body.secret)
    app_state: AppState = request.app.state.app_state
    response = response_of(begun.reply, app_state.newsroom)
    _set_cookie(response, app_state, begun.secret, seconds=app_state.newsroom.session_limits.lifetime_seconds)
    return response


@signing_out.delete(
    "/session",
    responses=newsroom_responses(200, SignedOut, {"signed_out": True}),
    openapi_extra={"security": SESSION_ONLY},
)
async def sign_out(request: Request, call: WriteCall) -> Response:
    """End this browser's session."""
    response = await perform(request, sessions.sign_out, call)
    _set_cookie(response, request.app.state.app_state, "", seconds=0)
    return response


def _set_cookie(response: Response, app_state: AppState, secret: str, *, seconds: int) -> None:
    links = app_state.newsroom.links
    response.set_cookie(
        cookie_name(links), secret, max_age=seconds, path="/", secure=is_https(links), httponly=True, samesite="strict"
    )
