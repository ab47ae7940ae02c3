"""People, invitations and tokens, for admins; and each person's own tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import ReadCall, WriteCall, perform
from app.api.http.newsroom_descriptions import newsroom_responses
from app.api.http.resource_router import ResourceRouter
from app.api.routes.references import PersonRef, TokenRef
from app.newsroom.emergency import revert
from app.newsroom.people import invites, people, tokens
from app.wire.requests.entries import Nothing
from app.wire.requests.people import InviteDraft, PersonDraft, PersonPatch, Reversion, TokenDraft
from app.wire.shapes.oversight import REVERTED, Reverted
from app.wire.shapes.people import INVITE, PERSON, TOKEN, Invite, NewToken, People, Person, RevokedPerson, Token, Tokens

router = ResourceRouter(tags=["People and tokens"], route_class=WriteRoute, prefix="/v1/newsroom")

_EXAMPLE_SECRET = "lb_person_…"  # noqa: S105 - an example with the secret left out


@router.get("/people", responses=newsroom_responses(200, People, {"items": [PERSON]}))
async def list_people(request: Request, call: ReadCall) -> Response:
    """List everybody of the newsroom."""
    return await perform(request, people.show_people, call)


@router.post("/people", status_code=201, responses=newsroom_responses(201, Person, PERSON, 410, 413, 415, 422))
async def add_person(
    request: Request,
    draft: Annotated[PersonDraft, Body(examples=[{"name": "Ada Reporter", "role": "reporter"}])],
    call: WriteCall,
) -> Response:
    """Add a person; give them a token or an invitation next."""
    return await perform(request, people.add_person, call, draft)


@router.patch("/people/{person}", responses=newsroom_responses(200, Person, PERSON, 404, 413, 415, 422))
async def edit_person(
    request: Request,
    person: PersonRef,
    patch: Annotated[PersonPatch, Body(examples=[{"role": "editor", "byline": "Ada Lind"}])],
    call: WriteCall,
) -> Response:
    """Change a person's role, name, address or byline; what they have written stays."""
    return await perform(request, people.edit_person, call, person, patch)


@router.post("/people/{person}/disable", responses=newsroom_responses(200, Person, PERSON, 404, 413, 415, 422))
async def disable_person(request: Request, person: PersonRef, call: WriteCall, _: Nothing | None = None) -> Response:
    """Refuse everything of a person until they are enabled again. Tokens and sessions stay, and open nothing."""
    return await perform(request, people.disable_person, call, person)


@router.post("/people/{person}/enable", responses=newsroom_responses(200, Person, PERSON, 404, 413, 415, 422))
async def enable_person(request: Request, person: PersonRef, call: WriteCall, _: Nothing | None = None) -> Response:
    """Admit a disabled person again."""
    return await perform(request, people.enable_person, call, person)


@router.post(
    "/people/{person}/revoke",
    responses=newsroom_responses(200, RevokedPerson, {"person": PERSON["id"], "revoked": 2}, 404, 413, 415, 422),
)
async def revoke_person(request: Request, person: PersonRef, call: WriteCall, _: Nothing | None = None) -> Response:
    """Revoke every token, session and invitation of a person, for good; their open connections are closed."""
    return await perform(request, people.revoke_person, call, person)


@router.post("/invites", status_code=201, responses=newsroom_responses(201, Invite, INVITE, 410, 413, 415, 422))
async def invite_person(
    request: Request, draft: Annotated[InviteDraft, Body(examples=[{"person": PERSON["id"]}])], call: WriteCall
) -> Response:
    """Make a link, and its QR code, that signs a person in once within a day; it is in this answer and nowhere else."""
    return await perform(request, invites.invite_person, call, draft)


@router.get("/tokens", responses=newsroom_responses(200, Tokens, {"items": [TOKEN]}))
async def list_tokens(request: Request, call: ReadCall) -> Response:
    """List every token and session there has been, without secrets."""
    return await perform(request, tokens.show_tokens, call)


@router.post(
    "/tokens",
    status_code=201,
    responses=newsroom_responses(201, NewToken, {**TOKEN, "token": _EXAMPLE_SECRET}, 410, 413, 415, 422),
)
async def create_token(
    request: Request,
    draft: Annotated[TokenDraft, Body(examples=[{"label": "Results bot", "role": "reporter"}])],
    call: WriteCall,
) -> Response:
    """Make a token; its secret is in this answer and nowhere else."""
    return await perform(request, tokens.create_token, call, draft)


@router.post("/tokens/{token}/revoke", responses=newsroom_responses(200, Token, TOKEN, 404, 413, 415, 422))
async def revoke_token(request: Request, token: TokenRef, call: WriteCall, _: Nothing | None = None) -> Response:
    """Revoke a token: from now on it opens nothing, and its open connections are closed."""
    return await perform(request, tokens.revoke_token, call, token)


@router.post("/tokens/{token}/revert", responses=newsroom_responses(200, Reverted, REVERTED, 404, 413, 415, 422))
async def revert_token(
    request: Request,
    token: TokenRef,
    body: Annotated[Reversion, Body(examples=[{"since": "2026-11-03T21:00:00Z"}])],
    call: WriteCall,
) -> Response:
    """Undo what a token did to stories and entries since a time, as far as possible; the answer lists each."""
    return await perform(request, revert.revert_token, call, token, since=body.since)


@router.get("/me/tokens", responses=newsroom_responses(200, Tokens, {"items": [TOKEN]}))
async def list_own_tokens(request: Request, call: ReadCall) -> Response:
    """List your own tokens and sessions, without secrets."""
    return await perform(request, tokens.show_own_tokens, call)


@router.post("/me/tokens/{token}/revoke", responses=newsroom_responses(200, Token, TOKEN, 404, 413, 415, 422))
async def revoke_own_token(request: Request, token: TokenRef, call: WriteCall, _: Nothing | None = None) -> Response:
    """Revoke one of your own tokens."""
    return await perform(request, tokens.revoke_own_token, call, token)
