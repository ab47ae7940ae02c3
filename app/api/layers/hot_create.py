"""The fast path of the most frequent write, one new entry as JSON: without FastAPI, which is a fifth of its cost.

Only requests that are plainly right are written here. Every other one is passed on whole to the same route in FastAPI,
and a test compares the answers of the two.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.http.calls import make_write_call, response_of, turn_of
from app.api.http.credentials import Credentials, bearer_credentials
from app.api.http.duplicates import parse_json_body
from app.api.http.problems import error_response
from app.api.http.state import AppState
from app.domain.errors import LiveblogError, NotAuthenticated
from app.newsroom.context.access import check_credential_format
from app.newsroom.context.newsroom import Call
from app.newsroom.entries.create import create_entry
from app.storage.database.threads import Threads
from app.wire.requests.entries import EntryDraft

_STORIES = "/v1/stories/"
_ENTRIES = "/entries"
_READ_HEADERS = {b"authorization", b"content-type", b"idempotency-key", b"if-match"}


class _Post(NamedTuple):
    """The address and headers of a request for a new entry."""

    story: str
    credentials: Credentials
    idempotency_key: str | None
    if_match: str | None


class HotCreate:
    """An ASGI application before `app`, which answers what this does not. It is called for HTTP only."""

    def __init__(self, app: ASGIApp, app_state: AppState) -> None:
        self._app = app
        self._app_state = app_state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        post = _parse_post(scope) if scope["method"] == "POST" else None
        if post is None or not self._have_valid_format(post.credentials):
            await self._app(scope, receive, send)
            return
        body = _Body()
        draft = await body.read(receive, self._app_state.parse_threads)
        if draft is None:
            await self._app(scope, body.replay(receive), send)
            return
        call = make_write_call(
            scope,
            body.data,
            credentials=post.credentials,
            idempotency_key=post.idempotency_key,
            if_match=post.if_match,
        )
        work = partial(create_entry, self._app_state.newsroom, call, post.story, draft)
        try:
            reply = await self._app_state.write_threads.run(work, turn=turn_of(call, post.story))
            response = response_of(reply, self._app_state.newsroom)
        except LiveblogError as error:
            response = error_response(error, scope)
        await response(scope, receive, send)

    def _have_valid_format(self, credentials: Credentials) -> bool:
        try:
            check_credential_format(self._app_state.newsroom, Call(*credentials))
        except NotAuthenticated:
            return False
        return True


class _Body:
    """The body of a request, kept so that the routes can read it again."""

    def __init__(self) -> None:
        self.data = b""
        self._messages: list[Message] = []
        self._error: HTTPException | None = None

    async def read(self, receive: Receive, threads: Threads) -> EntryDraft | None:
        """Read a draft; None for anything else, for a body too large or too slow, and for a lost client."""
        more = True
        while more:
            try:
                message = await receive()
            except HTTPException as error:
                self._error = error
                return None
            self._messages.append(message)
            if message["type"] != "http.request":
                return None
            more = message.get("more_body", False)
        self.data = b"".join([message.get("body", b"") for message in self._messages])
        try:
            return EntryDraft.model_validate(await parse_json_body(self.data, threads))
        except (ValueError, LiveblogError):
            return None

    def replay(self, receive: Receive) -> Receive:
        """Return a `receive` that begins with what was read already."""
        messages = iter(self._messages)

        async def receive_again() -> Message:
            for message in messages:
                return message
            if self._error is not None:
                raise self._error
            return await receive()

        return receive_again


def _parse_post(scope: Scope) -> _Post | None:
    """Parse the address and headers of a new entry; None for anything unusual."""
    path: str = scope["path"]
    if not (path.startswith(_STORIES) and path.endswith(_ENTRIES)):
        return None
    story = path[len(_STORIES) : -len(_ENTRIES)]
    found: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name in _READ_HEADERS:
            if name in found:
                return None
            found[name] = value.decode("latin-1")
    authorization = found.get(b"authorization")
    if not story or "/" in story or authorization is None or found.get(b"content-type") != "application/json":
        return None
    return _Post(story, bearer_credentials([authorization]), found.get(b"idempotency-key"), found.get(b"if-match"))
