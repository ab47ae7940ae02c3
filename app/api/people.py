"""People and tokens, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Body, Path, Request, Response

from app.api.bodies import WriteRoute
from app.api.calls import TheCall, TheReader, perform
from app.api.documented import answers
from app.newsroom import people
from app.wire.newsroom_shapes import PERSON, TOKEN, NewToken, People, Person, Token, Tokens
from app.wire.people import PersonDraft, TokenDraft

router = APIRouter(tags=["People and tokens"], route_class=WriteRoute, prefix="/v1/newsroom")

_EXAMPLE_SECRET = "lb_person_…"  # noqa: S105 - an example with the secret left out


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
    """Add somebody; give them a token next."""
    return await perform(request, people.add_person, call, draft)


@router.get("/tokens", responses=answers(200, Tokens, {"items": [TOKEN]}))
async def list_tokens(request: Request, call: TheReader) -> Response:
    """Every token there has been, without secrets."""
    return await perform(request, people.show_tokens, call)


@router.post(
    "/tokens",
    status_code=201,
    responses=answers(201, NewToken, {**TOKEN, "token": _EXAMPLE_SECRET}, 413, 415, 422),
)
async def create_token(
    request: Request,
    draft: Annotated[TokenDraft, Body(examples=[{"label": "Results bot", "role": "reporter"}])],
    call: TheCall,
) -> Response:
    """Make a token; its secret is in this answer and nowhere else."""
    return await perform(request, people.create_token, call, draft)


@router.post("/tokens/{token}/revoke", responses=answers(200, Token, TOKEN, 404))
async def revoke_token(
    request: Request, token: Annotated[str, Path(description="A token's id, not its secret.")], call: TheCall
) -> Response:
    """Take a token back: from now on it opens nothing."""
    return await perform(request, people.revoke_token, call, token)
