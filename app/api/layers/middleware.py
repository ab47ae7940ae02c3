"""The outermost layer: request ids, body limits, cross-origin headers, the access log and the metrics."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.http.bodies import WITHOUT_BODY
from app.api.http.problems import error_response, server_error_response
from app.api.layers.access_log import path_to_log
from app.api.layers.body_limits import BodyLimits, describe_limit, limited
from app.api.layers.cors import EXPOSED, CrossOrigin, Headers
from app.api.layers.request_ids import RequestIds, is_readable, is_readable_path, sent_request_id
from app.api.layers.request_records import RequestRecords
from app.domain.errors import LiveblogError, MalformedInput, TooLarge

_log = structlog.get_logger(__name__)


class Middleware:
    """An ASGI application around `app`. WebSockets pass through: their route limits and logs them itself."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        body_limits: BodyLimits,
        cross_origin: CrossOrigin,
        records: RequestRecords,
        make_request_id: Callable[[], str] | None = None,
    ) -> None:
        self._app = app
        self._body_limits = body_limits
        self._cross_origin = cross_origin
        self._records = records
        self._metrics = records.metrics
        self._make_request_id = make_request_id or RequestIds()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        metrics = self._metrics
        headers = dict(scope["headers"])
        if "is_forwarded" in scope:
            await self._answer_forwarded(scope, receive, send, headers)
            return
        metrics.in_flight += 1
        sent_id = headers.get(b"x-request-id")
        request_id = (sent_request_id(sent_id) if sent_id else None) or self._make_request_id()
        scope["request_id"] = request_id
        added = [
            (b"x-request-id", request_id.encode()),
            *self._cross_origin.headers(scope, headers.get(b"origin")),
        ]
        exchange = _Exchange(send, added)
        try:
            await self._answer(scope, receive, exchange, headers)
        finally:
            metrics.in_flight -= 1
            self._records.add(
                scope,
                request_id=request_id,
                status=exchange.status,
                size_bytes=exchange.size_bytes,
                seconds=perf_counter() - started,
            )

    async def _answer_forwarded(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes]) -> None:
        """Answer a request that another process counts, logs and gives its headers, since it is that one's client's."""
        scope["request_id"] = sent_request_id(headers.get(b"x-request-id")) or self._make_request_id()
        await self._answer(scope, receive, _Exchange(send, []), headers)

    async def _answer(self, scope: Scope, receive: Receive, exchange: _Exchange, headers: dict[bytes, bytes]) -> None:
        method = scope["method"]
        limit = None if method in WITHOUT_BODY else self._body_limits.limit_for(scope)
        error = _error_of_address(scope) or (None if limit is None else _error_of_length(headers, limit.most_bytes))
        if error is not None:
            await error_response(error, scope)(scope, receive, exchange.send)
            return
        if method == "OPTIONS" and b"origin" in headers and b"access-control-request-method" in headers:
            await self._preflight(scope, exchange, headers)
            return
        if limit is not None:
            now = asyncio.get_running_loop().time
            receive = limited(receive, limit, seconds=self._body_limits.seconds, now=now)
        try:
            await self._app(scope, receive, exchange.send)
        except Exception:
            self._metrics.failures += 1
            _log.exception("request_failed", request_id=scope["request_id"], method=method, path=path_to_log(scope))
            if exchange.status == 0:
                await server_error_response(scope)(scope, receive, exchange.send)
            elif not exchange.complete:
                raise  # half an answer was sent: only a cut connection shows it to the client

    async def _preflight(self, scope: Scope, exchange: _Exchange, headers: dict[bytes, bytes]) -> None:
        wanted = headers[b"access-control-request-method"].decode("latin-1")
        allowed = self._cross_origin.preflight(scope, wanted, headers[b"origin"])
        await exchange.send({"type": "http.response.start", "status": 204, "headers": allowed})
        await exchange.send({"type": "http.response.body", "body": b""})


class _Exchange:
    """One answer while it is sent. `status` is 0 until it has begun."""

    __slots__ = ("_added", "_send", "complete", "size_bytes", "status")

    def __init__(self, send: Send, added: Headers) -> None:
        self.status = 0
        self.size_bytes = 0
        self.complete = False
        self._send = send
        self._added = added

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message.get("headers", ()), *self._added]
            if self.status == 304 and headers[-1] is EXPOSED:
                headers.pop()  # the page keeps the list it got with the content
            return self._send({"type": "http.response.start", "status": self.status, "headers": headers})
        self.size_bytes += len(message.get("body", b""))
        self.complete = not message.get("more_body", False)
        return self._send(message)


def _error_of_address(scope: Scope) -> LiveblogError | None:
    """Return the error of a request whose address nothing further can read."""
    query: bytes = scope["query_string"]
    raw_path: bytes = scope.get("raw_path") or b""
    if b"%" in raw_path and not is_readable_path(raw_path):
        return MalformedInput("malformed_path", "The path cannot be read.")
    if b"%" in query and not is_readable(query):
        return MalformedInput("malformed_query", "The query cannot be read.")
    return None


def _error_of_length(headers: dict[bytes, bytes], limit_bytes: int) -> LiveblogError | None:
    """Return the error of a request whose body is too large by what its head says."""
    if b"content-length" in headers:
        length = headers[b"content-length"]
        # Longer than any real length, it is no number worth reading.
        if len(length) > 15 or (length.isdigit() and int(length) > limit_bytes):
            return TooLarge("body_too_large", describe_limit(limit_bytes))
    return None
