"""The way from a request to a use case and back: the call, the thread it runs in, and the response."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import Annotated, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Header, Request, Response
from starlette.types import Scope

from app.api.http.credentials import Credentials, credentials_of
from app.api.http.state import AppState
from app.domain.errors import MalformedInput
from app.newsroom.context.media_addresses import with_signed_media
from app.newsroom.context.newsroom import Call, Newsroom, Reply
from app.storage.database.threads import Turn

P = ParamSpec("P")
Result = TypeVar("Result")


async def _call(
    request: Request,
    idempotency_key: Annotated[
        str | None,
        Header(description="Yours, new for each write; a retry with it is answered again and done once."),
    ] = None,
    if_match: Annotated[
        str | None, Header(description="The ETag you have seen; the write is refused if it is no longer today's.")
    ] = None,
) -> Call:
    for name in ("idempotency-key", "if-match"):
        if len(request.headers.getlist(name)) > 1:
            raise MalformedInput("repeated_header", f"{name} was sent more than once.")
    return make_write_call(
        request.scope,
        await request.body(),
        credentials=credentials_of(request),
        idempotency_key=idempotency_key,
        if_match=if_match,
    )


def make_write_call(
    scope: Scope, body: bytes, *, credentials: Credentials, idempotency_key: str | None, if_match: str | None
) -> Call:
    """Make the call of a request with this body; the same request with a key has the same fingerprint."""
    return Call(
        credentials=credentials.secret,
        is_session=credentials.is_session,
        fingerprint="" if idempotency_key is None else _fingerprint(scope, body),
        idempotency_key=idempotency_key,
        if_match=if_match,
        request_id=scope.get("request_id"),
    )


def _fingerprint(scope: Scope, body: bytes) -> str:
    digest = hashlib.sha256(f"{scope['method']} {scope['path']}\n".encode())
    digest.update(body)
    return digest.hexdigest()


async def _reading_call(request: Request) -> Call:
    secret, is_session = credentials_of(request)
    return Call(credentials=secret, is_session=is_session, request_id=request.scope.get("request_id"))


WriteCall = Annotated[Call, Depends(_call)]
"""A write's credentials and conditions."""

ReadCall = Annotated[Call, Depends(_reading_call)]
"""A read's credentials: the newsroom's reads have no conditions."""


async def run_use_case(
    request: Request,
    use_case: Callable[Concatenate[Newsroom, Call, P], Result],
    call: Call,
    *args: P.args,
    **kw: P.kwargs,
) -> Result:
    """Run a use case in a thread (of those for reads if the request is one) and return what it returns."""
    app_state: AppState = request.app.state.app_state
    threads = app_state.read_threads if request.method in {"GET", "HEAD"} else app_state.write_threads
    turn = turn_of(call, request.path_params.get("story"))
    return await threads.run(partial(use_case, app_state.newsroom, call, *args, **kw), turn=turn)


def turn_of(call: Call, story: str | None = None) -> Turn:
    """Return whose turn a call waits for: who posts without a pause keeps nobody else waiting, nor another story."""
    return call.credentials, story


async def perform(
    request: Request,
    use_case: Callable[Concatenate[Newsroom, Call, P], Reply],
    call: Call,
    *args: P.args,
    **kw: P.kwargs,
) -> Response:
    """Run a use case in a thread and make its reply the response; its errors become problems."""
    app_state: AppState = request.app.state.app_state
    return response_of(await run_use_case(request, use_case, call, *args, **kw), app_state.newsroom)


def response_of(reply: Reply, newsroom: Newsroom) -> Response:
    """Make the response from a use case's reply, with signed addresses of the media in it."""
    return Response(
        with_signed_media(newsroom, reply.body),
        status_code=reply.status,
        headers={**reply.headers, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"},
        media_type="application/json",
    )
