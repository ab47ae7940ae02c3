"""The layer of a process that reads which forwards to the writer what is not its own to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.forwarding.forwarded_requests import known_at, returned_headers
from app.api.forwarding.serving_table import is_writers
from app.api.forwarding.writer_connection import WriterGone
from app.api.forwarding.writer_link import ClientLeft, Exchange, WriterLink
from app.api.http.problems import error_response, http_error_response
from app.domain.errors import LiveblogError

WaitApplied = Callable[[int, float], Awaitable[object]]
"""Waits so many seconds at most until this process has applied what was published up to that number."""


class Forwarding:
    """An ASGI application before `app`, which answers what a process that reads answers itself."""

    def __init__(self, app: ASGIApp, writer: WriterLink, *, wait_applied: WaitApplied) -> None:
        self._app = app
        self._writer = writer
        self._wait_applied = wait_applied

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_writers(scope["method"], scope["path"]):
            await self._app(scope, receive, send)
            return
        try:
            answer = await self._writer.ask(scope, receive)
        except ClientLeft:
            return
        except LiveblogError as error:
            await error_response(error, scope)(scope, receive, send)
            return
        except HTTPException as error:  # a body that is too large or too slow
            await http_error_response(error, scope)(scope, receive, send)
            return
        try:
            if known := known_at(answer.headers):
                await self._wait_applied(*known)
            await self._pass_on(answer, send)
        finally:
            answer.close()

    async def _pass_on(self, answer: Exchange, send: Send) -> None:
        """Send the answer on as it comes. Raises ConnectionError for one that ends too early."""
        headers = returned_headers(answer.headers)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        more = True
        while more:
            try:
                piece = await answer.take()
            except WriterGone as error:
                self._writer.record_failure(error)
                raise
            more = not answer.is_whole
            await send({"type": "http.response.body", "body": piece, "more_body": more})
