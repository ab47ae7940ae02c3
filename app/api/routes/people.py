"""People and tokens, for admins; and each person's own tokens."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Path, Request, Response

from app.api.http.bodies import WriteRoute
from app.api.http.calls import TheCall, TheReader, perform
from app.api.http.declarations import Routes
from app.api.http.write_descriptions import answers
from app.newsroom.emergency import revert as reverting
from app.newsroom.people import invites, people, tokens
from app.wire.requests.entries import Nothing
from app.wire.requests.people import InviteDraft, PersonDraft, PersonPatch, Reversion, TokenDraft
from app.wire.shapes.oversight import REVERTED, Reverted
from app.wire.shapes.people import INVITE, PERSON, TOKEN, Invite, NewToken, People, Person, RevokedPerson, Token, Tokens

router = Routes(tags=["People and tokens"], route_class=WriteRoute, prefix="/v1/newsroom")

_EXAMPLE_SECRET = "lb_person_…"  # noqa: S105 - an example with the secret left out

PersonRef = Annotated[str, Path(description="A person's id.", examples=[PERSON["id"]])]
TokenRef = Annotated[str, Path(description="A token's id, not its secret.", examples=[TOKEN["id"]])]


@router.get("/people", responses=answers(200, People, {"items": [PERSON]}))
async def list_people(request: Request, call: TheReader) -> Response:
    """Everybody of the newsroom."""
    return await perform(request, people.show_people, call)


@router.post("/people", status_code=201, responses=answers(201, Person, PERSON, 410, 413, 415, 422))
async def add_person(
    request: Request,
    draft: Annotated[PersonDraft, Body(examples=[{"name": "Ada Reporter", "role": "reporter"}])],
    call: TheCall,
) -> Response:
    """Add somebody; give them a token or an invitation next."""
    return await perform(request, people.add_person, call, draft)


@router.patch("/people/{person}", responses=answers(200, Person, PERSON, 404, 413, 415, 422))
async def edit_person(
    request: Request,
    person: PersonRef,
    patch: Annotated[PersonPatch, Body(examples=[{"role": "editor", "byline": "Ada Lind"}])],
    call: TheCall,
) -> Response:
    """Change somebody's role, name, address, or what stands under their entries; what they have written stays."""
    return await perform(request, people.edit_person, call, person, patch)


@router.post("/people/{person}/disable", responses=answers(200, Person, PERSON, 404, 413, 415, 422))
async def disable_person(request: Request, person: PersonRef, call: TheCall, _: Nothing | None = None) -> Response:
    """Let nothing of theirs in until they are enabled again. Tokens and sessions stay, and open nothing meanwhile."""
    return await perform(request, people.disable_person, call, person)


@router.post("/people/{person}/enable", responses=answers(200, Person, PERSON, 404, 413, 415, 422))
async def enable_person(request: Request, person: PersonRef, call: TheCall, _: Nothing | None = None) -> Response:
    """Let somebody in again."""
    return await perform(request, people.enable_person, call, person)


@router.post(
    "/people/{person}/revoke",
    responses=answers(200, RevokedPerson, {"person": PERSON["id"], "revoked": 2}, 404, 413, 415, 422),
)
async def revoke_person(request: Request, person: PersonRef, call: TheCall, _: Nothing | None = None) -> Response:
    """Take back every token, session and invitation of somebody, for good; what they hold open is closed."""
    return await perform(request, people.revoke_person, call, person)


@router.post("/invites", status_code=201, responses=answers(201, Invite, INVITE, 410, 413, 415, 422))
async def invite_person(
    request: Request, draft: Annotated[InviteDraft, Body(examples=[{"person": PERSON["id"]}])], call: TheCall
) -> Response:
    """Make a link, and its QR code, that signs somebody in once within a day; it is in this answer and nowhere else."""
    return await perform(request, invites.invite_person, call, draft)


@router.get("/tokens", responses=answers(200, Tokens, {"items": [TOKEN]}))
async def list_tokens(request: Request, call: TheReader) -> Response:
    """Every token and session there has been, without secrets."""
    return await perform(request, tokens.show_tokens, call)


@router.post(
    "/tokens",
    status_code=201,
    responses=answers(201, NewToken, {**TOKEN, "token": _EXAMPLE_SECRET}, 410, 413, 415, 422),
)
async def create_token(
    request: Request,
    draft: Annotated[TokenDraft, Body(examples=[{"label": "Results bot", "role": "reporter"}])],
    call: TheCall,
) -> Response:
    """Make a token; its secret is in this answer and nowhere else."""
    return await perform(request, tokens.create_token, call, draft)


@router.post("/tokens/{token}/revoke", responses=answers(200, Token, TOKEN, 404, 413, 415, 422))
async def revoke_token(request: Request, token: TokenRef, call: TheCall, _: Nothing | None = None) -> Response:
    """Take a token back: from now on it opens nothing, and what it holds open is closed."""
    return await perform(request, tokens.revoke_token, call, token)


@router.post("/tokens/{token}/revert", responses=answers(200, Reverted, REVERTED, 404, 413, 415, 422))
async def revert_token(
    request: Request,
    token: TokenRef,
    body: Annotated[Reversion, Body(examples=[{"since": "2026-11-03T21:00:00Z"}])],
    call: TheCall,
) -> Response:
    """Undo what a token did to stories and entries since a time, as far as that can be; told one by one."""
    return await perform(request, reverting.revert_token, call, token, since=body.since)


@router.get("/me/tokens", responses=answers(200, Tokens, {"items": [TOKEN]}))
async def list_own_tokens(request: Request, call: TheReader) -> Response:
    """Your own tokens and sessions, without secrets."""
    return await perform(request, tokens.show_own_tokens, call)


@router.post("/me/tokens/{token}/revoke", responses=answers(200, Token, TOKEN, 404, 413, 415, 422))
async def revoke_own_token(request: Request, token: TokenRef, call: TheCall, _: Nothing | None = None) -> Response:
    """Take back one of your own."""
    return await perform(request, tokens.revoke_own_token, call, token)
